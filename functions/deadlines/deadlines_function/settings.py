"""What each of the deadline functions is told by its environment, and no more."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class _Settings(BaseSettings):
    """One field per variable in the template."""

    model_config = SettingsConfigDict(frozen=True)

    complaints_table: str
    work_bucket: str


class BouncedSettings(_Settings):
    alerts_table: str


class AnswerSettings(_Settings):
    secrets_path: str
    report_url: str


class WatchdogSettings(_Settings):
    alerts_table: str
    captures_table: str
    runs_table: str
    secrets_path: str
    schedules: dict[str, str]
    """The schedule expression of each job that is to come to its end in time."""


class _MailSettings(_Settings):
    alerts_table: str
    runs_table: str
    secrets_path: str
    sender: str
    configuration_set: str
    report_url: str
    answer_url: str
    """Where links in mails lead."""


class DigestSettings(_MailSettings):
    """The digest also lists the mails that wait for a person, and the listings that are back."""

    cases_table: str
    letters_table: str


class WarningSettings(_MailSettings):
    cases_table: str
    captures_table: str
    evidence_bucket: str
    phone_topic: str
