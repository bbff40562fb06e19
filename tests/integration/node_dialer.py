"""Twilio's SDK for Node in a process of its own, installed once into the virtual environment that runs the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).with_name("node")
_INSTALL_SECONDS = 100
_RUN_SECONDS = 60


class NodeMissing(Exception):
    """Twilio's SDK for Node cannot be had on this machine; the text says why."""


class NotInstalled(NodeMissing):
    """There is Node, and npm could not install the SDK."""


class NodeDialer:
    """Does steps (see node/dialer.mjs), each time as a new process."""

    def __init__(self, modules: Path, base_url: str, account_sid: str, token: str) -> None:
        self._given = {"modules": str(modules), "baseUrl": base_url, "accountSid": account_sid, "token": token}

    def do(self, *steps: list[Any]) -> list[Any]:
        """What each step returned or raised; times out like the test that asks."""
        given = json.dumps({**self._given, "steps": steps})
        command = ["node", str(SOURCES / "dialer.mjs"), given]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False)
        assert done.returncode == 0, done.stderr
        results: list[Any] = json.loads(done.stdout)
        return results


def installed_modules() -> Path:
    """The folder with exactly the packages of package-lock.json; raises NodeMissing."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NodeMissing("there is no node and npm on this machine: install Node.js to test its Twilio SDK")
    lock = SOURCES.joinpath("package-lock.json").read_bytes()
    target = Path(sys.prefix, "node-sdk", sha256(lock).hexdigest()[:16])
    if not target.exists():
        _install(target)
    return target


def _install(target: Path) -> None:
    """Whole or not at all: another test run may look for it meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise NotInstalled("npm did not install Twilio's SDK in time") from None
        if done.returncode:
            raise NotInstalled(f"npm could not install Twilio's SDK: {done.stderr.strip()[-500:]}")
        try:
            os.rename(folder, target)  # noqa: PTH104  # a Path would name the folder that TemporaryDirectory removes
        except OSError:
            if not target.exists():
                raise
        Path(folder).mkdir(exist_ok=True)  # for its own removal
