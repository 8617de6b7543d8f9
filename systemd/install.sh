#!/bin/sh
# install.sh install    builds this checkout as a new release and puts it in force; again for an upgrade
# install.sh switch     puts in force the newest release that was built (after an upgrade that had to wait)
# install.sh uninstall  takes all of it away, but for the configuration and the books
#
# DESTDIR=/folder installs into that folder: for an image or a package. Users, services and running
# machines are then somebody else's, and this script does not touch them.
#
# A release is a virtual environment of its own in /opt/fabgate-releases, and /opt/fabgate is a link to the one in
# force. So a build that fails changes nothing, and a running gate keeps its own files until it is started again.
set -eu
umask 022

here=$(CDPATH='' cd -- "$(dirname "$0")/.." && pwd)
root=${DESTDIR:-}
releases=/opt/fabgate-releases
configuration=/etc/fabgate/fabgate.toml
books=/var/lib/fabgate

say() { echo "fabgate: $*"; }
stop() {
    echo "fabgate: $*" >&2
    exit 1
}

# Everything that goes onto the machine beside the release: mode, file here, place there.
files() {
    cat <<TABLE
644 fabgate-gate.service /usr/local/lib/systemd/system/fabgate-gate.service
644 fabgate-broker.service /usr/local/lib/systemd/system/fabgate-broker.service
644 fabgate-hub.service /usr/local/lib/systemd/system/fabgate-hub.service
644 fabgate-board.service /usr/local/lib/systemd/system/fabgate-board.service
644 fabgate-backup.service /usr/local/lib/systemd/system/fabgate-backup.service
644 fabgate-backup.timer /usr/local/lib/systemd/system/fabgate-backup.timer
644 fabgate-metrics@.service /usr/local/lib/systemd/system/fabgate-metrics@.service
644 fabgate-metrics@.timer /usr/local/lib/systemd/system/fabgate-metrics@.timer
644 fabgate-privacy@.service /usr/local/lib/systemd/system/fabgate-privacy@.service
644 fabgate-privacy@.timer /usr/local/lib/systemd/system/fabgate-privacy@.timer
644 sysusers.conf /usr/local/lib/sysusers.d/fabgate.conf
644 tmpfiles.conf /usr/local/lib/tmpfiles.d/fabgate.conf
644 udev.rules /etc/udev/rules.d/60-fabgate.rules
440 sudoers /etc/sudoers.d/fabgate
TABLE
}

completions() {
    cat <<TABLE
bash /usr/local/share/bash-completion/completions/fabgate
zsh /usr/local/share/zsh/site-functions/_fabgate
fish /usr/local/share/fish/vendor_completions.d/fabgate.fish
TABLE
}

on_this_machine() { [ -z "$root" ]; }
systemd_runs() { on_this_machine && [ -d "$root/run/systemd/system" ]; }
gate_runs() { systemd_runs && systemctl --quiet is-active fabgate-gate.service; }

may_install() {
    on_this_machine || return 0
    [ "$(id -u)" = 0 ] || stop "this needs root: sudo make install"
}

# --- building a release ---------------------------------------------------------------------------------------

# A Python of somebody's own (in a home) would be closed to the user fabgate.
python() { if [ -x /usr/bin/python3 ]; then echo /usr/bin/python3; else echo python3; fi; }

on_a_pi() { grep -qs "Raspberry Pi" /proc/device-tree/model; }

# On a Pi the pin library comes from Debian, where it is compiled; elsewhere nothing but the core is needed.
pin_library() {
    on_a_pi || return 0
    imports lgpio || sh "$here/systemd/packages.sh" python3-lgpio ||
        say "going on without it: pip will look for lgpio"
}

# Some of these are installed and refuse to work, so they are really imported. lgpio leaves a pipe where it works.
imports() {
    pipes=$(mktemp -d)
    known=0
    LG_WD=$pipes "$(python)" -c "import $1" >/dev/null 2>&1 || known=1
    rm -rf "$pipes"
    return $known
}

# What an RC522 needs besides is compiled as well, so it comes from Debian; a lab without one can do without.
reader_libraries() {
    on_a_pi || return 0
    imports spidev || debian_gives python3-spidev
    imports RPi.GPIO || gpio_of_the_reader
}

# Two packages bring RPi.GPIO, with the same files: never both. rpi-lgpio works on every Pi and without /dev/gpiomem.
gpio_of_the_reader() {
    if has_package python3-rpi.gpio; then
        blind "RPi.GPIO does not work on this Pi; type: sudo apt-get remove python3-rpi.gpio, and install again"
    elif apt-cache show python3-rpi-lgpio >/dev/null 2>&1; then
        debian_gives python3-rpi-lgpio
    elif apt-cache show python3-rpi.gpio >/dev/null 2>&1; then
        debian_gives python3-rpi.gpio
    else
        blind "apt knows no python3-rpi-lgpio"
    fi
}

