"""Keys of the platforms' interfaces, from the stack's own corner of SSM's parameter store.

They are read when they are needed, kept in memory for five minutes, and stand in no log,
message, environment variable or configuration.
"""

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
