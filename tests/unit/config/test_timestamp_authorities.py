"""Who may sign timestamps is named with certificates, and half a name is refused."""

from pathlib import Path

import pytest

from headwater.adapters.configuration import ConfigurationError, read_configuration
from tests.fakes.timestamp_authority import OpensslAuthority
from tests.unit.config.test_configuration import GOOD, written


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("authority") / "tsa")


def configured(folder: Path, certificates: str, pem: str) -> Path:
    (folder / "tsa.pem").write_text(pem)
    table = f'[[timestamp]]\nid = "one"\nurl = "http://x.example/"\ncertificates = {certificates}\n'
    return written(folder, f"{GOOD}\n{table}")


def test_an_authority_reaches_the_desk(tmp_path: Path, authority: OpensslAuthority) -> None:
    file = configured(tmp_path, '["tsa.pem"]', authority.certificates)
    (known,) = read_configuration(file).desk.timestamp_authorities
    assert (known.name, known.url) == ("one", "http://x.example/")
    assert known.certificates == authority.certificates


def test_a_missing_root_signer_or_file_is_named(
    tmp_path: Path, authority: OpensslAuthority
) -> None:
    root = (authority.folder / "root.pem").read_text()
    signer = (authority.folder / "signer.pem").read_text()
    for number, (certificates, pem, words) in enumerate(
        [
            ('["tsa.pem"]', root, "that signs the timestamps is missing"),
            ('["tsa.pem"]', signer, "root certificate is missing"),
            ('["tsa.pem"]', "no certificate", "no PEM certificates"),
            ('["other.pem"]', root, "cannot be read"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(ConfigurationError, match=words) as caught:
            read_configuration(configured(folder, certificates, pem))
        assert "timestamp.1.certificates" in caught.value.problems[0]
