#!/bin/bash
# Makes a sysroot of C libraries for another architecture from Debian's packages and prints its path.
# No foreign packages are put on the machine and no root is needed.
set -euo pipefail

usage="usage: sysroot.sh ARCH [--suite SUITE] [PACKAGE…]
  ARCH      Debian's name of an architecture: arm64, armhf or amd64
  --suite   a release of Debian; the machine's own otherwise
  PACKAGE   what to put into it, with all it depends on; otherwise what the player and the tests need"

here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=private-apt.sh
source "$here/private-apt.sh"

arch=
suite=
packages=()
while (($#)); do
  case $1 in
    -h | --help) echo "$usage" && exit ;;
    --suite)
      (($# > 1)) || { echo "$usage" >&2 && exit 2; }
      suite=$2
      shift ;;
    -*) echo "$usage" >&2 && exit 2 ;;
    *) if [[ -z $arch ]]; then arch=$1; else packages+=("$1"); fi ;;
  esac
  shift
done
case $arch in
  arm64 | armhf | amd64) ;;
  *) echo "$usage" >&2 && exit 2 ;;
esac
((${#packages[@]})) ||
  packages=(libc6-dev libssl-dev libasound2-dev libsndfile1-dev libfaad-dev faad libavformat-dev libmpg123-dev
    libmbedtls-dev)

cache=${PINSTRIPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinstripe}
# One for each list of packages. It carries the list it was made from, and is complete once it has one:
# it is the last file written before the folder gets its name.
stamp="1 $suite ${packages[*]}"
root=$cache/sysroot/$arch-$(cksum <<<"$stamp" | cut -d ' ' -f 1)
if [[ -f $root/.packages && $(<"$root/.packages") == "$stamp" ]]; then
  echo "$root"
  exit
fi

mkdir -p "$cache/sysroot"
exec 9>"$cache/sysroot/.lock-$arch"
flock 9
if [[ -f $root/.packages && $(<"$root/.packages") == "$stamp" ]]; then
  echo "$root"
  exit
fi

work=$(mktemp -d "$cache/sysroot/.making-$arch-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
echo "making the $arch sysroot from Debian packages" >&2
prepare_apt "$work/apt" "$arch" "$suite"
fetch_closure "${packages[@]}"
for package in "$work/apt/archives/"*.deb; do
  dpkg-deb -x "$package" "$work/root"
done

# A link to /lib/… would leave the sysroot.
find "$work/root" -type l -lname '/*' -print0 |
  while IFS= read -r -d '' link; do
    ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$work/root$(readlink "$link")")" "$link"
  done
# Documentation is a fifth of it.
rm -rf "$work/root/usr/share/"{doc,man,locale,lintian}
echo "$stamp" >"$work/root/.packages"
rm -rf "$root"
mv "$work/root" "$root"
echo "$root"
