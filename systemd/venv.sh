#!/bin/sh
# venv.sh FOLDER [OPTION...]: an empty virtual environment; the options are those of python3 -m venv.
set -eu
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "fabgate: needs Python 3.11 or later; name it: make PYTHON=/usr/bin/python3.11" >&2
    exit 1
}
# Debian keeps this part of Python in a package of its own.
"$python" -c 'import ensurepip' 2>/dev/null || sh "$(dirname "$0")/packages.sh" python3-venv
exec "$python" -m venv "$@"
