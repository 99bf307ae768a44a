# shellcheck shell=bash disable=SC2034
# What differs between targets, in one place. Sourced, never run.

# The targets of a release, in the order in which they are built and reported.
all_targets=(aarch64-linux armv7-linux thumb2-linux cortex-m4 cortex-m33 riscv64-linux x86_64-linux)

# describe_target TARGET sets:
#   triple     what the Swift compiler builds for
#   emulation  what the linker calls it
#   gnu        prefix of the GNU cross tools, and Debian's folder of the architecture's files
#   abi        what clang needs to agree with that gcc; the toolset has the same
#   debian     Debian's name of the architecture
#   emulator   the qemu-user program that runs it; empty on a machine of the same kind
#   short      its name in figures
#   most       bytes of the decoder's text that the test allows: what was reached last
#   most_every the same of the decoder for every(N) patterns only
#   stack      bytes of stack that it may need, which build-decoder.sh computes
#   goal       bytes of text that it is to have one day
#   stripe_target  what clang builds the vectored stripe for; empty where not every CPU has vectors
describe_target() {
  abi=()
  stripe_target=
  goal=
  stack=512
  case $1 in
    aarch64-linux)
      triple=aarch64-none-none-elf emulation=aarch64linux gnu=aarch64-linux-gnu debian=arm64
      emulator=qemu-aarch64 stripe_target=aarch64-none-elf most=12312 most_every=9684 goal=4096 ;;
    armv7-linux)
      triple=armv7-none-none-eabi emulation=armelf_linux_eabi gnu=arm-linux-gnueabihf debian=armhf
      abi=(-mfloat-abi=hard -fno-short-enums) emulator=qemu-arm most=16656 most_every=12096 ;;
    thumb2-linux)
      # Swift has no module for Thumb-2 of the A profile. Code of the M profile is a part of it.
      triple=armv7em-none-none-eabi emulation=armelf_linux_eabi gnu=arm-linux-gnueabihf debian=armhf
      abi=(-mfloat-abi=hard -fno-short-enums) emulator=qemu-arm most=10576 most_every=7934 goal=3072 ;;
    cortex-m4 | cortex-m33)
      # Nor one for armv8-M, which runs what a Cortex-M4 does.
      triple=armv7em-none-none-eabi emulation=armelf gnu= debian= emulator=
      abi=(-mfloat-abi=hard -fno-short-enums) most=10576 most_every=7934 goal=3072 ;;
    riscv64-linux)
      triple=riscv64-none-none-eabi emulation=elf64lriscv gnu=riscv64-linux-gnu debian=riscv64
      abi=(-march=rv64gc -mabi=lp64d) emulator=qemu-riscv64 stack=592 most=15444 most_every=12658 ;;
    x86_64-linux)
      triple=x86_64-unknown-linux-gnu emulation=elf_x86_64 gnu=x86_64-linux-gnu debian=amd64
      emulator=qemu-x86_64 stripe_target=x86_64-linux-gnu most=12328 most_every=9459 ;;
    *)
      echo "error: no target is named '$1'; there are: ${all_targets[*]}." >&2
      return 2 ;;
  esac
  short=${1%-linux}
  # Debian's machine names equal uname's for the two 64-bit targets. A 64-bit ARM machine may run
  # 32-bit programs, but not every one can, so armv7 is emulated everywhere but on armv7.
  if [[ $(uname -m) == "$short"* ]]; then emulator=; fi
}

# The toolchain's own LLVM tools: they fit the compiler, and no package need be installed for them.
swift_tool() {
  local directory
  directory=$(dirname "$(readlink -f "$(command -v swiftc)")")
  if [[ -x $directory/$1 ]]; then
    echo "$directory/$1"
  elif command -v "$1"; then
    :
  else
    echo "error: $1 is neither beside swiftc nor in PATH; install Swift 6.3's toolchain or Debian's llvm and lld." >&2
    return 1
  fi
}

# need_packages COMMAND=PACKAGE… installs the packages whose command is missing, and nothing else.
need_packages() {
  local pair missing=()
  for pair; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  ((${#missing[@]})) || return 0
  local root=()
  ((EUID == 0)) || root=(sudo)
  echo "installing ${missing[*]}" >&2
  # One at a time: apt-get does not wait for another one's lists.
  (
    flock 9
    "${root[@]}" apt-get update -qq >&2 &&
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
  ) 9</var/lib/dpkg
}
