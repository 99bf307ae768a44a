#!/bin/bash
# The Linux kernel as crypto provider: its contract, all vectors, and each of its calls failing in turn,
# on the kernel at hand if that has AF_ALG sockets, in the lab's machine otherwise. Ends with
# "N passed, N failed".
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
package=$(readlink -f "$here/../..")
# shellcheck source-path=SCRIPTDIR source=../../Sources/Embedded/targets.sh
source "$package/Sources/Embedded/targets.sh"
# shellcheck source-path=SCRIPTDIR source=programs.sh
source "$here/programs.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
describe_target x86_64-linux
need_packages "$gnu-gcc=gcc-${gnu//_/-}"
sysroot=$("$package/Sources/Embedded/sysroot.sh" "$debian")
"$package/Sources/Embedded/build-decoder.sh" x86_64-linux >&2
python3 -c 'import cryptography' 2>/dev/null || need_packages python3-cryptography=python3-cryptography
python3 "$package/Tests/Vectors/make_vectors.py" --export "$work/vectors" >&2
# Static, because the lab's machine has no C library of its own.
build_program provider afalg -static provider.c
build_program vectors afalg -static "${vectors[@]}"
build_program shorts afalg -static -Wl,--wrap=read,--wrap=send,--wrap=sendmsg shorts.c

"$work/provider-afalg-x86_64" >"$work/log" || true
if grep -q '^skipped' "$work/log"; then
  "$package/Tests/Lab/lab" run --player none --program "$work/provider-afalg-x86_64" \
    --program "$work/vectors-afalg-x86_64" --program "$work/shorts-afalg-x86_64" --file "$work/vectors:/vectors" -- sh -c \
    'modprobe -a algif_hash algif_skcipher chacha_generic ctr ecb hmac
     provider-afalg-x86_64; shorts-afalg-x86_64; vectors-afalg-x86_64 /vectors' >"$work/log" || true
else
  "$work/shorts-afalg-x86_64" >>"$work/log" || true
  "$work/vectors-afalg-x86_64" "$work/vectors" >>"$work/log" || true
fi
grep -v ' passed, ' "$work/log" || true
awk '/^[0-9]+ passed, [0-9]+ failed$/ { runs++; passed += $1; failed += $3 }
  END { failed += runs != 3; print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 }' \
  "$work/log"
