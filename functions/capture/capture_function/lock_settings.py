"""What the function that locks the evidence of cases is told by its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    captures_table: str
    cases_table: str
    runs_table: str
    work_bucket: str
    evidence_bucket: str
    case_lock_days: int
