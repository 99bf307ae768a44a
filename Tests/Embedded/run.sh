#!/bin/bash
# Builds the decoder and the player for each kind of board and runs them under qemu-user: every vector
# through the C API, the API's promises about failures, and a real MP3 from its track to its sound. And
# the header is compiled by whatever compilers there are.
# Ends with "N passed, N failed".
set -euo pipefail

usage="usage: run.sh [TARGET…]
  TARGET   aarch64-linux, armv7-linux, thumb2-linux or x86_64-linux; the first three otherwise"

here=$(dirname "$(readlink -f "$0")")
package=$(readlink -f "$here/../..")
# shellcheck source-path=SCRIPTDIR source=../../Sources/Embedded/targets.sh
source "$package/Sources/Embedded/targets.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { echo "$usage" && exit; }
targets=("$@")
(($#)) || targets=(aarch64-linux armv7-linux thumb2-linux)

# shellcheck source-path=SCRIPTDIR source=player.sh
source "$here/player.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mp3=$package/Examples/Media/idle_tune.mp3
passed=0
failed=0

# expect NAME COMMAND… counts whether the command succeeds.
expect() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $short: $name"
  fi
}

# A program of the target, in its own C library. Without an emulator the sysroot's loader is started,
# because the machine may have none of the libraries.
on_target() {
  local loader=("$sysroot"/lib*/ld-linux*.so.*)
  if [[ -n $emulator ]]; then
    "$emulator" -L "$sysroot" "$@"
  else
    "${loader[0]}" --library-path "$sysroot/lib/$gnu:$sysroot/usr/lib/$gnu" "$@"
  fi
}

# Adds up a test program's closing line.
count_in() {
  local name=$1 line
  shift
  on_target "$@" >"$work/log" || true
  line=$(tail -n 1 "$work/log")
  grep -E '^(FAILED|figure)' "$work/log" | sed "s/^figure decoder/&.$short/" || true
  echo "$short $name: $line"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    expect "$name ended early" false
  fi
}

# The header on its own, by every compiler that is here, as firmware's strictest builds would have it.
check_header() {
  local short=header compiler standard found=0
  local -A standards=([gcc]="c99 c11" [clang]="c99 c11" [g++]="c++98 c++17" [clang++]="c++98 c++17")
  for compiler in "${!standards[@]}"; do
    command -v "$compiler" >/dev/null || continue
    found=$((found + 1))
    for standard in ${standards[$compiler]}; do
      expect "$compiler -std=$standard takes it" "$compiler" -x "${standard%%[0-9]*}" \
        -std="$standard" -Wall -Wextra -pedantic -Werror -fsyntax-only \
        "$package/Sources/CPinstripe/include/pinstripe_decoder.h"
    done
  done
  # Swift brings clang along.
  expect "there is a compiler to ask" test "$found" -gt 0
}

make_tracks() {
  python3 -c 'import cryptography' 2>/dev/null || need_packages python3-cryptography=python3-cryptography
  python3 "$package/Tests/Vectors/make_vectors.py" --export "$work/vectors"
  make_clips
  python3 "$here/make_tracks.py" "$mp3" "$work/tracks" "$work/clips"
}

build_for() {
  describe_target "$1"
  [[ -z $emulator ]] || need_packages "$emulator=qemu-user"
  sysroot=$("$package/Sources/Embedded/sysroot.sh" "$debian")
  local out=$package/.build-embedded/$1 board=$short provider program
  # Thumb-2 is a decoder for the same boards; provider and player are those of armv7.
  [[ $short != thumb2 ]] || board=armv7
  provider=$package/.build-embedded/$board-linux
  player=$("$package/Examples/LinuxPlayer/build.sh" "$board" 2>"$work/log") || {
    cat "$work/log" >&2
    exit 1
  }
  if [[ $board != "$short" ]]; then
    "$package/Sources/Embedded/build-decoder.sh" "$1" >"$work/log"
  fi
  grep -E '^(figure|needs)' "$work/log"
  for program in vectors contract reference; do
    "$gnu-gcc" --sysroot="$sysroot" -std=c99 -O1 -Wall -Wextra -pedantic -Werror -D_FILE_OFFSET_BITS=64 \
      -I "$out" -I "$package/Sources/CProviderOpenSSL/include" "$here/$program.c" \
      "$provider"/provider-*.o "$out/libpinstripe-decoder.a" -Wl,--as-needed -lcrypto -lsndfile \
      -o "$work/$program-$short"
  done
  [[ -z $stripe_target ]] || build_stripe_tests "$out"
}

# The vectors once more with the vectored stripe in the provider, and that against its scalar twin.
build_stripe_tests() {
  local compile=("$gnu-gcc" --sysroot="$sysroot" -std=c99 -O1 -Wall -Wextra -pedantic -Werror
    -D_FILE_OFFSET_BITS=64 -DWITH_STRIPE -I "$1" -I "$package/Sources/CProviderOpenSSL/include")
  "${compile[@]}" "$here/vectors.c" "$1"/provider-*.o "$1/libpinstripe-decoder.a" \
    "$1/libpinstripe-stripe.a" -Wl,--as-needed -lcrypto -o "$work/vectors-stripe-$short"
  "${compile[@]}" "$here/stripe.c" "$1/libpinstripe-stripe.a" -o "$work/stripe-$short"
}

# The example for firmware, built as its makefile says and by nothing but the target's compiler.
check_example() {
  mkdir -p "$work/example-$short"
  expect "the example builds" make -s -C "$package/Examples/FirmwareDecoder" \
    CC="$gnu-gcc --sysroot=$sysroot" AR="$gnu-ar" CFLAGS="-O2 -pedantic -Werror -D_FILE_OFFSET_BITS=64" \
    DECODER="$package/.build-embedded/$short-linux" OUT="$work/example-$short"
  expect "the example decrypts" cmp -s "$mp3" <(on_target "$work/example-$short/decrypt" \
    "$work/tracks/device.keybox" "$work/tracks/every10.pst")
}

check_header
make_tracks
for target in "${targets[@]}"; do
  build_for "$target"
  count_in vectors "$work/vectors-$short" "$work/vectors"
  if [[ -n $stripe_target ]]; then
    count_in "vectors, vectored stripe" "$work/vectors-stripe-$short" "$work/vectors"
    count_in "stripe against scalar" "$work/stripe-$short"
  fi
  count_in contract "$work/contract-$short" "$work/tracks" every10.pst device.keybox
  check_example
  [[ $short == thumb2 ]] || check_player
done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
