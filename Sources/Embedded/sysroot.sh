#!/bin/bash
# Makes a sysroot of C libraries for another architecture from Debian's packages and prints its path.
# No foreign packages are put on the machine and no root is needed.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=debian.sh
source "$here/debian.sh"

usage="usage: sysroot.sh ARCH
  ARCH   Debian's name of an architecture: arm64, armhf or amd64"

arch=${1:-}
case $arch in
  -h | --help) echo "$usage" && exit ;;
  arm64 | armhf | amd64) ;;
  *) echo "$usage" >&2 && exit 2 ;;
esac

packages=(libc6-dev libssl-dev libasound2-dev libsndfile1-dev libfaad-dev faad libavformat-dev)

cache=${PINSTRIPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinstripe}
root=$cache/sysroot/$arch
# A sysroot carries the list it was made from, and is complete once it has one: it is the last file
# written before the folder gets its name.
stamp="1 ${packages[*]}"
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
make_apt "$arch" "$work/apt"
fetch_closure "$work/apt" "${packages[@]}"
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
