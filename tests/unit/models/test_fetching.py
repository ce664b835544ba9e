"""Fetching: archives, clients as subprocesses, HTTPS; the registries themselves are in tests/integration."""

import hashlib
import http.server
import io
import os
import shutil
import ssl
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from floorsight.models.fetching import fetch
from floorsight.models.fetching.archives import store_from_tar, store_from_zip
from floorsight.models.fetching.clients import Download, require_client, run_client
from floorsight.models.sources import HttpsSource, SourceFile
from floorsight.models.store import Step, Store, ignore_progress
from floorsight.platform.errors import Conflict, NotFound, Unavailable

CONTENT = b"model" * 1000
FILE = SourceFile(path="package/model.bin", sha256=hashlib.sha256(CONTENT).hexdigest())

MAKE_CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    " -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def make_tar(mode: str = "w:gz", prefix: str = "") -> io.BytesIO:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in (("package/other", b"other"), (FILE.path, CONTENT)):
            member = tarfile.TarInfo(prefix + name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    stream.seek(0)
    return stream


@pytest.mark.parametrize(("mode", "prefix"), [("w:gz", ""), ("w", "./"), ("w:xz", "")])
def test_a_file_out_of_a_tar(store: Store, mode: str, prefix: str) -> None:
    store_from_tar(make_tar(mode, prefix), [FILE], store, "a.tgz")
    assert store.path(FILE).read_bytes() == CONTENT
    assert [path.name for path in store.folder.iterdir()] == [FILE.sha256]


def test_a_file_out_of_a_zip(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as opened:
        opened.writestr(FILE.path, CONTENT)
    store_from_zip(tmp_path / "a.whl", [FILE], store, "a.whl")
    assert store.path(FILE).read_bytes() == CONTENT
    with pytest.raises(NotFound, match=r"a\.whl has no file package/none"):
        store_from_zip(tmp_path / "a.whl", [SourceFile(path="package/none", sha256="0" * 64)], store, "a.whl")


def test_an_archive_without_the_file(store: Store) -> None:
    with pytest.raises(NotFound, match=r"a\.tgz has no file package/none"):
        store_from_tar(make_tar(), [SourceFile(path="package/none", sha256="0" * 64)], store, "a.tgz")


def test_a_changed_member_is_refused(store: Store) -> None:
    changed = SourceFile(path=FILE.path, sha256="0" * 64)
    with pytest.raises(Conflict, match=rf"{FILE.sha256}, expected 0{{64}}"):
        store_from_tar(make_tar(), [changed], store, "a.tgz")
    assert list(store.folder.iterdir()) == []


def test_a_missing_client_names_the_remedy() -> None:
    with pytest.raises(Unavailable, match="floorsight-no-such-program is missing: install it so"):
        require_client("floorsight-no-such-program", "install it so")


def test_a_failing_client_s_last_words_are_passed_on(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; print('no such package', file=sys.stderr); sys.exit(3)"]
    with pytest.raises(Unavailable, match=r"get the thing \(exit status 3\):\nno such package"):
        run_client(command, Download("the thing", tmp_path), ignore_progress)


def test_progress_is_the_growth_of_the_folder(tmp_path: Path) -> None:
    # The child goes on only when it is told, so that every size is surely seen.
    program = (
        "import os, time\nopen('a', 'wb').write(b'0' * 50)\nwhile not os.path.exists('go'): time.sleep(.01)"
    )
    steps: list[Step] = []

    def progress(step: Step) -> None:
        steps.append(step)
        if step.done_bytes >= 50:
            (tmp_path / "go").touch()

    run_client([sys.executable, "-c", program], Download("the thing", tmp_path, 40_000), progress)
    assert steps[-1] == Step("Downloading the thing", 50, 40_000)


def test_an_interrupted_client_is_ended(tmp_path: Path) -> None:
    began = tmp_path / "began"

    def interrupt(step: Step) -> None:
        if began.exists():
            raise KeyboardInterrupt

    program = (
        "import os, time\nopen('new', 'w').write(str(os.getpid()))\nos.rename('new', 'began')\ntime.sleep(60)"
    )
    with pytest.raises(KeyboardInterrupt):
        run_client([sys.executable, "-c", program], Download("the thing", tmp_path), interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text()), 0)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/model.bin":
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)
        elif self.path == "/plain.bin":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/model.bin")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def https_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the server's certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [*MAKE_CERTIFICATE.split(), "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def https_source(url: str) -> HttpsSource:
    return HttpsSource(kind="https", url=url, sha256=FILE.sha256)


def test_a_file_over_https(store: Store, https_server: str) -> None:
    source = https_source(f"{https_server}/model.bin")
    steps: list[Step] = []
    fetch(source, source.files, store, steps.append)
    assert store.path(FILE).read_bytes() == CONTENT
    assert steps[-1] == Step("Downloading model.bin", len(CONTENT), len(CONTENT))


def test_a_redirect_away_from_https_is_refused(store: Store, https_server: str) -> None:
    source = https_source(f"{https_server}/plain.bin")
    with pytest.raises(Unavailable, match="unknown url type: http"):
        fetch(source, source.files, store, ignore_progress)
    assert list(store.folder.iterdir()) == []


def test_a_url_without_a_file(store: Store, https_server: str) -> None:
    source = https_source(f"{https_server}/none.bin")
    with pytest.raises(NotFound, match="answered 404"):
        fetch(source, source.files, store, ignore_progress)


def test_a_server_that_is_not_trusted(
    store: Store, https_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    source = https_source(f"{https_server}/model.bin")
    with pytest.raises(Unavailable, match="certificate verify failed"):
        fetch(source, source.files, store, ignore_progress)
