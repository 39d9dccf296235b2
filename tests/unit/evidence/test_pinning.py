"""Two authorities are named from the start, and trusted only when a person has pinned them."""

from pathlib import Path

import pytest

from headwater.adapters.configuration import read_configuration
from headwater.adapters.timestamping import GAP_SECONDS, Authority
from headwater.cli.main import main
from headwater.domain.brands import TimestampAuthority
from headwater.verifier import Trust, Verdict, check_timestamp
from tests.conftest import PROJECT
from tests.fakes.evidence import raw_server
from tests.fakes.timestamp_authority import OpensslAuthority, served

DIGEST = "ab" * 32


def test_the_shipped_config_names_two_authorities_and_says_what_is_left_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shipped = PROJECT / "config" / "headwater.toml"
    assert len(read_configuration(shipped).desk.timestamp_authorities) == 2
    assert main(["config", "--config", str(shipped), "check"]) == 0
    assert capsys.readouterr().out.count("not pinned") == 2


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_an_unpinned_authority_signs_is_kept_and_not_called_ok(tmp_path: Path) -> None:
    signing = OpensslAuthority(tmp_path / "tsa")
    with served(signing) as pinned:
        unpinned = TimestampAuthority(name="one", url=pinned.url, certificates="")
        made = Authority(unpinned).stamp(DIGEST)
    assert check_timestamp(made.reply, made.request, DIGEST, None, None)[0] is Verdict.UNVERIFIABLE
    later = Trust(signing.certificates.encode())
    assert check_timestamp(made.reply, made.request, DIGEST, None, later)[0] is Verdict.OK


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_pinning_shows_who_signs_and_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signing = OpensslAuthority(tmp_path / "tsa")
    config = tmp_path / "mine.toml"
    with served(signing, "one") as authority:
        shipped = (PROJECT / "config" / "headwater.toml").read_text()
        pictures = PROJECT / "demo" / "headwater_demo" / "photographs"
        shipped = shipped.replace("../demo/headwater_demo/photographs", str(pictures))
        config.write_text(shipped.replace("http://timestamp.digicert.com", authority.url))
        assert main(["config", "--config", str(config), "pin", "digicert"]) == 0
    said = capsys.readouterr().out
    saved = (tmp_path / "tsa" / "digicert-1.pem").read_text()
    assert saved.strip() in signing.certificates
    assert 'certificates = ["tsa/digicert-1.pem"]' in said
    assert "The root is missing" in said
    assert main(["config", "--config", str(config), "pin", "other"]) == 1


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_authority_is_not_hurried() -> None:
    slept: list[float] = []
    refusal = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with raw_server(refusal, refusal) as server:
        named = TimestampAuthority(name="x", url=server.address(), certificates="")
        asked = Authority(named, sleep=slept.append)
        asked._gap = GAP_SECONDS  # on this machine nobody waits
        for _ in range(2):
            with pytest.raises(Exception, match="503"):
                asked.stamp(DIGEST)
    (waited,) = slept
    assert GAP_SECONDS - 2 < waited <= GAP_SECONDS