has_package() { dpkg-query --show --showformat='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }
debian_gives() { sh "$here/systemd/packages.sh" "$1" 2>/dev/null || blind "no $1; type: sudo apt-get install $1"; }
blind() { say "$1. Until then an RC522 reader stays blind: docs/readers.md"; }

# Displays on the I2C bus. Pillow is compiled, so it comes from Debian; a lab without a display can do without.
display_libraries() {
    on_a_pi || return 0
    imports PIL || sh "$here/systemd/packages.sh" python3-pil 2>/dev/null ||
        dark "no python3-pil; type: sudo apt-get install python3-pil"
}

# Into each release anew, as the reader's package.
display_packages() {
    on_a_pi || return 0
    in_release "$source[display]" 2>/dev/null ||
        dark "no luma; type: sudo /opt/fabgate/bin/python -m pip install luma.lcd luma.oled"
}

# Statements as PDF are written where the books are kept; fpdf2 wants Pillow, which may have no wheel here.
statement_packages() {
    in_release "$source[statements]" 2>/dev/null ||
        say "no fpdf2: without it \`fabgate statement\` writes nothing; docs/statements.md says how to get it"
}

dark() { say "$1. Until then a display stays dark: docs/screens.md"; }

new_release() {
    mkdir -p "$root$releases"
    made=$(mktemp -d "$root$releases/$(date -u +%Y%m%dT%H%M%SZ).XXXX")
    chmod 755 "$made"
    echo "${made#"$root"}"
}

# From a copy: building inside the checkout would leave root's files there, and pick up what an older build left.
copy_of_the_source() {
    cp -R "$here/fabgate" "$here/pyproject.toml" "$1"
    for page in README.md LICENSE; do
        [ ! -e "$here/$page" ] || cp "$here/$page" "$1"
    done
    find "$1" -name __pycache__ -type d -prune -exec rm -rf {} +
}

fill() {
    release=$1
    unfinished=$root$release
    source=$(mktemp -d)
    trap 'rm -rf "$source" "$unfinished"' EXIT
    trap 'exit 1' HUP INT TERM
    copy_of_the_source "$source"
    extra='[calendar,web,xlsx]'
    options=
    if on_a_pi; then extra='[pi,calendar,web,xlsx]' options=--system-site-packages; fi
    # shellcheck disable=SC2086  # no option is no word
    PYTHON=$(python) sh "$here/systemd/venv.sh" "$root$release" $options
    in_release "$source$extra"
    reader_package
    display_packages
    statement_packages
    install -D -m 755 "$here/systemd/door.sh" "$root$release/libexec/fabgate"
    complete_words
    forget_the_folder
    unfinished=
}

in_release() { "$root$release/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }

# Into each release anew, or an upgrade would lose the reader. --no-deps: it asks for RPi.GPIO by that name, which pip
# would compile, and which works on no Pi 5; what it needs has come from Debian.
reader_package() {
    on_a_pi || return 0
    in_release --no-deps mfrc522==0.0.7 2>/dev/null ||
        blind "no mfrc522; type: sudo /opt/fabgate/bin/python -m pip install --no-deps mfrc522==0.0.7"
}

# Also the first run of the new release: one that can't say its own commands is never put in force.
complete_words() {
    completions | while read -r shell _; do
        _FABGATE_COMPLETE=${shell}_source "$root$release/bin/fabgate" >"$root$release/complete.$shell"
    done
}

# The scripts of a virtual environment name its folder, which DESTDIR is no part of.
forget_the_folder() {
    rm -rf "$root$release/bin/__pycache__"  # of a script in Python that a library brings: it names the folder too
    on_this_machine || find "$root$release/bin" -type f -exec sed -i "s|$root$release|$release|g" {} +
}

# --- putting it in force --------------------------------------------------------------------------------------

nobody_works() {
    gate_runs || return 0
    open=$(fabgate_now session list --open --json) ||
        stop "can't tell whether somebody works; if nobody does, type: sudo systemctl stop fabgate-gate"
    [ "$(echo "$open" | tr -d '[:space:]')" = "[]" ]
}

fabgate_now() { "$root/opt/fabgate/libexec/fabgate" "$@"; }

back_up() {
    on_this_machine && [ -e "$root/opt/fabgate" ] && [ -e "$root$books/journal.db" ] || return 0
    say "backing up first"
    fabgate_now backup || stop "no backup, so no upgrade; nothing has been changed"
}

point_to() {
    ln -sfn "${1#/opt/}" "$root/opt/fabgate.new"
    mv -T "$root/opt/fabgate.new" "$root/opt/fabgate"
    mkdir -p "$root/usr/local/bin"
    ln -sfn /opt/fabgate/libexec/fabgate "$root/usr/local/bin/fabgate"
}

# A broken file in sudoers.d can shut everybody out.
place_files() {
    ! command -v visudo >/dev/null || visudo --check --quiet --file="$here/systemd/sudoers"
    files | while read -r mode name place; do
        install -D -m "$mode" "$here/systemd/$name" "$root$place"
    done
    completions | while read -r shell place; do
        install -D -m 644 "$root/opt/fabgate/complete.$shell" "$root$place"
    done
}

# A configuration that is there is the lab's own and never touched; what is new can be read beside it.
place_configuration() {
    place=$root$configuration
    [ ! -e "$place" ] || place=$place.sample
    install -D -m 644 "$here/systemd/fabgate.toml" "$place"
    install -D -m 644 "$here/systemd/fabgate-hub.toml" "$root/etc/fabgate/fabgate-hub.toml.sample"
}

make_the_user() {
    on_this_machine || {
        install -d -m 700 "$root$books"
        return 0
    }
    systemd-sysusers "$root/usr/local/lib/sysusers.d/fabgate.conf"
    systemd-tmpfiles --create "$root/usr/local/lib/tmpfiles.d/fabgate.conf"
}

tell_systemd() {
    systemd_runs || return 0
    systemctl daemon-reload
    udevadm control --reload
    udevadm trigger --subsystem-match=gpio --subsystem-match=spidev
}

# The daemon migrates the store as it starts, after a copy of its own.
start_again() {
    gate_runs || return 0
    say "nobody works: starting the gate again"
    systemctl restart fabgate-gate.service || stop "the gate did not start; see: journalctl -u fabgate-gate -e"
}

# Nobody's cut hangs on the hub, so it never waits: its gates go on, and it takes up where it was.
start_hub_again() {
    systemd_runs || return 0
    systemctl try-restart fabgate-hub.service || stop "the hub did not start; see: journalctl -u fabgate-hub -e"
    systemctl try-restart fabgate-board.service || say "the board did not start; see: journalctl -u fabgate-board -e"
}

# The release in force and the one before it stay.
sweep() {
    find "$root$releases" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n +3 | while read -r old; do
        rm -rf "$old"
    done
}

switch_to() {
    nobody_works || {
        say "a session is open: the new version waits. When the machines are free, type: sudo make switch"
        return 0
    }
    back_up
    point_to "$1"
    place_files
    place_configuration
    make_the_user
    tell_systemd
    start_again
    start_hub_again
    sweep
    next_step
}

next_step() {
    say "installed$(on_this_machine || echo " in $root")"
    on_this_machine && [ ! -e "$root$books/journal.db" ] || return 0
    say "next: edit $configuration, then type: sudo fabgate init"
}

newest_release() { find "$root$releases" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | tail -n 1; }

# --- the three verbs ------------------------------------------------------------------------------------------

do_install() {
    pin_library
    reader_libraries
    display_libraries
    release=$(new_release)
    say "building $release"
    fill "$release"
    switch_to "$release"
}

do_switch() {
    newest=$(newest_release)
    [ -n "$newest" ] || stop "nothing has been built yet: sudo make install"
    switch_to "$releases/$newest"
}

do_uninstall() {
    nobody_works || stop "a session is open; wait, or end it: sudo systemctl stop fabgate-gate"
    ! systemd_runs || systemctl --quiet disable --now fabgate-gate.service fabgate-backup.timer \
        fabgate-hub.service fabgate-broker.service fabgate-board.service \
        fabgate-metrics@fabgate.timer fabgate-metrics@fabgate-hub.timer \
        fabgate-privacy@fabgate.timer fabgate-privacy@fabgate-hub.timer || true
    { files && completions | sed 's/^/- /'; } | while read -r _ _ place; do rm -f "$root$place"; done
    rm -f "$root/usr/local/bin/fabgate" "$root/opt/fabgate"
    rm -rf "$root$releases"
    ! systemd_runs || systemctl daemon-reload
    say "taken away; $root/etc/fabgate, $root$books and the user fabgate stay"
}

may_install
case ${1:-install} in
install | switch | uninstall) "do_${1:-install}" ;;
*) stop "install.sh knows: install, switch, uninstall" ;;
esac
