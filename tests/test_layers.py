"""Imports run in one direction, and modules are small and well named."""

from pathlib import Path

import pytest

from tests.layers import SIZE_LIMIT, violations

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("middleware", "webhooks", "scripts") for path in (ROOT / package).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_module_keeps_to_its_layer(path: Path) -> None:
    assert violations(module_name(path), path.read_text(encoding="utf-8")) == []


PERMITTED = [
    ("middleware.decision.rules.hours", "from datetime import time\nfrom middleware.decision.model import Facts"),
    ("middleware.decision", "import middleware.decision.model"),
    ("middleware.services.precall", "from middleware.gateways.ports import Mailer"),
    ("middleware.services.precall", "from middleware.decision import decide\nfrom middleware.store import work"),
    ("middleware.store.attempts", "import sqlalchemy\nfrom middleware.decision import model"),
    ("middleware.gateways.twilio", "from middleware.errors import CarrierUnavailable\nimport twilio.rest"),
    ("middleware.gateways.connectors.mail", "from middleware.gateways.http import fetch"),
    ("middleware.bootstrap", "from middleware.gateways.twilio import TwilioCalls\nfrom middleware.store import work"),
    ("webhooks.attempts", "import flask\nfrom middleware.services.precall import Precall\nimport webhooks.auth"),
    ("webhooks.attempts", "from middleware import errors, settings"),
    ("scripts.cli.serve", "from middleware.bootstrap import wire\nfrom webhooks.wsgi import app"),
    ("middleware.policies.reading", "import yaml"),
    ("middleware.policies.resolving", "from middleware.encoding import digest_of"),
    ("middleware.services.replay.replaying", "from middleware.encoding import facts_from_text"),
    ("middleware.encoding.policies", "import msgspec\nfrom middleware.decision.model import Policy"),
    ("middleware.explanations.sentences", "import babel\nfrom middleware.decision.model import Reason"),
    ("webhooks.answers", "from middleware.explanations import explain"),
    ("middleware.database", "import decimal"),
]


@pytest.mark.parametrize(("module", "source"), PERMITTED)
def test_an_import_along_the_arrows_is_fine(module: str, source: str) -> None:
    assert violations(module, source) == []


AGAINST = [
    ("middleware.decision.rules.hours", "import holidays", "holidays"),
    ("middleware.decision.rules.hours", "from middleware.errors import X", "middleware.errors.X"),
    ("middleware.decision.rules.hours", "from middleware import decision, store", "middleware.store"),
    ("middleware.decision.engine", "import msgspec", "msgspec"),
    (
        "middleware.decision.engine",
        "from middleware.encoding import policy_to_text",
        "middleware.encoding.policy_to_text",
    ),
    ("middleware.encoding.policies", "from middleware.policies import book", "middleware.policies.book"),
    ("middleware.gateways.twilio", "from middleware.encoding import digest_of", "middleware.encoding.digest_of"),
    ("middleware.explanations.sentences", "from middleware.services import asking", "middleware.services.asking"),
    ("webhooks.answers", "import middleware.encoding", "middleware.encoding"),
    ("middleware.decisions", "import flask.json", "flask.json"),
    ("middleware.phone_numbers", "from werkzeug.exceptions import NotFound", "werkzeug.exceptions.NotFound"),
    ("middleware.bootstrap", "import webhooks.app", "webhooks.app"),
    ("middleware.jobs", "from scripts.cli import main", "scripts.cli.main"),
    ("middleware.store.attempts", "from middleware.services import precall", "middleware.services.precall"),
    ("middleware.store.attempts", "import middleware.gateways.ports", "middleware.gateways.ports"),
    ("middleware.gateways.twilio", "from middleware.store.work import Unit", "middleware.store.work.Unit"),
    ("middleware.gateways.twilio", "from middleware import services", "middleware.services"),
    ("middleware.services.precall", "from sqlalchemy.orm import Session", "sqlalchemy.orm.Session"),
    ("middleware.services.precall", "import webhooks", "webhooks"),
    ("middleware.services.precall", "from middleware.gateways.twilio import Calls", "middleware.gateways.twilio.Calls"),
    ("middleware.services.precall", "from middleware.gateways import twilio", "middleware.gateways.twilio"),
    (
        "middleware.services.precall",
        "import middleware.gateways.ports_of_twilio",
        "middleware.gateways.ports_of_twilio",
    ),
    ("middleware.jobs", "from middleware.gateways.queue import Queue", "middleware.gateways.queue.Queue"),
    ("scripts.cli.serve", "from flask import Flask", "flask.Flask"),
    ("scripts.cli.serve", "from webhooks.attempts import blueprint", "webhooks.attempts.blueprint"),
    ("scripts.cli.store", "from middleware.store.work import Unit", "middleware.store.work.Unit"),
    ("webhooks.attempts", "from middleware.store.attempts import Attempts", "middleware.store.attempts.Attempts"),
    ("webhooks.attempts", "from middleware.policies import resolve", "middleware.policies.resolve"),
    ("webhooks.attempts", "import middleware", "middleware"),
    ("webhooks.attempts", "import scripts.cli", "scripts.cli"),
    ("middleware.settings", "from tests.fakes import Mailer", "tests.fakes.Mailer"),
]


@pytest.mark.parametrize(("module", "source", "culprit"), AGAINST)
def test_an_import_against_the_arrows_is_found(module: str, source: str, culprit: str) -> None:
    found = violations(module, source)

    assert found
    assert all(f"{module} imports {culprit}:" in line for line in found)


@pytest.mark.parametrize(
    "source",
    [
        "def load():\n    import sqlalchemy",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sqlalchemy",
        "try:\n    import sqlalchemy\nexcept ImportError:\n    pass",
        "from importlib import import_module\nengine = import_module('sqlalchemy')",
        "import importlib\nengine = importlib.import_module('sqlalchemy')",
        "engine = __import__('sqlalchemy')",
    ],
)
def test_a_hidden_import_is_found(source: str) -> None:
    assert len(violations("middleware.services.precall", source)) == 1


def test_a_relative_import_is_refused_since_its_direction_does_not_show() -> None:
    assert len(violations("middleware.services.precall", "from ..store import work")) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("middleware.utils", ""),
        ("middleware.store.helpers.times", ""),
        ("webhooks.info", ""),
        ("middleware.calls", "class Calls:\n    def data(self): ..."),
        ("middleware.calls", "async def manager(): ..."),
    ],
)
def test_a_name_that_says_nothing_is_refused(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(("lines", "refused"), [(SIZE_LIMIT, 0), (SIZE_LIMIT + 1, 1)])
def test_a_module_past_the_size_limit_is_refused(lines: int, refused: int) -> None:
    assert len(violations("middleware.calls", "'one line'\n" * lines)) == refused
