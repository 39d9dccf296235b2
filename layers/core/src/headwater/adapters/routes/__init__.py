"""The ways to ask a platform, each behind the search's `Route` port.

A licensed data provider would be one more: see docs/licensed-provider.md.
"""
