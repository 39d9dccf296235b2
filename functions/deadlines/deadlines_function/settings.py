"""What the deadline functions are told by their environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    cases_table: str
    complaints_table: str
    alerts_table: str
    work_bucket: str
    sender: str
    report_url: str
