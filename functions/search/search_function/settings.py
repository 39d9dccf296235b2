"""What the search and the import function are told by their environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    listings_table: str
    runs_table: str
    visits_table: str
    work_bucket: str
    secrets_path: str
    marketplace_rehearsal: str
