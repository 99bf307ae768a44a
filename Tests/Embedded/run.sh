#!/bin/bash
# Builds the decoder and the player for each kind of board and runs them, under qemu-user and on QEMU's
# boards with a Cortex-M: every vector through the C API with OpenSSL and Mbed TLS (the kernel's is
# afalg.sh's), the API's promises about failures, and a real MP3 from its track to its sound. And the
# header is compiled by whatever compilers there are.
# Ends with "N passed, N failed".
set -euo pipefail

usage="usage: run.sh [TARGET…]
  TARGET   host, aarch64-linux, armv7-linux, thumb2-linux, x86_64-linux, cortex-m4 or cortex-m33; all
           of them otherwise"

here=$(dirname "$(readlink -f "$0")")
package=$(readlink -f "$here/../..")
# shellcheck source-path=SCRIPTDIR source=../../Sources/Embedded/targets.sh
source "$package/Sources/Embedded/targets.sh"
# shellcheck source-path=SCRIPTDIR source=programs.sh
source "$here/programs.sh"
# shellcheck source-path=SCRIPTDIR source=bare/boards.sh
source "$here/bare/boards.sh"
[[ ${1:-} != -h && ${1:-} != --help ]] || { echo "$usage" && exit; }
targets=("$@")
(($#)) || targets=(host aarch64-linux armv7-linux thumb2-linux x86_64-linux cortex-m4 cortex-m33)

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

# count_in NAME COMMAND… adds up a test program's closing line.
count_in() {
  local name=$1 line status=0
  shift
  "$@" >"$work/log" || status=$?
  line=$(tail -n 1 "$work/log")
  grep -E '^(FAILED|figure)' "$work/log" | sed "s/^figure decoder/&.$short/" || true
  echo "$short $name: $line"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    ((status == 0 || BASH_REMATCH[2] > 0)) || expect "$name ended with status $status" false
  else
    expect "$name ended early" false
  fi
}

# Headers on their own, by every compiler that is here, as firmware's strictest builds would have them.
check_header() {
  local short=header compiler standard header found=0 root others=$work/others options=(-I "$work/shipped")
  # As a release has them, beside the libraries' own headers: adapters and providers include those.
  root=$("$package/Sources/Embedded/sysroot.sh" arm64)
  mkdir "$work/shipped" "$others"
  cp -r "$package"/Sources/{CPinstripe,CStripeKernels,CProviderOpenSSL,CProviderMbedTLS,CProviderAFALG}/include/. \
    "$work/shipped"
  cp -r "$root"/usr/include/{aarch64-linux-gnu/*123.h,sndfile.h,mbedtls} "$others"
  options+=(-isystem "$others")
  local -A standards=([gcc]="c99 c11" [clang]="c99 c11" [g++]="c++98 c++17" [clang++]="c++98 c++17")
  for compiler in "${!standards[@]}"; do
    command -v "$compiler" >/dev/null || continue
    found=$((found + 1))
    for standard in ${standards[$compiler]}; do
      for header in pinstripe_{decoder,places,openssl,mbedtls,afalg}.h stripe_kernels.h \
        adapters/pinstripe_{stream,minimp3,mpg123,sndfile}.h; do
        expect "$compiler -std=$standard takes $header" "$compiler" -x "${standard%%[0-9]*}" \
          -std="$standard" -Wall -Wextra -pedantic -Werror -fsyntax-only "${options[@]}" \
          - <<<"#include \"$header\""
      done
    done
  done
  # What C++ calls must have C's name.
  for header in "$work"/shipped/*_kernels.h "$work"/shipped/pinstripe_{decoder,openssl,mbedtls,afalg}.h; do
    expect "$(basename "$header") has C's names in C++" grep -q 'extern "C"' "$header"
  done
  # Swift brings clang along.
  expect "there is a compiler to ask" test "$found" -gt 0
}

# The board's services, by systemd where it is installed; their programs are not.
check_services() {
  local short=services service
  command -v systemd-analyze >/dev/null || { echo "services: skipped, systemd is not installed" && return; }
  mkdir "$work/services"
  for service in "$package"/Examples/LinuxPlayer/board/*.service; do
    sed -E 's|/usr/local/[a-z/-]+/pinstripe-[a-z]+|/bin/true|' "$service" >"$work/services/${service##*/}"
  done
  # What it only warns of leaves its status 0.
  systemd-analyze verify "$work"/services/*.service >"$work/log" 2>&1 || echo "systemd-analyze failed" >>"$work/log"
  expect "systemd takes the services: $(<"$work/log")" test ! -s "$work/log"
}

make_tracks() {
  python3 -c 'import cryptography' 2>/dev/null || need_packages python3-cryptography=python3-cryptography
  python3 "$package/Tests/Vectors/make_vectors.py" --export "$work/vectors"
  make_clips
  python3 "$here/make_tracks.py" "$mp3" "$work/tracks" "$work/clips"
}

# The path of each target's player, and the bytes of stack that its decoder's calls add up to.
declare -A players stacks

# The decoder, and for boards with Linux the player, which brings its decoder along. Whatever installs
# packages is here and not among the checks, which run side by side.
build_for() {
  describe_target "$1"
  if [[ -n $gnu ]]; then
    need_packages "$gnu-gcc=gcc-${gnu//_/-}"
    [[ -z $emulator ]] || need_packages "$emulator=qemu-user"
    sysroot=$("$package/Sources/Embedded/sysroot.sh" "$debian")
  fi
  case $short in
    aarch64 | armv7)
      players[$1]=$("$package/Examples/LinuxPlayer/build.sh" "$short" 2>"$work/log") || {
        cat "$work/log" >&2
        exit 1
      } ;;
    cortex-*)
      need_packages arm-none-eabi-gcc=gcc-arm-none-eabi qemu-system-arm=qemu-system-arm patch=patch
      [[ -d /usr/lib/arm-none-eabi/newlib ]] ||
        need_packages newlib-for-arm-none-eabi=libnewlib-arm-none-eabi
      "$here/bare/mbedtls.sh" >/dev/null
      "$package/Sources/Embedded/build-decoder.sh" "$1" >"$work/log" ;;
    *) "$package/Sources/Embedded/build-decoder.sh" "$1" >"$work/log" ;;
  esac
  grep -E '^(figure|needs)' "$work/log" | tee -a "$work/figures"
  stacks[$1]=$(sed -nE "s/^figure decoder[.]${short}[.]stack_bytes ([0-9]+) B/\\1/p" "$work/log")
}

# A board with Linux: every provider there is for it.
check_linux() {
  local tracks=$work/tracks provider old
  for provider in openssl mbedtls; do
    build_program provider "$provider" provider.c
    build_program vectors "$provider" "${vectors[@]}"
    count_in "$provider provider" on_target "$work/provider-$provider-$short"
    count_in "$provider vectors" on_target "$work/vectors-$provider-$short" "$work/vectors"
  done
  build_program contract openssl "-DSTACK_ALLOWED=${stacks[$short-linux]}u" contract.c faults.c
  count_in contract on_target "$work/contract-openssl-$short" "$tracks" every10.pst device.keybox
  build_program sections openssl contract_sections.c faults.c
  count_in "contract of sections" on_target "$work/sections-openssl-$short" "$tracks"
  check_versions
  build_program adapters openssl adapters.c -lmpg123 -lsndfile
  count_in adapters on_target "$work/adapters-openssl-$short" "$tracks"
  build_program element openssl secure_element.c element_provider.c element_side.c
  count_in "secure element" on_target "$work/element-openssl-$short" "$tracks"
  if [[ -n $stripe_target ]]; then
    build_program stripe-vectors openssl -DWITH_STRIPE "${vectors[@]}" libpinstripe-stripe.a
    build_program stripe openssl stripe.c libpinstripe-stripe.a
    count_in "vectors, vectored stripe" on_target "$work/stripe-vectors-openssl-$short" "$work/vectors"
    count_in "stripe against scalar" on_target "$work/stripe-openssl-$short"
  fi
  if [[ $short == thumb2 ]]; then
    decoder=libpinstripe-decoder-every.a build_program every openssl -DEVERY_ONLY "${vectors[@]}"
    count_in "vectors without frames" on_target "$work/every-openssl-$short" "$work/vectors"
  fi
  # The last release of Debian with OpenSSL 1.1.1. One day its archive moves.
  if old=$("$package/Sources/Embedded/sysroot.sh" "$debian" --suite bullseye libc6-dev libssl-dev); then
    local sysroot=$old
    build_program provider openssl11 provider.c
    build_program vectors openssl11 "${vectors[@]}"
    count_in "OpenSSL 1.1.1 provider" on_target "$work/provider-openssl11-$short"
    count_in "OpenSSL 1.1.1 vectors" on_target "$work/vectors-openssl11-$short" "$work/vectors"
  else
    echo "$short OpenSSL 1.1.1: skipped, Debian's bullseye cannot be reached"
  fi
}

# A program with an older or a newer header than its decoder. A newer one may have grown.
check_versions() {
  local version header=$package/Sources/CPinstripe/include/pinstripe_decoder.h
  for version in 0 2; do
    mkdir -p "$work/abi$version"
    sed -E "s/^(#define PINSTRIPE_ABI_VERSION) 1u/\1 ${version}u/" "$header" \
      >"$work/abi$version/pinstripe_decoder.h"
    ((version == 0)) ||
      sed -i 's/^} pinstripe_\(provider\|storage\|keybox\);/  uint32_t more;\n&/' "$work/abi$version/pinstripe_decoder.h"
    build_program "abi$version" bare -I "$work/abi$version" abi.c libpinstripe-decoder.a
    count_in "header of version $version" on_target "$work/abi$version-bare-$short"
  done
}

# The same sources as ordinary Swift on this machine, behind the same header.
check_host() {
  local short=host source objects=()
  mkdir "$work/host"
  swiftc -O -wmo -parse-as-library -swift-version 6 -module-name PinstripeCore -package-name pinstripe \
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility \
    -I "$package/Sources/CPinstripe/include" -c "$package"/Sources/PinstripeCore/*.swift \
    -o "$work/host/core.o"
  for source in "${vectors[@]/#/$here/}" "$here/harness.c" "$package"/Sources/CProviderOpenSSL/*.c; do
    objects+=("$work/host/$(basename "$source").o")
    "$(swift_tool clang)" -O1 -std=c99 -D_GNU_SOURCE -DGUARD_PAGES \
      -I "$package/Sources/CPinstripe/include" -I "$package/Sources/CProviderOpenSSL/include" \
      -c "$source" -o "${objects[-1]}"
  done
  swiftc "${objects[@]}" "$work/host/core.o" -lcrypto -o "$work/host/vectors"
  count_in "vectors" "$work/host/vectors" "$work/vectors"
}

# A microcontroller: Mbed TLS, and nothing between the decoder and the board.
check_bare() {
  build_image "$1" "$work/provider-$short" "$here"/{provider,harness}.c
  build_image "$1" "$work/vectors-$short" "${vectors[@]/#/$here/}" "$here/harness.c"
  count_in "mbedtls provider" run_image "$1" "$work/provider-$short"
  build_image "$1" "$work/sections-$short" "$here"/{contract_sections,faults,harness}.c
  count_in "mbedtls vectors" run_image "$1" "$work/vectors-$short" "$work/vectors"
  count_in "contract of sections" run_image "$1" "$work/sections-$short" "$work/tracks"
}

# A release of one target: complete, and the library is the one that was just tested.
check_release() {
  local target=$1 file folder
  "$package/Sources/Embedded/release.sh" --out "$work/release" "$target" >"$work/log"
  expect "the release's checksums" sh -c "cd '$work/release' && sha256sum --quiet -c SHA256SUMS"
  tar -C "$work/release" -xzf "$work/release"/pinstripe-decoder-*"-$target.tar.gz"
  folder=$(echo "$work/release"/*/)
  for file in libpinstripe-decoder-every.a pinstripe_decoder.h pinstripe-decoder.pc LICENSE \
    pinstripe-decoder-config.cmake adapters/pinstripe_sndfile.h example/Makefile example/README.md \
    providers/openssl/provider.c providers/mbedtls/pinstripe_mbedtls.c providers/afalg/pinstripe_afalg.c; do
    expect "the release has $file" test -s "$folder/$file"
  done
  expect "the release has the library that was tested" cmp -s "$folder/libpinstripe-decoder.a" \
    "$package/.build-embedded/$target/libpinstripe-decoder.a"
}

# The example for firmware, in a copy of the folder that a release consists of, built as its makefile says
# and by nothing but the target's compiler; and once by CMake.
check_example() {
  local folder=$work/release-$short
  local compiler="$gnu-gcc --sysroot=$sysroot"
  cp -r "$package/.build-embedded/$short-linux" "$folder"
  expect "the example builds" env PATH=/usr/bin:/bin make -s -C "$folder/example" CC="$compiler" \
    AR="$gnu-ar" CFLAGS="-O2 -pedantic -Werror -D_FILE_OFFSET_BITS=64"
  expect "the example decrypts" cmp -s "$mp3" <(on_target "$folder/example/decrypt" \
    "$work/tracks/device.keybox" "$work/tracks/every10.pst")
  expect "the example leaves no secret behind" leaves_nothing "32:32:$work/tracks/device.keybox" \
    "$folder/example/decrypt" "$work/tracks/device.keybox" "$work/tracks/every10.pst"
  check_large_file "$folder/example/decrypt"
  expect "pkg-config finds the decoder" test "$(PKG_CONFIG_PATH=$folder pkg-config --libs --cflags \
    pinstripe-decoder | xargs)" = "-I$folder -L$folder -lpinstripe-decoder"
  [[ $short == aarch64 ]] || return 0
  mkdir "$folder/cmake"
  cat >"$folder/cmake/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.13)
project(example C)
find_package(pinstripe-decoder REQUIRED CONFIG)
file(GLOB provider ../providers/openssl/*.c)
add_executable(decrypt ../example/main.c ${provider})
target_include_directories(decrypt PRIVATE ../providers/openssl)
target_link_libraries(decrypt pinstripe::decoder crypto)
END
  expect "CMake builds the example" env PATH=/usr/bin:/bin sh -c "cmake -S '$folder/cmake' \
    -B '$folder/cmake/build' -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_C_COMPILER=$gnu-gcc \
    -DCMAKE_SYSROOT='$sysroot' -Dpinstripe-decoder_DIR='$folder' >'$work/log' 2>&1 &&
    cmake --build '$folder/cmake/build' >>'$work/log' 2>&1"
}

# A file whose size a 32-bit long cannot say is not believed to be of another size.
check_large_file() {
  local status=0
  [[ $debian == armhf ]] || return 0
  cp "$work/tracks/every10.pst" "$work/large.pst"
  truncate -s 3G "$work/large.pst"
  on_target "$1" "$work/tracks/device.keybox" "$work/large.pst" >/dev/null 2>&1 || status=$?
  expect "the example cannot read 3 GiB: $status" test "$status" = 66
  rm "$work/large.pst"
}

# In a folder of its own with what all share, because others run meanwhile. Closes with its counts.
check() {
  local shared=$work
  work=$shared/$1
  passed=0
  failed=0
  mkdir "$work"
  ln -s "$shared"/{vectors,tracks,clips} "$work"
  if [[ $1 == host ]]; then
    check_host
  else
    describe_target "$1"
    [[ -z $gnu ]] || sysroot=$("$package/Sources/Embedded/sysroot.sh" "$debian")
    player=${players[$1]:-}
    case $short in
      cortex-*)
        check_bare "$1"
        [[ $short != cortex-m33 ]] || check_release "$1" ;;
      *)
        check_linux
        check_example ;;
    esac
    case $short in aarch64 | armv7) check_player ;; esac
  fi
  echo "$passed passed, $failed failed"
}

# What a target has printed, and its counts.
add_up() {
  local line
  sed '$d' "$work/$1.out"
  line=$(tail -n 1 "$work/$1.out")
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    echo "$line"
    echo "FAILED $1 came to its end"
    failed=$((failed + 1))
  fi
}

check_header
check_services
make_tracks
need_packages pkg-config=pkg-config cmake=cmake
for target in "${targets[@]}"; do [[ $target == host ]] || build_for "$target"; done
if (($# == 0)); then
  # Nothing here runs riscv64; its object is judged as the others are.
  "$package/Sources/Embedded/build-decoder.sh" riscv64-linux | tee -a "$work/figures"
fi
[[ " ${targets[*]} " != *" thumb2-linux "* ]] ||
  "$package/Sources/Embedded/build-decoder.sh" thumb2-linux --every-only | tee -a "$work/figures"
short=texts expect "the texts have the sizes that were measured" python3 "$here/texts.py" "$package" "$work/figures"
for target in "${targets[@]}"; do
  while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n || true; done
  check "$target" >"$work/$target.out" 2>&1 &
done
wait
for target in "${targets[@]}"; do add_up "$target"; done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
