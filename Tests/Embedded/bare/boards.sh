# shellcheck shell=bash disable=SC2034,SC2154
# The microcontrollers that QEMU has boards for. Sourced, never run.

# describe_board TARGET sets the processor, QEMU's machine, and where it has code and RAM.
describe_board() {
  case $1 in
    cortex-m4)
      processor=(-mcpu=cortex-m4 -mfpu=fpv4-sp-d16) machine=mps2-an386 code=0x0 ram=0x21000000 ;;
    cortex-m33)
      processor=(-mcpu=cortex-m33 -mfpu=fpv5-sp-d16) machine=mps2-an505 code=0x10000000 ram=0x80000000 ;;
  esac
}

# build_image TARGET OUT SOURCE… makes an image of test programs with the decoder and Mbed TLS.
build_image() {
  local target=$1 out=$2 sources=("${@:3}") part mbedtls library compile
  describe_board "$target"
  mbedtls=$("$here/bare/mbedtls.sh")
  library=$package/.build-embedded/$target/mbedtls
  compile=(arm-none-eabi-gcc "${processor[@]}" -mthumb -mfloat-abi=hard -O2 -std=gnu99
    -ffunction-sections -fdata-sections -I "$mbedtls/include" -I "$here/bare"
    -D'MBEDTLS_CONFIG_FILE="mbedtls_minimal.h"')
  mkdir -p "$library"
  # The seven files that pinstripe_mbedtls.h names.
  for part in aes chacha20 constant_time hkdf md platform_util sha256; do
    [[ $library/$part.o -nt $here/bare/mbedtls_minimal.h ]] ||
      "${compile[@]}" -c "$mbedtls/library/$part.c" -o "$library/$part.o"
  done
  "${compile[@]}" -Wall -Wextra -Werror -DWITH_MBEDTLS -I "$package/Sources/CPinstripe/include" \
    -I "$package/Sources/CProviderMbedTLS/include" "${sources[@]}" "$here/bare/startup.c" \
    "$package/Sources/CProviderMbedTLS/pinstripe_mbedtls.c" "$library"/*.o \
    "$package/.build-embedded/$target/libpinstripe-decoder.a" -nostartfiles --specs=rdimon.specs \
    -T "$here/bare/memory.ld" \
    -Wl,--gc-sections,--no-warn-rwx-segments,--no-warn-execstack,--defsym="CODE=$code,--defsym=RAM=$ram" \
    -o "$out"
}

# run_image TARGET IMAGE ARGUMENT… [-OPTION…] runs it with the host's files and standard output; from the
# first word with a dash on, the words are QEMU's.
run_image() {
  local image=$2 words
  words=,arg=$(basename "$2")
  describe_board "$1"
  shift 2
  while (($#)) && [[ $1 != -* ]]; do
    words+=,arg=$1
    shift
  done
  timeout 300 qemu-system-arm -M "$machine" -nographic -monitor none -serial none \
    -semihosting-config "enable=on,target=native$words" -kernel "$image" "$@"
}
