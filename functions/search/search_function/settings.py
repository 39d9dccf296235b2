"""What the functions of the search are told by their environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The search and the import: one field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    listings_table: str
    runs_table: str
    visits_table: str
    work_bucket: str
    secrets_path: str
    marketplace_rehearsal: str


class NewsSettings(BaseSettings):
    """The mail about what is new."""

    model_config = SettingsConfigDict(frozen=True)

    listings_table: str
    runs_table: str
    alerts_table: str
    work_bucket: str
    sender: str
    report_url: str
