#!/bin/bash
# Makes a sysroot of C libraries for another architecture from Debian's packages and prints its path.
# No foreign packages are put on the machine and no root is needed: apt works in a private place,
# with an empty status, so that what it calls missing is exactly the closure of the packages below.
set -euo pipefail

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
mkdir -p "$work/apt/"{lists/partial,archives/partial} "$work/root"
: >"$work/apt/status"

# The machine's own sources, Debian's only where that is known: others seldom have every
# architecture. indextargets knows a source's origin once `apt-get update` has seen it.
list_sources() {
  apt-get indextargets \
    --format "deb [arch=$arch] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' "$@" |
    sort -u
}
list_sources 'Origin: Debian' >"$work/apt/sources.list"
[[ -s $work/apt/sources.list ]] || list_sources >"$work/apt/sources.list"
[[ -s $work/apt/sources.list ]] || {
  echo "error: apt has no package source on this machine; see man sources.list." >&2
  exit 1
}

cat >"$work/apt/conf" <<EOF
Dir::State "$work/apt";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "$arch";
#clear APT::Architectures;
APT::Architectures { "$arch"; };
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
Acquire::Languages "none";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
EOF
apt() {
  apt-get -qq -c "$work/apt/conf" "$@" >>"$work/apt/log" 2>&1
}

echo "making the $arch sysroot from Debian packages" >&2
# Debian's keys are found by every apt of Debian; another distribution has them in this file only.
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[[ ! -f $keys ]] || echo "Dir::Etc::trusted \"$keys\";" >>"$work/apt/conf"
# A mirror in the middle of its own update answers with an index that does not fit; it passes. Should
# one index stay away, the others may well hold all that is needed.
for delay in 2 10 0; do
  ! apt update || break
  sleep "$delay"
done
apt install --download-only "${packages[@]}" || {
  cat "$work/apt/log" >&2
  echo "error: apt cannot get $arch packages from this machine's sources; its words are above." >&2
  exit 1
}
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
