"""The sign of life: only to an https address, and its secret stays out of the log."""

import logging

import pytest

from headwater.adapters.heartbeat import beat


def test_an_address_that_is_not_https_is_refused_without_naming_it() -> None:
    with pytest.raises(ValueError, match="holds no https") as refused:
        beat("http://health.example/secret")
    assert "secret" not in str(refused.value)


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_when_nobody_answers_the_run_goes_on_and_the_secret_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        beat("https://127.0.0.1:1/secret")
    assert "the heartbeat did not arrive: ConnectError" in caplog.text
    assert "secret" not in caplog.text
