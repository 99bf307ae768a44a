#!/usr/bin/env bash
# Proves that the lab itself tells the truth: each check is one a broken lab
# would fail. Some 50 s on an idle machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=$here/lab
work=$(mktemp -d "${TMPDIR:-/tmp}/pinstripe-lab-selftest-XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME COMMAND…: passes when COMMAND succeeds.
check() {
    local name=$1
    shift
    if "$@"; then
        printf 'ok    %s\n' "$name"
        passed=$((passed + 1))
    else
        printf 'FAIL  %s\n' "$name"
        failed=$((failed + 1))
    fi
}

# run NAME [OPTION…] -- COMMAND…: leaves NAME.out, NAME.err and the status.
run() {
    local name=$1
    shift
    status=0
    "$lab" run "$@" > "$work/$name.out" 2> "$work/$name.err" || status=$?
}

is() { [[ $1 == "$2" ]] || { printf '      got "%s", not "%s"\n' "$1" "$2" && false; }; }
has() { grep -q -- "$2" "$work/$1" || { sed 's/^/      | /' "$work/$1" | tail -n 8 && false; }; }

"$lab" build

# --- The real player: one boot, its findings handed out through the share.
mkdir "$work/share"
head -c 3000001 /dev/urandom > "$work/share/song.mp3"
run umtp --share "$work/share" --file "$here/selftest-guest.sh" -- sh selftest-guest.sh
check "the player's run ends with status 0" is "$status" 0
check "lsusb shows the umtp player" has umtp.out '^before: 1$'
check "a file sent with libmtp is on the player, byte for byte" \
    cmp "$work/share/song.mp3" "$work/share/stored.mp3"
check "it comes back with libmtp, byte for byte" \
    cmp "$work/share/song.mp3" "$work/share/returned.mp3"
check "an ordinary user may not write to the player's node" has umtp.out '^listener may write: no$'
check "root may" has umtp.out '^root may write: yes$'
check "an ordinary user may write to /tmp" has umtp.out '^listener has /tmp: yes$'
check "unplugged, the player is gone" has umtp.out '^unplugged: 0$'
check "plugged in again, it is back" has umtp.out '^plugged: 1$'
check "unplugged after 0.5 s, it is gone" has umtp.out '^unplugged by time: 0$'
check "unplugged after 1 MiB, a transfer breaks in the middle" has umtp.out '^broken transfer: partial$'
check "restarted, it has kept its files" has umtp.out '^restarted: 1 song.mp3$'

# --- A full player.
run full --storage-mib 2 --share "$work/share" -- \
    sh -c 'mtp-sendfile /share/song.mp3 song.mp3; df -k /srv/music | tail -n 1; ls -s /srv/music'
check "a player of 2 MiB does not take 3 MB" has full.err 'full'

# --- What passes through: status, both streams, any byte, any argument.
for byte in {0..255}; do printf '%b' "\\x$(printf %02x "$byte")"; done > "$work/bytes"
for _ in {1..2000}; do cat "$work/bytes"; done > "$work/many"
run streams --player none --file "$work/many" --file "$work/bytes:/srv/bytes" -- \
    sh -c 'cat many; cat /srv/bytes >&2; exit 7'
check "the command's status comes through" is "$status" 7
check "512,000 bytes of every value pass on standard output" cmp "$work/many" "$work/streams.out"
check "standard error is apart, and clean" cmp "$work/bytes" "$work/streams.err"
# shellcheck disable=SC1003,SC2016  # nothing may expand it, here or there
run arguments --player none --program "$(command -v bash)" -- \
    bash -c 'printf "[%s]" "${BASH_VERSION:+bash}" "$@"' name "it's" '' '$HOME' 'a  b\'
# shellcheck disable=SC2016
check "arguments arrive as given, in a host program with its libraries" \
    is "$(cat "$work/arguments.out")" '[bash][it'\''s][][$HOME][a  b\]'

# --- Failures of the lab.
run limit --player none --limit 1 -- sh -c 'echo started; sleep 60'
check "the time limit gives 125" is "$status" 125
check "what was printed before it is not lost" is "$(cat "$work/limit.out")" started
check "the sentence names the limit" has limit.err 'did not finish within 1 s'
log=$(sed -n 's/.*console log: //p' "$work/limit.err")
check "the console log is kept" test -s "$log"
rm -f "$log"
# shellcheck disable=SC2016
LAB_BOOT_LIMIT=60 run panic --player none -- sh -c 'echo c > /proc/sysrq-trigger; sleep 9'
check "a panic of the guest's kernel gives 125" is "$status" 125
rm -f "$(sed -n 's/.*console log: //p' "$work/panic.err")"
run usage --player walkman -- true
check "a wrong option gives 64" is "$status" 64

# --- The other player, at the same time as a machine without one.
run none --player none -- lsusb &
run qemu --player qemu -- sh -c 'lsusb; player-unplug; echo after; lsusb'
check "lsusb shows QEMU's player" has qemu.out '46f4:0004'
check "it can be unplugged" is "$(sed '1,/^after/d' "$work/qemu.out" | grep -c 46f4:0004)" 0
wait
check "a second machine at the same time has no player" is "$(grep -c . "$work/none.out")" 0

# --- Counted time: an idle guest's minutes cost no real ones.
run icount --icount --player none --limit 90 -- sleep 300
check "with --icount, sleep 300 is over within 90 s" is "$status" 0

# --- The shell, on a terminal; what is typed before it is up gets lost.
# shellcheck disable=SC2016
for _ in {1..60}; do echo 'echo "the answer is $((6 * 7))"; exit' && sleep 1; done 2> /dev/null \
    | SHELL=/bin/sh script -qec "'$lab' shell --player none" /dev/null > "$work/shell.out" || true
check "the shell answers, and can be left" has shell.out '^the answer is 42'

printf '%s passed, %s failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
