#!/bin/sh
# Installs this checkout with the newest dependencies that pyproject.toml allows, and starts what depends on most of them.
#   sh requirements/newest.sh PYTHON VENV
set -eu

python=$1
venv=$2

rm -rf "$venv"
"$python" -m venv "$venv"
index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}}}
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
VIRTUAL_ENV="$PWD/$venv" .venv/bin/uv pip install --quiet --upgrade ".[web]"

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export CRMSYNC_HOME="$home/home" PYTHON_KEYRING_BACKEND=keyring.backends.fail.Keyring PYTHONWARNINGS=error::DeprecationWarning:crmsync
"$venv/bin/crmsync" init --yes >/dev/null
"$venv/bin/crmsync" import samples >/dev/null 2>&1 || [ $? -eq 5 ] # some of the samples are broken on purpose
"$venv/bin/crmsync" status
"$venv/bin/python" requirements/look.py
