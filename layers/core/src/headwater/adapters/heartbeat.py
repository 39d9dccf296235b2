"""A sign of life to a service outside AWS, which raises the alarm when it stays away."""

import logging

_SECONDS = 10

logger = logging.getLogger(__name__)


def beat(url: str) -> None:
    """Call the (secret) address. When that fails, the service misses it, which is its purpose.

    Raises ValueError when the address is not https.
    """
    import httpx  # noqa: PLC0415 - most stacks have no heartbeat

    if not url.startswith("https://"):
        raise ValueError("the parameter heartbeat-url holds no https:// address")
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
            client.get(url).raise_for_status()
    except httpx.HTTPError as error:
        # Not the error's own words: they may hold the address, which is a secret.
        logger.warning("the heartbeat did not arrive: %s", type(error).__name__)
