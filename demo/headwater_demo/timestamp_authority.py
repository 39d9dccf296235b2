"""A timestamp authority on loopback: `openssl ts` signs, as good or evil as its keys."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from headwater.domain.brands import TimestampAuthority

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {common_name}
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
{embedded}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class NoOpenssl(Exception):  # noqa: N818 - says what is the matter
    """The openssl command is not there; the message says how to get it."""


@dataclass
class OpensslAuthority:
    """One authority with its own root; its files lie in `folder`, and are used again from there.

    Raises NoOpenssl.
    """

    folder: Path
    common_name: str = "Test Timestamps"
    embeds_its_root: bool = False
    key: str = "EC -pkeyopt ec_paramgen_curve:P-256"

    def __post_init__(self) -> None:
        self._one_at_a_time = Lock()
        self._command = shutil.which("openssl") or ""
        if not self._command:
            raise NoOpenssl("timestamps need the openssl command: apt-get install openssl")
        if (self.folder / "signer.pem").exists():
            return
        self.folder.mkdir(parents=True)
        text = _CONFIG.format(
            common_name=self.common_name,
            folder=self.folder,
            embedded=f"certs = {self.folder}/root.pem" if self.embeds_its_root else "",
        )
        (self.folder / "tsa.cnf").write_text(text)
        (self.folder / "serial").write_text("01\n")
        self._openssl(f"genpkey -algorithm {self.key} -out root.key")
        self._openssl(
            "req -x509 -new -key root.key -config tsa.cnf -extensions root -days 3650 "
            "-out root.pem",
            "-subj",
            # Longer than the signer's certificate, or openssl embeds the two in an order that
            # is not DER and the token is refused for that alone.
            f"/O={'Long name ' * 6}/OU={'Long name ' * 6}/CN={self.common_name} Root",
        )
        self.renew()

    def renew(self) -> None:
        """A new signer's certificate below the same root."""
        self._openssl(f"genpkey -algorithm {self.key} -out signer.key")
        self._openssl("req -new -key signer.key -config tsa.cnf -out signer.csr")
        self._openssl(
            "x509 -req -in signer.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3650 "
            "-extfile tsa.cnf -extensions signer -out signer.pem"
        )

    @property
    def certificates(self) -> str:
        """Root and signer in PEM: what an owner would pin."""
        return (self.folder / "root.pem").read_text() + (self.folder / "signer.pem").read_text()

    def reply(self, query: bytes) -> bytes:
        with self._one_at_a_time:
            (self.folder / "query.tsq").write_bytes(query)
            self._openssl("ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr")
            return (self.folder / "reply.tsr").read_bytes()

    def text_of_query(self, query: bytes) -> str:
        """How openssl reads it."""
        (self.folder / "query.tsq").write_bytes(query)
        command = [self._command, "ts", "-query", "-in", "query.tsq", "-text"]
        done = subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout

    def _openssl(self, arguments: str, *more: str) -> None:
        subprocess.run(
            [self._command, *arguments.split(), *more],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )


@contextmanager
def served(authority: OpensslAuthority, name: str = "one") -> Iterator[TimestampAuthority]:
    """The authority on a free port, as an owner would name it in the config."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            reply = authority.reply(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield TimestampAuthority(
            name=name,
            url=f"http://127.0.0.1:{server.server_port}",
            certificates=authority.certificates,
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
