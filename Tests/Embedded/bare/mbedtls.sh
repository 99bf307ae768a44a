#!/bin/bash
# Unpacks Debian's source package of Mbed TLS and prints its folder: Debian has no build of it for
# microcontrollers.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=../../../Sources/Embedded/private-apt.sh
source "$here/../../../Sources/Embedded/private-apt.sh"

cache=${PINSTRIPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinstripe}
root=$cache/mbedtls-source
if [[ ! -f $root/library/aes.c ]]; then
  mkdir -p "$cache"
  exec 9>"$cache/.lock-mbedtls"
  flock 9
fi
if [[ ! -f $root/library/aes.c ]]; then
  work=$(mktemp -d "$cache/.making-mbedtls-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "fetching Debian's source package of Mbed TLS" >&2
  prepare_apt "$work/apt" "$(dpkg --print-architecture)"
  # apt checks what it downloads against the signed index.
  (cd "$work" && own_apt source --download-only mbedtls) || {
    cat "$work/apt/log" >&2
    echo "error: apt cannot get the source of mbedtls; its words are above." >&2
    exit 1
  }
  mkdir "$work/source"
  tar -xf "$work"/mbedtls_*.orig.tar.* -C "$work/source" --strip-components=1
  tar -xf "$work"/mbedtls_*.debian.tar.* -C "$work/source"
  [[ ! -f $work/source/debian/patches/series ]] || while read -r patch; do
    patch -s -p1 -d "$work/source" <"$work/source/debian/patches/$patch"
  done < <(grep -v '^#' "$work/source/debian/patches/series")
  mv "$work/source" "$root"
fi
echo "$root"
