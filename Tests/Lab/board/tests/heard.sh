# What the boards' tests share: the player, and what is heard of it.
# shellcheck shell=sh

# shellcheck source=check.sh
. /test/check.sh

# shellcheck disable=SC2154  # the test sets it
player="/usr/local/lib/pinstripe/pinstripe-player --keybox $keybox --allow-test"

# listen RATE SECONDS: leaves what is heard from now on in /tmp/heard; sets `capture`, its process.
listen() {
    : > /tmp/capture.log
    /test/capture hw:Loopback,1,0 "$1" "$2" > /tmp/heard 2>> /tmp/capture.log &
    capture=$!
    until [ -s /tmp/capture.log ]; do
        usleep 10000
        [ -d /proc/$capture ] || break
    done
}

# heard RATE SECONDS ARGUMENT… : plays, and leaves what was heard in /tmp/heard.
heard() {
    listen "$1" "$2"
    shift 2
    $player --card hw:Loopback,0,0 "$@" 2> /tmp/player.log || { cat /tmp/player.log && return 1; }
    wait $capture || { cat /tmp/capture.log && return 1; }
}

# equals FILE: whether what was heard is silence, FILE and silence, and nothing else.
equals() { /test/within /tmp/heard "$1"; }
