# shellcheck shell=bash
# Sourced by the executables beside it. Promise: after
#     prepare_venv requirements.lock
# $venv_python is a Python that has exactly what that lock names, and the project itself. Needs nothing but Python 3.11 or
# newer. Does nothing when all is in place already; installs again when the lock, pyproject.toml or the folder changed.
# Two that start at once wait for each other.

project_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$project_root/.venv
venv_python=$venv/bin/python

# Packages of another environment must not be mixed into ours.
unset PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PIP_USER=0

fail() {
    echo "ringfence: $*" >&2
    exit 1
}

# Prints the first Python that is new enough and can make environments. Each is run, since a name may be a mere shim.
find_python() {
    local candidate too_bare=""
    for candidate in ${RINGFENCE_PYTHON:+"$RINGFENCE_PYTHON"} python3.13 python3.12 python3.11 python3; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        if "$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
        too_bare=$candidate
    done
    if [[ -n $too_bare ]]; then
        fail "$too_bare cannot make environments; install its venv module (Debian and Ubuntu: apt-get install python3-venv)"
    fi
    fail "needs Python 3.11 or newer, found none; install one, or name it: RINGFENCE_PYTHON=/path/to/python $0"
}

# A stamp is a copy of what was installed, so that comparing needs no tool that a machine may lack.
is_stamped() { [[ -f $venv/$1 && $(<"$venv/$1") == "$2" ]]; }
lock_stamp() { echo "installed-$(basename "$1")"; }
project_stamp() { printf '%s\n' "$project_root" && cat "$project_root/pyproject.toml"; }
is_prepared() {
    [[ -x $venv_python ]] && is_stamped "$(lock_stamp "$1")" "$(<"$project_root/$1")" &&
        is_stamped installed-project "$(project_stamp)"
}

make_venv() {
    if "$venv_python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        # Made by another tool, perhaps without pip.
        "$venv_python" -m pip --version >/dev/null 2>&1 || "$venv_python" -m ensurepip >/dev/null
    else
        "$1" -m venv --clear "$venv"
    fi
}

# What pip says matters only when it fails: it warns about things that are as they should be.
pip_install() {
    local said
    said=$("$venv_python" -m pip install --quiet --no-deps "$@" 2>&1) || {
        printf '%s\n' "$said" >&2
        return 1
    }
}

install_lock() {
    local lock=$1 stamp
    stamp=$(lock_stamp "$lock")
    ! is_stamped "$stamp" "$(<"$project_root/$lock")" || return 0
    rm -f -- "$venv/$stamp"
    pip_install --require-hashes -r "$project_root/$lock" || return 1
    cp -- "$project_root/$lock" "$venv/$stamp"
    # The development lock holds all of the other one.
    if [[ $lock == requirements-dev.lock ]]; then
        cp -- "$project_root/requirements.lock" "$venv/$(lock_stamp requirements.lock)"
    fi
}

install_project() {
    rm -f -- "$venv/installed-project"
    pip_install --no-build-isolation --editable "$project_root" || return 1
    project_stamp >"$venv/installed-project"
}

prepare_venv() {
    ! is_prepared "$1" || return 0
    local base
    base=$(find_python) || exit 1
    # Python locks the descriptor that this shell holds: released whatever way the shell ends, and no tool needed.
    exec 9>"$project_root/.venv.lock"
    "$base" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    if ! is_prepared "$1"; then
        echo "ringfence: installing what $1 names into .venv (the first time takes about a minute)" >&2
        make_venv "$base" || fail "could not make $venv with $base; the lines above say why"
        install_lock "$1" || fail "could not install $1; the lines above say why. Start again to go on from there"
        install_project || fail "could not install the project itself; the lines above say why"
    fi
    exec 9>&-
}
