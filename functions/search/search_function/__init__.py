"""The search: schedules ask the platforms, and people's saved pages are read."""
