#!/bin/bash
# Builds the decoder core as Embedded Swift and makes of it what a firmware integrator links:
# the folder OUT/TARGET with library, headers, crypto providers, adapters and the example; and, where the
# architecture always has vectors, libpinstripe-stripe.a and stripe_kernels.h for the provider's `stripe`.
# Then proves what the header promises: the API and nothing else is exported, nothing but memcpy, memset,
# memmove and __aeabi_* is needed, nothing is static, nothing traps, and no call goes deeper than the stack
# that targets.sh allows.
set -euo pipefail

usage="usage: build-decoder.sh TARGET… [--out DIR] [--every-only]
  TARGET        one of targets.sh, or all
  --out         where to put the results; .build-embedded in the package otherwise
  --every-only  a smaller decoder, libpinstripe-decoder-every.a, that refuses framed patterns"

here=$(dirname "$(readlink -f "$0")")
package=$(dirname "$(dirname "$here")")
# shellcheck source-path=SCRIPTDIR source=targets.sh
source "$here/targets.sh"
headers=$package/Sources/CPinstripe/include
header=$headers/pinstripe_decoder.h

fail() {
  echo "error: $*" >&2
  exit 1
}

out=$package/.build-embedded
targets=()
variant=
switches=()
while (($#)); do
  case $1 in
    --out)
      (($# > 1)) || { echo "$usage" >&2 && exit 2; }
      out=$(readlink -m "$2")
      shift ;;
    --every-only)
      variant=-every
      switches=(-D PINSTRIPE_EVERY_ONLY) ;;
    -h | --help) echo "$usage" && exit ;;
    all) targets+=("${all_targets[@]}") ;;
    *) targets+=("$1") ;;
  esac
  shift
