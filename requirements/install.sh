#!/bin/sh
# Makes .venv from the pins in dev.txt, with this checkout installed into it. Needs Python 3.11+ and a package index.
#   sh requirements/install.sh PYTHON VENV
# The index, proxies and certificates are those of the environment and of pip's own configuration; none is written down.
set -eu

python=$1
venv=$2
pins=requirements/dev.txt

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "$python is $("$python" -V 2>&1), and crmsync needs Python 3.11 or later: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
}
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || {
    echo "$python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
}

# pip knows the machine's index and brings uv; uv, which is some ten times faster, brings the rest.
wanted=$(sed -n 's/^\(uv==[^ ;]*\).*/\1/p' "$pins")
[ "$("$venv/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" = "${wanted#uv==}" ] ||
    "$venv/bin/python" -m pip --disable-pip-version-check install --quiet "$wanted"

# uv does not read pip's settings, so hand it the index they name, unless it was told one of its own.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=${PIP_INDEX_URL:-$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
fi
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}" # a company's own certificate authority is one the machine knows
export VIRTUAL_ENV="$PWD/$venv"
unset PYTHONHOME PYTHONPATH

# Two steps, because the second builds with the hatchling that the first one pinned, and so needs no index.
"$venv/bin/uv" pip install --quiet --requirement "$pins"
"$venv/bin/uv" pip install --quiet --exact --no-build-isolation --requirement "$pins" --editable .
