#!/bin/bash
# What decrypting costs on ARM: executed instructions per content byte, counted by a plugin of QEMU's, so
# the same at every run; and what that is beside decoding the MP3. A line a figure; ends with 1 when a
# figure is above its gate.
set -euo pipefail
# A program that fails ends this, inside $(…) too.
shopt -s inherit_errexit

here=$(readlink -f "$(dirname "$0")/../Embedded")
package=$(readlink -f "$here/../..")
# shellcheck source-path=SCRIPTDIR source=../../Sources/Embedded/targets.sh
source "$package/Sources/Embedded/targets.sh"
# shellcheck source-path=SCRIPTDIR source=../Embedded/programs.sh
source "$here/programs.sh"
# shellcheck source-path=SCRIPTDIR source=../Embedded/bare/boards.sh
source "$here/bare/boards.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mp3=$package/Examples/Media/idle_tune.mp3
cost=$package/Tests/Benchmarks/Sources/DecoderBenchmark/cost.c
missed=0

need_packages gcc=gcc qemu-aarch64=qemu-user aarch64-linux-gnu-gcc=gcc-aarch64-linux-gnu \
  arm-linux-gnueabihf-gcc=gcc-arm-linux-gnueabihf arm-none-eabi-gcc=gcc-arm-none-eabi \
  qemu-system-arm=qemu-system-arm patch=patch
[[ -d /usr/lib/arm-none-eabi/newlib ]] || need_packages newlib-for-arm-none-eabi=libnewlib-arm-none-eabi
python3 -c 'import cryptography' 2>/dev/null || need_packages python3-cryptography=python3-cryptography
python3 "$here/make_tracks.py" "$mp3" "$work/tracks"
content=$(stat -c %s "$mp3")
gcc -O2 -shared -fPIC "$(dirname "$cost")/count_instructions.c" -o "$work/count.so"

# Where QEMU has the AES instructions of ARMv8, OPENSSL_armcap hides them: 0 hides NEON too, 1 leaves it.
armcap=

# executed COMMAND… prints how many instructions a program of the target executes.
executed() {
  local count
  rm -f "$work/count"
  if [[ -n $emulator ]]; then
    env ${armcap:+OPENSSL_armcap=$armcap} "$emulator" -plugin "$work/count.so" -d plugin -D "$work/count" \
      -L "$sysroot" "$@" >"$work/out"
  else
    run_image "$target" "$@" -plugin "$work/count.so" -d plugin -D "$work/count" >"$work/out"
  fi || {
    echo "error: $* failed." >&2
    return 1
  }
  count=$(sed -n 's/^executed //p' "$work/count")
  [[ $count =~ ^[0-9]+$ ]] || {
    echo "error: the instructions of $* were not counted." >&2
    return 1
  }
  echo "$count"
}

# figure NAME VALUE UNIT [GATE]
figure() {
  echo "figure $1 $2 $3"
  [[ -z ${4:-} ]] || awk -v value="$2" -v gate="$4" 'BEGIN { exit value > gate }' || {
    echo "$1 is $2, above $4" >&2
    missed=1
  }
}

# per_byte NAME PROGRAM TRACK [GATE] measures one of the tracks. Sets `cost_of_byte`.
per_byte() {
  local once twice
  once=$(executed "$2" "$work/tracks" "$3.pst" 1)
  twice=$(executed "$2" "$work/tracks" "$3.pst" 2)
  cost_of_byte=$(awk -v a="$once" -v b="$twice" -v n="$content" 'BEGIN { printf "%.2f", (b - a) / n }')
  # No cipher is as cheap as that: the program did nothing.
  awk -v cost="$cost_of_byte" 'BEGIN { exit cost <= 0.1 }' || {
    echo "error: $2 takes $cost_of_byte instructions a byte for $3; it decrypts nothing." >&2
    return 1
  }
  figure "decoder.$short.$1.instructions_per_byte" "$cost_of_byte" instructions "${4:-}"
}

# patterns PROVIDER PROGRAM GATE GATE: all patterns in both suites; the gates are those of every10 and
# framed with ChaCha20. Without a provider's name it is OpenSSL's portable code.
patterns() {
  local every10=$3 framed=$4
  per_byte "every10.chacha20${1:+.$1}" "$2" every10 "$every10"
  chacha20_cost=$cost_of_byte
  per_byte "framed.chacha20${1:+.$1}" "$2" framed "$framed"
  per_byte "full.chacha20${1:+.$1}" "$2" every1-chacha20
  per_byte "every10.aes${1:+.$1}" "$2" every10-aes
  per_byte "framed.aes${1:+.$1}" "$2" framed-aes
  per_byte "full.aes${1:+.$1}" "$2" every1
}

# What libsndfile, by way of libmpg123, does for each byte of the same file.
share_of_mp3() {
  local decoding
  build_program reference none reference.c -lsndfile
  decoding=$(executed "$work/reference-none-$short" "$mp3")
  figure "decoder.$short.mp3.instructions_per_byte" $((decoding / content)) instructions
  figure "decoder.$short.share_of_mp3_percent" "$(awk -v ours="$chacha20_cost" -v all="$decoding" \
    -v n="$content" 'BEGIN { printf "%.2f", 100 * ours / (ours + all / n) }')" percent "$share"
}

for target in aarch64-linux armv7-linux thumb2-linux; do
  describe_target "$target"
  emulator=qemu-${debian/arm64/aarch64} # counted on a machine of the same kind too
  [[ $debian != armhf ]] || emulator=qemu-arm
  sysroot=$("$package/Sources/Embedded/sysroot.sh" "$debian")
  "$package/Sources/Embedded/build-decoder.sh" "$target" >"$work/log"
  grep '^figure' "$work/log"
  build_program cost openssl -I "$here" "$cost"
  build_program cost mbedtls -I "$here" "$cost"
  # Of every10 what the format's design asks for, of framed what is reached.
  case $short in
    aarch64) openssl=(2.4 4.3) mbedtls=(3.0 4.9) share=1.2 ;;
    *) openssl=(2.8 6.0) mbedtls=(4.1 7.4) share=0.6 ;;
  esac
  armcap=0 patterns '' "$work/cost-openssl-$short" "${openssl[@]}"
  [[ $short == thumb2 ]] || armcap=0 share_of_mp3
  armcap='' patterns mbedtls "$work/cost-mbedtls-$short" "${mbedtls[@]}"
  if [[ -n $stripe_target ]]; then
    armcap=1 per_byte every10.chacha20.openssl_neon "$work/cost-openssl-$short" every10 1.5
    armcap='' per_byte every10.aes.openssl_aes "$work/cost-openssl-$short" every10-aes 0.8
    # In vectors a stripe touches all bytes; at N = 10 that takes more instructions than one of ten.
    build_program stripe openssl -DWITH_STRIPE -I "$here" "$cost" libpinstripe-stripe.a
    armcap=1 per_byte every10.chacha20.openssl_neon.vector_stripe "$work/stripe-openssl-$short" every10 1.9
    armcap='' per_byte every10.aes.openssl_aes.vector_stripe "$work/stripe-openssl-$short" every10-aes 1.3
  fi
done
target=cortex-m4
describe_target "$target"
"$package/Sources/Embedded/build-decoder.sh" "$target" >"$work/log"
build_image "$target" "$work/cost-$short" -I "$here" "$cost" "$here/harness.c"
patterns mbedtls "$work/cost-$short" 4.1 6.7
exit "$missed"
