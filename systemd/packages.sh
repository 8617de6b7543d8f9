#!/bin/sh
# packages.sh PACKAGE...: installs Debian packages where it may, and says in one line what to type where it may not.
set -eu

by_hand() {
    echo "fabgate: missing Debian packages; type: sudo apt-get update && sudo apt-get install -y $*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >/dev/null
}

command -v apt-get >/dev/null || by_hand "$@"
as_root true 2>/dev/null || by_hand "$@"
echo "fabgate: installing the Debian packages $*"
# Lists that cannot be refreshed may still do.
apt update || true
apt install -y --no-install-recommends "$@" || by_hand "$@"
