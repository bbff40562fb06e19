"""What stands in the way of a start is told at once, one line each; what a start decides is kept for the next."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from middleware.store.database import Database
from scripts.stack.__main__ import main
from scripts.stack.errors import CannotStart
from scripts.stack.plan import Asked
from scripts.stack.preparing import Prepared, prepare
from tests.rows import a_refused_row, insert_attempts

REAL_TWILIO = {
    "RINGFENCE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "RINGFENCE_TWILIO_AUTH_TOKEN": "token",
    "RINGFENCE_PUBLIC_BASE_URL": "https://ringfence.example",
}
AT = "2026-11-24T10:00+01:00"


@pytest.fixture(autouse=True)
def _nothing_set_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("RINGFENCE_"):
            monkeypatch.delenv(name)


def run(tmp_path: Path, *options: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(tmp_path / "data"), *options], env=environment)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    told = result.stderr.splitlines()
    assert all(line.startswith("ringfence: ") for line in told)
    return [line.removeprefix("ringfence: ") for line in told]


def asked(tmp_path: Path, **changes: object) -> Asked:
    values: dict[str, object] = {"port": None, "at": None, "with_demo_data": True, "demo": False, "calls": None}
    return Asked(data_dir=tmp_path / "data", keep=False, **{**values, **changes})  # type: ignore[arg-type]


def prepared(tmp_path: Path, **changes: object) -> Prepared:
    """Prepared as by a start, which then ended: its lock is gone."""
    result = prepare(asked(tmp_path, **changes))
    result.folder.release()
    return result


def test_everything_wrong_is_told_at_once_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text('smtp_host = "127.0.0.1"\nspeed = 9\n', encoding="utf-8")
    told = lines(
        run(
            tmp_path,
            *("--at", "2026-11-24T10:00", "--calls", "nowhere.csv"),
            RINGFENCE_DATABSE_URL="sqlite:///x",
            RINGFENCE_PERMIT_SECONDS="soon",
            RINGFENCE_REDIS_URL="redis://127.0.0.1:1/0",
            RINGFENCE_TWILIO_ACCOUNT_SID="AC12",
        )
    )

    starts = [
        "--at 2026-11-24T10:00: says no time zone",
        "--calls: goes with --demo",
        "demo data is never loaded beside real Twilio credentials",
        "RINGFENCE_DATABSE_URL: is no setting; did you mean RINGFENCE_DATABASE_URL?",
        "RINGFENCE_PERMIT_SECONDS: ",
        "RINGFENCE_TWILIO_ACCOUNT_SID: ",
        "RINGFENCE_TWILIO_AUTH_TOKEN: is not set",
        "RINGFENCE_PUBLIC_BASE_URL: is not set",
        "RINGFENCE_MAIL_FROM: is not set",
        "ringfence.toml: speed is no setting",
    ]
    assert [start for start in starts if not any(line.startswith(start) for line in told)] == []
    assert len(told) == len(set(told))
    assert not (tmp_path / "data" / "ringfence.sqlite3").exists()


def test_servers_of_the_users_own_that_do_not_answer_are_told_at_once_without_their_secrets(tmp_path: Path) -> None:
    told = lines(
        run(
            tmp_path,
            RINGFENCE_DATABASE_URL="postgresql://ringfence:hunter2@127.0.0.1:1/ringfence",
            RINGFENCE_REDIS_URL="redis://:hunter2@127.0.0.1:1/0",
            RINGFENCE_SMTP_HOST="127.0.0.1",
            RINGFENCE_SMTP_PORT="1",
            RINGFENCE_MAIL_FROM="notices@acme.example",
        )
    )

    assert [line.split(":")[0] for line in told] == [
        "RINGFENCE_DATABASE_URL",
        "RINGFENCE_REDIS_URL",
        "RINGFENCE_SMTP_HOST",
    ]
    assert "hunter2" not in "".join(told)


def test_a_settings_file_that_is_no_toml_is_told_beside_the_options(tmp_path: Path) -> None:
    (tmp_path / "ringfence.toml").write_text('smtp_host = "', encoding="utf-8")

    told = lines(run(tmp_path, "--keep"))

    assert told[0].startswith("ringfence.toml cannot be read: ")
    assert told[1].startswith("--keep: goes with --demo")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--at", AT, "--no-demo-data"], "--at: real Twilio credentials are configured"),
        (["--demo"], "--demo: real Twilio credentials are configured"),
        ([], "demo data is never loaded beside real Twilio credentials: add --no-demo-data"),
    ],
)
def test_with_real_twilio_there_is_no_moved_clock_no_demonstration_and_no_demo_data(
    tmp_path: Path, options: list[str], said: str
) -> None:
    assert [line for line in lines(run(tmp_path, *options, **REAL_TWILIO)) if line.startswith(said)]


def test_real_twilio_never_meets_demo_data_that_an_earlier_start_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(tmp_path)
    for name, value in REAL_TWILIO.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(CannotStart, match="holds demo data, which real Twilio must never ring"):
        prepared(tmp_path, with_demo_data=False)


def test_real_twilio_never_meets_a_clock_that_an_earlier_start_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(tmp_path, at=AT, with_demo_data=False)
    for name, value in REAL_TWILIO.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(CannotStart, match="moved this folder's clock") as told:
        prepared(tmp_path, with_demo_data=False)

    assert len(told.value.lines) == 1


def test_a_real_part_of_the_users_own_is_not_embedded(tmp_path: Path, valkey_url: str) -> None:
    with pytest.MonkeyPatch.context() as set_for_a_moment:
        set_for_a_moment.setenv("RINGFENCE_REDIS_URL", valkey_url)
        configuration = prepared(tmp_path).configuration

    assert not configuration.embeds("queue")
    assert configuration.settings.redis_url == valkey_url
    assert configuration.embeds("twilio")
    assert configuration.settings.allow_private_callback_hosts


def test_a_second_start_has_the_same_secrets_addresses_keys_and_data(tmp_path: Path) -> None:
    first = prepared(tmp_path)
    second = prepared(tmp_path)

    assert second.kept == first.kept
    assert second.configuration.settings == first.configuration.settings
    assert set(second.kept.api_keys) == {"demo-dialer", "demo-caller", "demo-auditor", "demo-admin"}
    assert second.notes == ("Demo data was there already.",)
    assert (tmp_path / "data" / "kept.json").stat().st_mode & 0o077 == 0


def test_the_clock_goes_on_as_it_was_moved(tmp_path: Path) -> None:
    moved = prepared(tmp_path, at=AT).services.clock.now()
    later = prepared(tmp_path).services.clock.now()

    assert abs(moved - datetime.fromisoformat(AT)) < timedelta(minutes=1)
    assert timedelta(0) < later - moved < timedelta(minutes=1)


def test_a_time_before_an_attempt_is_refused_and_a_demonstration_chooses_a_later_one(tmp_path: Path) -> None:
    newest = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    first = prepared(tmp_path)
    insert_attempts(Database(first.configuration.settings.database_url), [a_refused_row(newest)])

    with pytest.raises(CannotStart, match="its clock never goes back"):
        prepared(tmp_path, at="2026-11-30T10:00+01:00")

    assert prepared(tmp_path, demo=True).services.clock.now() >= newest


def test_without_demo_data_the_store_stays_empty(tmp_path: Path) -> None:
    empty = prepared(tmp_path, with_demo_data=False)

    assert empty.set_up is None
    assert empty.services.catalogue.checked().campaigns == {}


def test_a_folder_in_use_is_not_used_twice(tmp_path: Path) -> None:
    running = prepare(asked(tmp_path))

    told = lines(run(tmp_path))

    running.folder.release()
    assert told == [f"{tmp_path / 'data'} is in use by process {os.getpid()}: end that one, or take another --data-dir"]


def test_a_database_whose_secrets_are_gone_is_not_used(tmp_path: Path) -> None:
    prepared(tmp_path)
    (tmp_path / "data" / "kept.json").unlink()

    [told] = lines(run(tmp_path))

    assert "without its secrets ringfence.sqlite3 cannot be used" in told


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_a_port_that_was_asked_for_must_be_free(tmp_path: Path, taken_port: int) -> None:
    [told] = lines(run(tmp_path, "--port", str(taken_port)))

    assert told == f"--port {taken_port}: another program listens there; choose another port"


def test_a_port_that_was_used_before_and_is_taken_now_is_left_and_that_is_said(tmp_path: Path) -> None:
    port = prepared(tmp_path).kept.ports["gateway"]
    with closing(socket.create_server(("127.0.0.1", port))):
        moved = prepared(tmp_path)

    assert moved.kept.ports["gateway"] != port
    assert moved.notes[0] == f"Port {port} is taken by another program, so the gateway listens on another one."
    assert moved.configuration.settings.public_base_url.endswith(f":{moved.kept.ports['gateway']}")
