"""What the function that looks again is told by its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    cases_table: str
    runs_table: str
    work_bucket: str
    capture_queue: str