done
((${#targets[@]})) || { echo "$usage" >&2 && exit 2; }
command -v swiftc >/dev/null || fail "swiftc is not in PATH; install Swift 6.3 or later."

# The header is the only list of the API. Preprocessed, it has no comments and its functions are the
# names directly before a parenthesis; the tables' members are written (*name)(…).
list_api() {
  "$(swift_tool clang)" -E -P -ffreestanding -x c "$header" |
    grep -oE '\bpinstripe_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u
}

# All of the core as one unit: SwiftPM hands each file to LLVM by itself, which leaves up to a tenth
# more code. Its language settings are Package.swift's, the rest is the toolset's. Swift optimises for
# speed and LLVM for size: -Osize gives more code, because Swift then specialises less.
compile() {
  local target=$1 object=$2 options
  mapfile -t options < <(sed -n '/"swiftCompiler"/,/]/p' "$here/toolsets/$target.json" |
    grep -oE '"-[^"]*"|"Embedded"' | tr -d '"')
  swiftc -target "$triple" -swift-version 6 -parse-as-library -strict-memory-safety \
    -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility "${options[@]}" "${switches[@]}" \
    -Xllvm -force-attribute=minsize -module-name PinstripeCore -package-name pinstripe -I "$headers" \
    -c "$package/Sources/PinstripeCore/"*.swift -o "$object" >&2
}

# One relocatable object of exactly what the API reaches. Tables for unwinding go: nothing throws, and a
# callback must not; they alone refer to a function that traps.
prelink() {
  local core=$1 object=$2 name undefined=() keep=()
  "$(swift_tool llvm-objcopy)" --wildcard --remove-section='.eh_frame' --remove-section='.rel*.eh_frame' \
    --remove-section='.ARM.ex*' --remove-section='.rel.ARM.ex*' \
    --remove-section='.text._swift_exceptionPersonality' "$core"
  for name in "${api[@]}"; do
    undefined+=(-u "$name")
    keep+=("--keep-global-symbol=$name")
  done
  "$(swift_tool ld.lld)" -r -m "$emulation" --gc-sections "${undefined[@]}" "$core" \
    -o "$object"
  "$(swift_tool llvm-objcopy)" "${keep[@]}" --strip-unneeded --remove-section=.comment \
    --remove-section='.swift*' --remove-section=.ARM.attributes "$object"
}

# The stripe in vectors (NEON on aarch64), for CPUs of which every one has them.
build_stripe() {
  local folder=$1 kernels=$package/Sources/CStripeKernels source objects=()
  for source in "$kernels"/*.c; do
    objects+=("$folder/stripe-$(basename "$source" .c).o")
    "$(swift_tool clang)" --target="${stripe_target}" -O2 -fPIC -ffreestanding -ffunction-sections \
      -Wall -Wextra -Werror -I "$kernels/include" -c "$source" -o "${objects[-1]}"
  done
  rm -f "$folder/libpinstripe-stripe.a"
  "$(swift_tool llvm-ar)" rcsD "$folder/libpinstripe-stripe.a" "${objects[@]}"
  rm "${objects[@]}"
  cp "$kernels/include/stripe_kernels.h" "$folder/"
}

# What an integrator compiles: headers, a provider, adapters, and an example of all that.
copy_sources() {
  local folder=$1 provider name
  cp "$headers"/*.h "$package/LICENSE" "$folder/"
  mkdir -p "$folder/adapters" "$folder/example"
  cp "$headers"/adapters/*.h "$folder/adapters/"
  cp "$package"/Examples/FirmwareDecoder/{Makefile,main.c,README.md} "$folder/example/"
  for provider in OpenSSL MbedTLS AFALG; do
    name=$folder/providers/${provider,,}
    mkdir -p "$name"
    find "$package/Sources/CProvider$provider" -name '*.[ch]' -exec cp {} "$name/" \;
  done
}

# For pkg-config and CMake; both find the folder wherever it is moved to.
describe_to_build_systems() {
  cat >"$1/pinstripe-decoder.pc" <<END
libdir=\${pcfiledir}
includedir=\${pcfiledir}

Name: pinstripe-decoder
Description: Decoder of Pinstripe tracks for firmware
Version: $version
Libs: -L\${libdir} -lpinstripe-decoder
Cflags: -I\${includedir}
END
  cat >"$1/pinstripe-decoder-config.cmake" <<'END'
if(NOT TARGET pinstripe::decoder)
  add_library(pinstripe::decoder STATIC IMPORTED)
  set_target_properties(pinstripe::decoder PROPERTIES
    IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/libpinstripe-decoder.a"
    INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}")
endif()
END
}

# The sum of the sizes of the sections whose name matches.
size_of() {
  local size total=0
  while read -r size; do
    total=$((total + 16#$size))
  done < <("$(swift_tool llvm-objdump)" -h "$1" | awk -v name="$2" '$2 ~ name { print $3 }')
  echo "$total"
}

# The object's instructions and relocations. Of ARM the object does not say which instructions it has.
disassemble() {
  local cpu=()
  case $triple in
    armv7em-*) cpu=(--triple=thumbv7em-none-eabi --mcpu=cortex-m4) ;;
    armv7-*) cpu=(--triple=armv7-none-eabi --mattr=+v7) ;;
  esac
  "$(swift_tool llvm-objdump)" "${cpu[@]}" -d -r --no-show-raw-insn "$1"
}

# What a linker takes of the object for firmware that opens tracks, decrypts and wipes, and for one that
# derives the device's key from a keybox too.
size_in_firmware() {
  local object=$1 name roots=()
  shift
  for name; do roots+=(-u "$name"); done
  "$(swift_tool ld.lld)" -m "$emulation" --gc-sections --unresolved-symbols=ignore-all -e "$1" \
    "${roots[@]}" "$object" -o "$object.firmware"
  size_of "$object.firmware" '^[.]text'
  rm "$object.firmware"
}

check() {
  local object=$1 nm exported needed static traps text code deepest
  nm=$(swift_tool llvm-nm)
  exported=$("$nm" --extern-only --defined-only --format=just-symbols "$object" | sort)
  [[ $exported == "$(printf '%s\n' "${api[@]}")" ]] ||
    fail "$target exports other functions than the header names ('<' header, '>' object):" \
      $'\n'"$(diff <(printf '%s\n' "${api[@]}") <(echo "$exported") | grep '^[<>]')"
  needed=$("$nm" --undefined-only --format=just-symbols "$object" | sort -u)
  ! grep -vE '^(memcpy|memset|memmove|__aeabi_[a-z0-9_]+|)$' <<<"$needed" >&2 ||
    fail "$target needs the functions above, which firmware may not have."
  static=$(size_of "$object" '^[.](s?data|s?bss|tdata|tbss)')
  ((static == 0)) || fail "$target has $static bytes of .data or .bss; the decoder has no globals."
  code=$(disassemble "$object")
  ! grep -m 1 '<unknown>' <<<"$code" >&2 || fail "$target has instructions that llvm-objdump does not know."
  traps=$(grep -cE '\s(brk|udf|trap|ud2|ebreak|unimp)\b' <<<"$code") || true
  text=$(size_of "$object" '^[.]text')
  echo "figure decoder.$short$variant.text_bytes $text B"
  echo "figure decoder.$short$variant.playing_text_bytes $(size_in_firmware "$object" \
    pinstripe_open pinstripe_xor_at pinstripe_wipe) B"
  echo "figure decoder.$short$variant.firmware_text_bytes $(size_in_firmware "$object" \
    pinstripe_open pinstripe_xor_at pinstripe_wipe pinstripe_keybox_read pinstripe_device_recipient) B"
  echo "figure decoder.$short$variant.rodata_bytes $(size_of "$object" '^[.](rodata|eh_frame|ARM)') B"
  echo "figure decoder.$short$variant.static_bytes $static B"
  echo "figure decoder.$short$variant.trap_instructions $traps count"
  deepest=$(awk -f "$here/stack.awk" -v api="${api[*]}" <<<"$code" | tail -n 1)
  echo "figure decoder.$short$variant.stack_bytes ${deepest%% *} B"
  echo "needs decoder.$short$variant ${needed//$'\n'/ }"
  ((traps == 0)) || fail "$target has $traps trap instructions; hostile bytes might reach them."
  ((${deepest%% *} <= stack)) || fail "$target needs ${deepest%% *} bytes of stack, more than $stack: ${deepest#* }"
  ((text <= most)) || fail "$target has $text bytes of text; targets.sh allows $most."
}

version=$(sed -nE 's/^## ([0-9][0-9.]*).*/\1/p' "$package/CHANGELOG.md" | head -n 1)
mapfile -t api < <(list_api)
((${#api[@]})) || fail "no function is declared in $header."
for target in "${targets[@]}"; do
  describe_target "$target"
  [[ -z $variant ]] || most=$most_every
  mkdir -p "$out/$target"
  compile "$target" "$out/$target/core.o"
  prelink "$out/$target/core.o" "$out/$target/pinstripe-decoder.o"
  check "$out/$target/pinstripe-decoder.o"
  rm -f "$out/$target/libpinstripe-decoder$variant.a"
  "$(swift_tool llvm-ar)" rcsD "$out/$target/libpinstripe-decoder$variant.a" \
    "$out/$target/pinstripe-decoder.o"
  rm "$out/$target/pinstripe-decoder.o" "$out/$target/core.o"
  copy_sources "$out/$target"
  describe_to_build_systems "$out/$target"
  [[ -z $stripe_target ]] || build_stripe "$out/$target"
done
