"""What the match function is told by its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    cases_table: str
    traces_table: str
    work_bucket: str
    evidence_bucket: str
