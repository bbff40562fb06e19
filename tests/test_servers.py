"""The servers that other tests stand on: real, empty, and gone when nobody needs them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from redis import Redis
from sqlalchemy import create_engine, inspect, text

from tests import servers
from tests.server_guard import ServerMissing

OWNER = """
import sys
from tests.servers import postgres_server, valkey_server
with postgres_server() as postgres, valkey_server() as valkey:
    print(postgres.pid, postgres.directory, valkey.pid, valkey.directory, flush=True)
    sys.stdin.read()
"""


def test_a_test_gets_an_empty_database_of_each_engine(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))

    assert inspect(engine).get_table_names() == ["left_behind"], "what an earlier test made must not be seen"
    engine.dispose()


@pytest.mark.postgres
def test_two_databases_of_one_server_do_not_see_each_other(postgres_url: str, postgres_database: str) -> None:
    with servers.administration(postgres_url) as admin, servers.fresh_database(postgres_url, admin) as other:
        for url in (postgres_database, other):
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE calls (id INTEGER)"))
            engine.dispose()


@pytest.mark.parametrize("written_before", [b"first", b"second"])
def test_a_test_gets_an_empty_valkey(valkey: Redis, written_before: bytes) -> None:
    assert valkey.dbsize() == 0

    valkey.set("left behind", written_before)


@pytest.mark.faults
@pytest.mark.postgres
def test_servers_end_and_leave_nothing_when_their_owner_is_killed(postgres_url: str, valkey_url: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1], start_new_session=True,
    )  # fmt: skip
    assert owner.stdout is not None
    postgres_pid, postgres_directory, valkey_pid, valkey_directory = owner.stdout.readline().split()
    running = [psutil.Process(int(pid)) for pid in (postgres_pid, valkey_pid)]
    guards = [process.parent() for process in running]

    os.killpg(owner.pid, signal.SIGKILL)
    owner.communicate()

    _, alive = psutil.wait_procs([*running, *(guard for guard in guards if guard)], timeout=20)
    assert alive == []
    assert not Path(postgres_directory).exists()
    assert not Path(valkey_directory).exists()


@pytest.mark.faults
@pytest.mark.postgres
def test_a_frozen_server_is_ended_all_the_same(postgres_url: str) -> None:
    with servers.postgres_server() as server:
        os.kill(server.pid, signal.SIGSTOP)

    assert not psutil.pid_exists(server.pid)


@pytest.mark.postgres
def test_a_server_takes_settings(postgres_url: str) -> None:
    with servers.postgres_server(max_connections="7") as server, servers.administration(server.url) as admin:
        row = admin.execute("SHOW max_connections").fetchone()

    assert row == ("7",)


@pytest.mark.postgres
def test_a_server_that_cannot_start_says_why(postgres_url: str) -> None:
    with pytest.raises(ServerMissing, match="no_such_setting"), servers.postgres_server(no_such_setting="1"):
        pass
