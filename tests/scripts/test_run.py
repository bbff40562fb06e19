"""`scripts/run` sets the environment up and becomes the stack, with the user's options, wherever it is called."""

import shutil
import subprocess
from pathlib import Path

RUN = Path(__file__).parents[2] / "scripts" / "run"


def test_it_prepares_the_production_lock_and_hands_every_option_on(tmp_path: Path) -> None:
    scripts = tmp_path / "a project" / "scripts"
    scripts.mkdir(parents=True)
    shutil.copy(RUN, scripts)
    stub = 'venv_python=echo\nprepare_venv() { echo "prepared $1"; }\n'
    (scripts / "setup_venv.sh").write_text(stub, encoding="utf-8")

    done = subprocess.run(
        [scripts / "run", "--demo", "--calls", "my list.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == [
        "prepared requirements.lock",
        "-P -m scripts.stack --demo --calls my list.csv",
    ]
