"""Cal.com's own embed script, fetched from the npm registry when the tests run; it is never part of this repository."""

import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKAGE = "@calcom/embed-core@1.5.3"
INSIDE = "package/dist/embed/embed.js"
CACHE = Path(__file__).resolve().parent.parent / ".cache" / "embed-core"
NO_NPM = f"npm is missing, so the tests cannot get {PACKAGE}: apt-get install -y npm (Debian, as root), or https://nodejs.org/"
PATIENCE_SECONDS = 120


class NoNpm(Exception):
    """There is no npm; the text says how to get it."""


class NoPackage(Exception):
    """npm could not get the package; the text says what it said."""


def real_script() -> bytes:
    """The script, from the cache or freshly packed by npm."""
    kept = CACHE / f"{PACKAGE.rpartition('@')[2]}.js"
    if not kept.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(".part")
        fresh.write_bytes(_pack())
        fresh.replace(kept)
    return kept.read_bytes()


def _pack() -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNpm(NO_NPM)
    try:
        done = subprocess.run([npm, "pack", PACKAGE, "--silent"], cwd=CACHE, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NoPackage(f"npm pack {PACKAGE} did not answer within {PATIENCE_SECONDS} s") from None
    if done.returncode:
        raise NoPackage(f"npm pack {PACKAGE} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    archive = CACHE / done.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as package:
        script = package.extractfile(INSIDE)
        if script is None:
            raise NoPackage(f"{PACKAGE} has no {INSIDE}")
        content = script.read()
    archive.unlink()
    return content


@contextmanager
def serving(script: bytes) -> Iterator[str]:
    """The address at which the script is served, as Cal.com does it: from a host of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/embed/embed.js"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/javascript; charset=utf-8")
            self.send_header("Content-Length", str(len(script) if found else 0))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if found:
                self.wfile.write(script)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/embed/embed.js"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
