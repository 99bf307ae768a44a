# shellcheck shell=bash disable=SC2034
# What differs between targets, in one place. Sourced, never run.

# The targets of a release, in the order in which they are built and reported.
all_targets=(aarch64-linux armv7-linux x86_64-linux)

# describe_target TARGET sets:
#   triple     what the Swift compiler builds for
#   emulation  what the linker calls it
#   gnu        prefix of the GNU cross tools, and Debian's folder of the architecture's files
#   abi        what clang needs to agree with that gcc; the toolset has the same
#   debian     Debian's name of the architecture
#   emulator   the qemu-user program that runs it; empty on a machine of the same kind
#   short      its name in figures
#   stripe_target  what clang builds the vectored stripe for; empty where not every CPU has vectors
describe_target() {
  abi=()
  stripe_target=
  case $1 in
    aarch64-linux)
      triple=aarch64-none-none-elf emulation=aarch64linux gnu=aarch64-linux-gnu debian=arm64
      emulator=qemu-aarch64 stripe_target=aarch64-none-elf ;;
    armv7-linux)
      triple=armv7-none-none-eabi emulation=armelf_linux_eabi gnu=arm-linux-gnueabihf debian=armhf
      abi=(-mfloat-abi=hard -fno-short-enums) emulator=qemu-arm ;;
    x86_64-linux)
      triple=x86_64-unknown-linux-gnu emulation=elf_x86_64 gnu=x86_64-linux-gnu debian=amd64
      emulator=qemu-x86_64 stripe_target=x86_64-linux-gnu ;;
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
  "${root[@]}" apt-get update -qq >&2 &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}
