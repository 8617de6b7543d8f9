#!/bin/sh
# `fabgate` as people type it. The books belong to the user fabgate alone (folder 0700, badge keys 0400), so whoever
# comes becomes that user before anything is opened: root at once, a login of the group fabgate by way of sudo.
# Who typed stays known as SUDO_UID and SUDO_USER, which sudo sets and the person cannot.
set -eu
gate=/opt/fabgate/bin/fabgate
door=/opt/fabgate/libexec/fabgate
unset FABGATE_SIGNED_IN # the board says by it for whom it runs a command, and the board uses no door

stop() {
    echo "fabgate: $1" >&2
    exit "$2"
}

# A configuration of one's own could say that nobody has to prove who they are.
only_the_labs_configuration() {
    for word in "$@"; do
        case $word in
        --config | --config=*) stop "another configuration is for root: sudo fabgate ... --config FILE" 2 ;;
        esac
    done
    unset FABGATE_CONFIG
}

# lgpio makes a pipe in its working folder, for the doctor and a reader test too; they start where the person is, where
# the user fabgate may not write.
as_root() {
    umask 027
    export LG_WD=/run/fabgate-cli
    export SUDO_UID="${SUDO_UID:-0}" SUDO_USER="${SUDO_USER:-root}" HOME=/var/lib/fabgate
    exec setpriv --reuid fabgate --regid fabgate --init-groups -- "$gate" "$@"
}

as_the_gate() {
    umask 027
    export LG_WD=/run/fabgate-cli
    [ "${SUDO_UID:-0}" = 0 ] || only_the_labs_configuration "$@"
    exec "$gate" "$@"
}

as_a_person() {
    case ${1-} in
    '' | -* | demo | rehearse) exec "$gate" "$@" ;; # opens no books, and reads the person's own files
    esac
    command -v sudo >/dev/null || stop "managers' logins pass through sudo: as root, apt-get install sudo" 1
    sudo -n -l -u fabgate "$door" >/dev/null 2>&1 ||
        stop "$(id -un) is not in the group fabgate: sudo adduser $(id -un) fabgate, then log in again" 1
    exec sudo -n -u fabgate -- "$door" "$@"
}

case $(id -un) in
root) as_root "$@" ;;
fabgate) as_the_gate "$@" ;;
*) as_a_person "$@" ;;
esac
