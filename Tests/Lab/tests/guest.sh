# What the guest's scripts share: checks, the tool, and a push that is under way.
# shellcheck shell=sh disable=SC2034  # they use the variables

music=/srv/music/Music
song=/tmp/idle_tune.mp3

# check NAME COMMAND…: passes when COMMAND succeeds; the host counts the lines.
check() {
    what=$1
    shift
    if "$@"; then
        printf 'ok    %s\n' "$what"
    else
        printf 'FAIL  %s\n' "$what"
        printf '      status %s\n' "$status"
        sed 's/^/      out| /' /tmp/out | tail -n 4
        sed 's/^/      err| /' /tmp/err | tail -n 4
    fi
}

note() { printf 'info  %s\n' "$*"; }

skip() { printf 'skip  %s\n' "$*"; }

# done_with NAME: a script that does not get here has failed.
done_with() { printf 'end   %s\n' "$1"; }

# tool ARGUMENT…: runs pinstripe; leaves /tmp/out, /tmp/err and the status.
tool() {
    status=0
    pinstripe "$@" > /tmp/out 2> /tmp/err || status=$?
}

exits() { [ "$status" = "$1" ]; }

prints() { grep -q -- "$1" /tmp/out; }

# fails STATUS PATTERN: with that status, and one sentence that has the pattern.
fails() {
    exits "$1" && [ ! -s /tmp/out ] && [ "$(wc -l < /tmp/err)" = 1 ] \
        && grep -q '^pinstripe: .*\.$' /tmp/err && grep -q -- "$2" /tmp/err
}

# holds NAME…: the music folder has these entries and no other.
holds() {
    find "$music" -mindepth 1 | sed 's,.*/,,' | sort > /tmp/held
    for wanted in "$@"; do printf '%s\n' "$wanted"; done | sort | cmp -s - /tmp/held \
        || { sed 's/^/      held: /' /tmp/held && false; }
}

absent() { [ ! -e "$1" ]; }

differ() { ! cmp -s "$1" "$2"; }

size() { stat -c %s "$1"; }

has_size() { [ "$(size "$1")" = "$2" ] || { echo "      $(size "$1") bytes, not $2" && false; }; }

# of_size BYTES FILE: FILE with that many bytes of music, over and over.
of_size() {
    whole=$(($1 / $(size "$song")))
    {
        while [ "$whole" -gt 0 ]; do
            cat "$song"
            whole=$((whole - 1))
        done
        head -c $(($1 % $(size "$song"))) "$song"
    } > "$2"
}

free_bytes() { echo $(($(stat -f -c %a /srv/music) * $(stat -f -c %S /srv/music))); }

# arrived BYTES: so much of an upload under way is on the player.
arrived() {
    for part in "$music"/.pinstripe-*.part "$music/under way.pst"; do
        [ ! -e "$part" ] || [ "$(size "$part")" -lt "$1" ] || return 0
    done
    return 1
}

# begin BYTES ARGUMENT…: a push in the background, of which so much has arrived;
# leaves its process in `pushing`.
begin() {
    bytes=$1
    shift
    pinstripe push --name 'under way.pst' "$@" > /tmp/out 2> /tmp/err &
    pushing=$!
    until arrived "$bytes" || ! kill -0 "$pushing" 2> /dev/null; do usleep 5000; done
}

# finish: waits for that push; leaves its status and how many seconds it took.
finish() {
    began=$(cut -d . -f 1 /proc/uptime)
    status=0
    wait "$pushing" || status=$?
    took=$(($(cut -d . -f 1 /proc/uptime) - began))
}

# resets: how often the kernel reset a device (hub_port_init, drivers/usb/core/hub.c).
resets() { dmesg | grep -c 'reset .*USB device'; }
