# shellcheck shell=bash disable=SC2034,SC2154
# Building test programs for boards with Linux, and running them. Sourced by run.sh, which has the
# variables; never run.

# The program that runs the vectors.
vectors=(vectors.c vectors_content.c vectors_grants.c vectors_sections.c)

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

# preload NAME VARIABLE=VALUE PROGRAM… runs a program with NAME.c of this folder preloaded.
preload() {
  local library=$work/$1-$short.so source=$here/$1.c setting=$2
  shift 2
  [[ -f $library ]] ||
    "$gnu-gcc" --sysroot="$sysroot" -std=gnu99 -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -fPIC -shared \
      "$source" -ldl -o "$library" || return
  # For the program alone, not for the emulator or the loader that start it.
  if [[ -n $emulator ]]; then
    env "$setting" "$emulator" -L "$sysroot" -E "LD_PRELOAD=$library" "$@"
  else
    (export "${setting?}" && on_target --preload "$library" "$@")
  fi
}

# leaves_nothing OFFSET:LENGTH:FILE PROGRAM… : the program runs, and has overwritten these bytes.
leaves_nothing() {
  preload remains "REMAINS=$1" "${@:2}" >/dev/null 2>"$work/remains" && ! grep '^REMAINS' "$work/remains"
}

# The provider's objects, for the sysroot at hand.
build_provider() {
  local name=$1 folder=$package/Sources/$2 source object
  provider_objects=()
  for source in "$folder"/*.c; do
    object=$work/$name-$(basename "$source" .c)-$short.o
    [[ -f $object ]] ||
      "$gnu-gcc" --sysroot="$sysroot" -std=c99 -O2 -Wall -Wextra -pedantic -Werror \
        -D_FILE_OFFSET_BITS=64 -I "$package/Sources/CPinstripe/include" -I "$folder/include" \
        -c "$source" -o "$object"
    provider_objects+=("$object")
  done
}

# build_program NAME PROVIDER SOURCE|OPTION|LIBRARY… makes $work/NAME-PROVIDER-TARGET; sources without a
# path are of this folder. The decoder is ${decoder:-libpinstripe-decoder.a}. PROVIDER: openssl, openssl11, mbedtls, afalg; bare for a program without provider and
# harness, none for one without the decoder too.
build_program() {
  local name=$1 provider=$2 word out=$package/.build-embedded/$short-linux
  local sources=() options=() libraries=()
  shift 2
  for word; do
    case $word in
      /*.c) sources+=("$word") ;;
      *.c) sources+=("$here/$word") ;;
      *.a) libraries+=("$out/$word") ;;
      -l*) libraries+=("$word") ;;
      *) options+=("$word") ;;
    esac
  done
  provider_objects=()
  case $provider in
    openssl*)
      build_provider "$provider" CProviderOpenSSL
      options+=(-I "$package/Sources/CProviderOpenSSL/include")
      libraries+=(-lcrypto) ;;
    mbedtls)
      build_provider mbedtls CProviderMbedTLS
      options+=(-DWITH_MBEDTLS -I "$package/Sources/CProviderMbedTLS/include")
      libraries+=(-lmbedcrypto) ;;
    afalg)
      build_provider afalg CProviderAFALG
      options+=(-DWITH_AFALG -I "$package/Sources/CProviderAFALG/include") ;;
  esac
  if [[ $provider != none && $provider != bare ]]; then
    sources+=("$here/harness.c")
    libraries=("$out/${decoder:-libpinstripe-decoder.a}" "${libraries[@]}")
  fi
  # The sysroot's own C library, not the cross compiler's, which may be of a later release. And pages
  # without access before and behind the buffers.
  "$gnu-gcc" --sysroot="$sysroot" -B "$sysroot/usr/lib/$gnu" -L "$sysroot/usr/lib/$gnu" -std=c99 -O1 -Wall -Wextra -pedantic -Werror -D_GNU_SOURCE \
    -DGUARD_PAGES -D_FILE_OFFSET_BITS=64 "${options[@]}" -I "$out" \
    -I "$package/Sources/CPinstripe/include" "${sources[@]}" "${provider_objects[@]}" -Wl,--as-needed "${libraries[@]}" \
    -o "$work/$name-$provider-$short"
}
