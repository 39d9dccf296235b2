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
    answer_url: str
    """Where links in mails lead; empty where no mail with one is sent."""


class DigestSettings(Settings):
    """The digest also lists the mails that wait for a person."""

    letters_table: str
