"""Keys of the platforms' interfaces, from the stack's own corner of SSM's parameter store.

They, and the keys by which we sign what is ours, are read when they are needed, kept in memory for
five minutes, and stand in no log, message, environment variable or configuration.
"""

import secrets
from contextlib import suppress

import boto3
from aws_lambda_powertools.utilities.parameters import get_parameter
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

_KEPT_SECONDS = 300


class NoSecret(Exception):  # noqa: N818 - says what is the matter
    """The parameter cannot be read; the message names it and the command that sets it."""


class Secrets:
    """Parameters (SecureString) below one path, e.g. "/headwater"."""

    def __init__(self, path: str) -> None:
        self._path = path.rstrip("/")

    def get(self, name: str) -> str:
        """Raises NoSecret."""
        parameter = f"{self._path}/{name}"
        try:
            value = get_parameter(parameter, decrypt=True, max_age=_KEPT_SECONDS)
        except GetParameterError as error:
            missing = "ParameterNotFound" in str(error)
            why = "is not set" if missing else "cannot be read (missing permission?)"
            raise NoSecret(
                f"the parameter {parameter} {why}: aws ssm put-parameter --type SecureString "
                f"--name {parameter} --value …"
            ) from None
        return str(value).strip()

    def key(self, name: str) -> bytes:
        """A key of our own: made at random by whoever asks first, the same for everybody after.

        Whoever deletes the parameter makes worthless what was signed with it. Raises NoSecret.
        """
        try:
            return self.get(name).encode()
        except NoSecret:
            client = boto3.client("ssm")
            with suppress(client.exceptions.ParameterAlreadyExists):  # somebody else was first
                client.put_parameter(
                    Name=f"{self._path}/{name}",
                    Value=secrets.token_urlsafe(32),
                    Type="SecureString",
                    Overwrite=False,
                )
            return self.get(name).encode()
