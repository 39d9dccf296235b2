"""What the report job is told by its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    listings_table: str
    captures_table: str
    cases_table: str
    complaints_table: str
    runs_table: str
    work_bucket: str
    evidence_bucket: str
    site_bucket: str
