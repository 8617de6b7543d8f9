#!/bin/sh
# The programs that some tests run, as Debian packages. Where they can't be installed, those tests are skipped;
# under CI=true that is a failure. `PACKAGES` in conftest.py is the same list.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
missing=

wants() {
    command -v "$1" >/dev/null || missing="$missing $2"
}

wants chromium chromium
wants mosquitto mosquitto
wants openssl openssl
wants promtool prometheus
wants strace strace
wants systemd-analyze systemd
wants visudo sudo

[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086  # one word a package
sh "$(dirname "$0")/../systemd/packages.sh" $missing || [ "${CI:-}" != true ]
