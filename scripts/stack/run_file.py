"""`run.json` in the data folder: all that a script needs to drive a running stack. For its owner alone."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

from middleware.bootstrap import Services
from middleware.decision.model import PlacedBy
from middleware.services.asking import Question
from middleware.services.setting_up import SetUp
from scripts.stack.configuration import MAIL, TWILIO, Configuration
from scripts.stack.data_folder import DataFolder
from scripts.stack.demo_data import DemoData, Example
from scripts.stack.kept import Kept
from scripts.stack.ports import LOOPBACK
from scripts.stack.whole_files import write_private

VERSION = 1
RESULT = "demo.json"  # in the data folder, written by the dialer of a demonstration
STARTING, READY, DEMO, STOPPED = "starting", "ready", "demo", "stopped"


class RunFile:
    """Written anew, whole, at every change. Instants are ISO 8601 in UTC, as the stack's clock shows them."""

    def __init__(self, folder: DataFolder, configuration: Configuration, kept: Kept) -> None:
        self._path = folder.run_file
        offset = configuration.settings.clock_offset
        self.content: dict[str, Any] = {
            "version": VERSION,
            "state": STARTING,
            "data_dir": str(folder.path),
            "started_at": (datetime.now(UTC) + offset).isoformat(timespec="seconds"),
            "clock": {"is_shifted": bool(offset), "offset_seconds": offset.total_seconds()},
            "addresses": _addresses(folder, configuration, kept),
            "database_url": configuration.settings.database_url,
            "redis_url": configuration.settings.redis_url,
            "environment_file": str(folder.path / "environment"),
            "processes": {"supervisor": os.getpid()},
            "exports": [],
        }

    def note(self, **members: object) -> None:
        """Set members and write the file."""
        self.content.update(members)
        write_private(self._path, json.dumps(self.content, indent=1, ensure_ascii=False) + "\n")

    def note_processes(self, pids: dict[str, int]) -> None:
        """The process ids of all parts, after one has changed."""
        self.note(processes={"supervisor": os.getpid(), **pids})

    def note_demonstration(self, folder: DataFolder) -> None:
        """What the dialer wrote down of its run, and every export there is."""
        exports = sorted(str(path) for path in (folder.path / "exports").glob("attempts-*") if path.suffix != ".part")
        result = folder.path / RESULT
        self.note(exports=exports, demo=json.loads(result.read_text(encoding="utf-8")) if result.exists() else None)


def _addresses(folder: DataFolder, configuration: Configuration, kept: Kept) -> dict[str, str]:
    settings = configuration.settings
    gateway = f"http://{LOOPBACK}:{kept.ports['gateway']}"
    addresses = {"gateway": gateway, "public": settings.public_base_url, "twilio_api": settings.twilio_api_base_url}
    if configuration.embeds(TWILIO):
        addresses["twilio_simulator"] = settings.twilio_api_base_url
    if configuration.embeds(MAIL):
        addresses["mail_catcher"] = f"smtp://{settings.smtp_host}:{settings.smtp_port}"
        addresses["mails"] = str(folder.path / "mails")
    return addresses


def credentials_of(services: Services, set_up: SetUp, kept: Kept) -> dict[str, Any]:
    """The demonstration's credentials by role and by route."""
    known = services.catalogue.checked().credentials
    by_role = {
        known[name].role: {"credential": name, "api_key": key} for name, key in kept.api_keys.items() if name in known
    }
    accounts = {
        entry.value.campaign: {
            "credential": entry.value.id,
            "account_sid": entry.value.account_sid,
            "auth_token": services.access.token_of(known[entry.value.id]),
        }
        for entry in set_up.credentials
        if entry.value.kind == "twilio" and entry.value.id in known
    }
    return {
        "roles": by_role,
        "routes": {
            "twilio_rest": accounts,  # by campaign: the account says which campaign it calls for
            "attempts_api": by_role.get("dialer"),
            "checks_api": by_role.get("caller"),
            "exports": by_role.get("auditor"),
        },
    }


def callees_of(services: Services, demo: DemoData) -> dict[str, Any]:
    """The examples, each with what would be decided about it now; nothing is recorded."""
    examples = demo.dialer.examples
    return {
        "permitted": _tried(services, demo, examples.permitted),
        "suppressed": _tried(services, demo, examples.suppressed),
        "out_of_hours": _tried(services, demo, examples.out_of_hours),
        "more_permitted": [_tried(services, demo, example) for example in examples.more_permitted],
    }


def _tried(services: Services, demo: DemoData, example: Example) -> dict[str, Any]:
    catalogue = services.catalogue.checked()
    asker = next(each for each in catalogue.credentials.values() if each.campaign_id == example.campaign)
    question = Question(example.campaign, example.callee, PlacedBy.US, "twilio_rest", request_digest="")
    decision = services.precall.consider(question, asker).decision
    return {
        "campaign": example.campaign,
        "callee": example.callee,
        "caller_id": demo.dialer.caller_ids[example.campaign],
        "account_sid": asker.account_sid,
        "permitted_now": decision.is_permitted,
        "not_before": decision.not_before.isoformat() if decision.not_before else None,
        "reasons": [verdict.reason.value for verdict in decision.refusals if verdict.reason],
    }
