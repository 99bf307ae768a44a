# Names, messages and the host packages: what every part of the lab shares.
# shellcheck shell=bash disable=SC2034,SC2154  # the parts share variables

# A private umask would lock the guest's ordinary user out of its files.
umask 022

lab_cache=${PINSTRIPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinstripe}/lab

# The lab's own failures end with this status, so that a caller can tell "the
# lab broke" from "the command failed". Container runners use the same number.
readonly lab_failure=125

# A wrong command line: EX_USAGE of sysexits.h, as the pinstripe tool has it.
readonly usage_failure=64

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit "$lab_failure"
}

usage_error() {
    say "$*; see '$0 --help'"
    exit "$usage_failure"
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "'$*' needs root, and there is no sudo; run it as root once"
    fi
}

apt_install() {
    # --no-install-recommends: QEMU recommends a whole desktop's worth.
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --quiet --no-install-recommends "$@" >&2
}

# have_command NAME: sbin is not on an ordinary user's PATH in Debian.
have_command() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" > /dev/null; }

install_host_packages() {
    local pair missing=()
    for pair in qemu-system-x86_64:qemu-system-x86 cpio:cpio depmod:kmod \
        flock:util-linux ldd:libc-bin xz:xz-utils; do
        have_command "${pair%%:*}" || missing+=("${pair#*:}")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "installing ${missing[*]}"
    # A fresh machine has no package lists, an old one stale ones.
    apt-cache show "${missing[@]}" > /dev/null 2>&1 || as_root apt-get update --quiet >&2
    apt_install "${missing[@]}" || {
        as_root apt-get update --quiet >&2
        apt_install "${missing[@]}" || die "could not install ${missing[*]} with apt-get"
    }
}
