"""What the inbox function is told by its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    cases_table: str
    complaints_table: str
    alerts_table: str
    letters_table: str
    work_bucket: str
    evidence_bucket: str
    sender: str
    deadlines_function: str
    """Called when a counter-notice was recorded: its warning goes out now."""
