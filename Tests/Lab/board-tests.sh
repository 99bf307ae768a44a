#!/usr/bin/env bash
# The reference player on boards: ARM machines with Debian's kernel and a sound card made of software,
# one line a check.
#
# usage: board-tests.sh [GROUP…]
#   GROUP   arm64, armhf: the player plays, and what is heard is compared, sample by sample
#           transfer: a board on the USB of another machine, which sends it music that it then plays
# environment: PINSTRIPE  the tool (default: the debug build, made if missing)
set -euo pipefail

lab_home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
repository=$(cd "$lab_home/../.." && pwd)
# shellcheck source=lib/common.sh
source "$lab_home/lib/common.sh"
# shellcheck source=lib/packages.sh
source "$lab_home/lib/packages.sh"
# shellcheck source=lib/base.sh
source "$lab_home/lib/base.sh"
# shellcheck source=lib/board.sh
source "$lab_home/lib/board.sh"
# shellcheck source=../Embedded/player.sh
source "$repository/Tests/Embedded/player.sh"

# Real seconds for a board, on a machine that others use too.
board_limit=${BOARD_LIMIT:-200}

groups=("$@")
(($#)) || groups=(arm64 transfer)
for group in "${groups[@]}"; do
    case $group in
    arm64 | armhf | transfer) ;;
    -h | --help)
        sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//p}' "$0"
        exit 0
        ;;
    *) usage_error "unknown group '$group'" ;;
    esac
done

work=$(mktemp -d "${TMPDIR:-/tmp}/pinstripe-board-XXXXXX")
trap '[[ -z ${board:-} ]] || kill "$board" 2> /dev/null || true; [[ -n ${KEEP:-} ]] || rm -rf "$work"' EXIT
mp3=$repository/Examples/Media/idle_tune.mp3

# compile_for_board FOLDER: the test's own programs.
compile_for_board() {
    local compile=("$gnu-gcc" --sysroot="$sysroot" -std=gnu99 -O1 -Wall -Wextra -Werror
        -D_FILE_OFFSET_BITS=64)
    "${compile[@]}" "$lab_home/board/capture.c" -lasound -o "$1/capture"
    "${compile[@]}" "$lab_home/board/within.c" -o "$1/within"
    "${compile[@]}" "$lab_home/board/ask.c" -o "$1/ask"
    "${compile[@]}" "$repository/Tests/Embedded/reference.c" -lsndfile -o "$1/reference"
}

# play_on ARCH: the group arm64 or armhf.
play_on() {
    local folder=$work/$1
    prepare_board "$1" "$folder"
    board_overlay "$folder" "$lab_home/board/tests/play.sh" "$folder/capture=/test/capture" \
        "$folder/within=/test/within" "$folder/reference=/test/reference" "$folder/ask=/test/ask" \
        "$lab_home/board/tests/heard.sh=/test/heard.sh" "$lab_home/board/tests/check.sh=/test/check.sh" \
        "$work/tracks=/test/tracks" "$work/clips=/test/clips"
    # Time follows the instructions, so that no load of the host makes the card run dry.
    start_board "$folder" -accel tcg,thread=single -icount shift=1,sleep=off
    end_board "$folder" "$1"
}

# transfer: arm64's board, joined by usbip to an x86 machine with the tool.
transfer() {
    local folder=$work/transfer port pinstripe share=$work/transfer/share
    prepare_board arm64 "$folder"
    pinstripe=${PINSTRIPE:-$repository/.build/debug/pinstripe}
    [[ -n ${PINSTRIPE:-} || -x $pinstripe ]] || (cd "$repository" && swift build --product pinstripe >&2)
    ln -s "$(readlink -f "$pinstripe")" "$folder/pinstripe"
    mkdir "$share"
    PINSTRIPE_KEYS=$share/keys.pks "$pinstripe" device new board > "$folder/build.log"
    PINSTRIPE_KEYS=$share/keys.pks "$pinstripe" device export board --keybox "$folder/keybox" >> "$folder/build.log"
    board_overlay "$folder" "$lab_home/board/tests/transfer-board.sh" "$folder/capture=/test/capture" \
        "$folder/within=/test/within" "$folder/reference=/test/reference" "$folder/keybox=/test/keybox" \
        "$folder/ask=/test/ask" \
        "$lab_home/board/tests/heard.sh=/test/heard.sh" "$lab_home/board/tests/check.sh=/test/check.sh" \
        "$work/clips=/test/clips" \
        "$repository/Examples/LinuxPlayer/board=/usr/local/sbin/board"
    # A free port, as far as that can be known before it is taken.
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    start_board "$folder" -accel tcg -netdev "socket,id=link,listen=127.0.0.1:$port" \
        -device virtio-net-pci,netdev=link
    until grep -qi " 0100007F:$(printf %04X "$port") " /proc/net/tcp; do
        kill -0 "$board" 2> /dev/null || die "the board did not start: $(tail -n 2 "$folder/qemu.log")"
        sleep 0.05
    done
    "$lab_home/lab" run --player none --limit "$board_limit" --link "$port" --program "$folder/pinstripe" \
        --share "$share" --file "$work/clips/tune.flac" --file "$work/clips/tune.mp3" \
        --file "$lab_home/board/tests/check.sh:/check.sh" \
        --file "$lab_home/board/tests/transfer-host.sh:/transfer-host.sh" -- sh /transfer-host.sh \
        >> "$work/lines" 2> "$folder/host.err" \
        || { echo "FAIL the host's machine" && sed 's/^/      | /' "$folder/host.err" | tail -n 8; } >> "$work/lines"
    end_board "$folder" transfer
}

# prepare_board ARCH FOLDER: what its tests need, built.
prepare_board() {
    local folder=$2
    mkdir "$folder"
    describe_board "$1"
    ensure_board_base
    "$repository/Examples/LinuxPlayer/build.sh" "$short" > "$folder/build.log" 2>&1 \
        || die "the player could not be built: $(tail -n 3 "$folder/build.log")"
    sysroot=$("$repository/Sources/Embedded/sysroot.sh" "$1")
    compile_for_board "$folder"
}

# end_board FOLDER GROUP: its findings, once it has powered off.
end_board() {
    local folder=$1 status
    status=$(wait_board "$folder" "$board_limit")
    cat "$folder/out/stdout" >> "$work/lines" 2> /dev/null || true
    if ! grep -q '^end ' "$folder/out/stdout" 2> /dev/null; then
        echo "FAIL $2 came to its end (status $status)" >> "$work/lines"
        { cat "$folder/console.log" "$folder/qemu.log" "$folder/out/stderr" 2> /dev/null || true; } \
            | tail -n 15 | sed 's/^/      | /' >> "$work/lines"
    fi
}

install_board_packages
python3 -c 'import cryptography' 2> /dev/null || need_packages python3-cryptography=python3-cryptography
make_clips
python3 "$repository/Tests/Embedded/make_tracks.py" "$mp3" "$work/tracks" "$work/clips"
# The boards need the clips and their tracks.
find "$work/tracks" -name '*.pst' ! -name 'clip-*' -delete
for group in "${groups[@]}"; do
    printf -- '--- %s\n' "$group" >> "$work/lines"
    began=$SECONDS
    if [[ $group == transfer ]]; then transfer; else play_on "$group"; fi
    echo "info  $group took $((SECONDS - began)) s" >> "$work/lines"
done
grep -av '^end ' "$work/lines"
passed=$(grep -ac '^ok ' "$work/lines" || true)
failed=$(grep -ac '^FAIL' "$work/lines" || true)
printf '%s passed, %s failed\n' "$passed" "$failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
