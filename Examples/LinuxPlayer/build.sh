#!/bin/bash
# Builds the player for one kind of board: the decoder as firmware gets it, the Swift pipeline, this
# program, and OpenSSL's provider, against C libraries from Debian's packages of that architecture.
set -euo pipefail

usage="usage: build.sh aarch64|armv7|x86_64 [--out DIR]
  --out    where to put pinstripe-player; .build-embedded/ARCH-linux in the package otherwise"

here=$(dirname "$(readlink -f "$0")")
package=$(readlink -f "$here/../..")
embedded=$package/Sources/Embedded
# shellcheck source-path=SCRIPTDIR source=../../Sources/Embedded/targets.sh
source "$embedded/targets.sh"

out=
target=
while (($#)); do
  case $1 in
    --out)
      (($# > 1)) || { echo "$usage" >&2 && exit 2; }
      out=$(readlink -m "$2")
      shift ;;
    -h | --help) echo "$usage" && exit ;;
    aarch64 | armv7 | x86_64) target=$1-linux ;;
    *) echo "$usage" >&2 && exit 2 ;;
  esac
  shift
done
[[ -n $target ]] || { echo "$usage" >&2 && exit 2; }

describe_target "$target"
need_packages "$gnu-gcc=gcc-${gnu//_/-}"
sysroot=$("$embedded/sysroot.sh" "$debian")
objects=$package/.build-embedded/$target
"$embedded/build-decoder.sh" "$target" >&2
out=${out:-$objects}
mkdir -p "$out"

provider=$package/Sources/CProviderOpenSSL
c_flags=(-O2 -fPIC -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
includes=(-isystem "$sysroot/usr/include/$gnu" -isystem "$sysroot/usr/include")
swift_flags=(
  -target "$triple" -enable-experimental-feature Embedded -wmo -O -swift-version 6
  -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility
  -parse-as-library -gnone
  -Xfrontend -function-sections -Xfrontend -disable-stack-protector
  -I "$package/Sources/CPinstripe/include"
)
for flag in -fPIC -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 -D_GNU_SOURCE "${abi[@]}" "${includes[@]}"; do
  swift_flags+=(-Xcc "$flag")
done

swiftc "${swift_flags[@]}" -strict-memory-safety -module-name PinstripePlayer -c \
  -emit-module -emit-module-path "$objects/PinstripePlayer.swiftmodule" \
  "$package"/Sources/PinstripePlayer/*.swift -o "$objects/PinstripePlayer.o"
swiftc "${swift_flags[@]}" -module-name LinuxPlayer -c -I "$objects" \
  -I "$here/CSystem" -I "$here/CALSA" -I "$here/CCodec" -I "$provider/include" \
  "$here"/Sources/*.swift -o "$objects/LinuxPlayer.o"
provider_objects=()
for source in "$provider"/*.c; do
  provider_objects+=("$objects/provider-$(basename "$source" .c).o")
  "$gnu-gcc" --sysroot="$sysroot" "${c_flags[@]}" -Wall -Wextra -std=c99 -c \
    -I "$provider/include" -I "$package/Sources/CPinstripe/include" \
    "$source" -o "${provider_objects[-1]}"
done
"$gnu-gcc" --sysroot="$sysroot" -pie -Wl,--gc-sections -Wl,--as-needed -s \
  "$objects/LinuxPlayer.o" "$objects/PinstripePlayer.o" "${provider_objects[@]}" \
  "$objects/libpinstripe-decoder.a" -lasound -lcrypto -ldl -o "$out/pinstripe-player"
# Each codec unit by itself: one whose library a board has not, or whose licence does not suit, is left
# out, and nothing else changes. A unit's head names its libraries and the codec tags it plays.
mkdir -p "$out/codecs"
rm -f "$out/codecs/"*.so
for source in "$here/Codecs/"*.c; do
  unit=$(basename "$source" .c)
  read -ra libraries < <(sed -n 's/^ \* libraries: //p' "$source")
  read -ra tags < <(sed -n 's/^ \* tags: //p' "$source")
  "$gnu-gcc" --sysroot="$sysroot" "${c_flags[@]}" -Wall -Wextra -Werror -std=c99 -D_GNU_SOURCE \
    -fvisibility=hidden -shared -s "$source" "${libraries[@]}" -o "$out/codecs/$unit.so"
  for tag in "${tags[@]}"; do
    [[ $tag == "$unit" ]] || ln -s "$unit.so" "$out/codecs/$tag.so"
  done
done
echo "figure player.$short.program_bytes $(stat -c %s "$out/pinstripe-player") B" >&2
echo "$out/pinstripe-player"
