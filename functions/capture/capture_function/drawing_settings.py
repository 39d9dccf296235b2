"""What the drawing function is told by its environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    runs_table: str
    work_bucket: str
    evidence_bucket: str
    marketplace_rehearsal: str
