#!/bin/bash
# Builds the decoder for all targets and packs what an integrator gets: for each target an archive with the
# library, its smaller variant, headers, crypto providers, adapters, files for pkg-config and CMake, an
# example and the licence. The same sources give the same archives, byte for byte.
set -euo pipefail

usage="usage: release.sh [--out DIR] [TARGET…]
  --out    where to put pinstripe-decoder-VERSION-TARGET.tar.gz and SHA256SUMS; .build-embedded/release in
           the package otherwise
  TARGET   of targets.sh; all of them otherwise"

here=$(dirname "$(readlink -f "$0")")
package=$(dirname "$(dirname "$here")")
# shellcheck source-path=SCRIPTDIR source=targets.sh
source "$here/targets.sh"

out=$package/.build-embedded/release
targets=()
while (($#)); do
  case $1 in
    --out)
      (($# > 1)) || { echo "$usage" >&2 && exit 2; }
      out=$(readlink -m "$2")
      shift ;;
    -h | --help) echo "$usage" && exit ;;
    -*) echo "$usage" >&2 && exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
((${#targets[@]})) || targets=("${all_targets[@]}")
version=$(sed -nE 's/^## ([0-9][0-9.]*).*/\1/p' "$package/CHANGELOG.md" | head -n 1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
"$here/build-decoder.sh" "${targets[@]}" --out "$work/built"
"$here/build-decoder.sh" "${targets[@]}" --out "$work/built" --every-only
for target in "${targets[@]}"; do
  name=pinstripe-decoder-$version-$target
  mv "$work/built/$target" "$work/$name"
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=u+rw,go+r,go-w \
    -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
done
(cd "$out" && sha256sum "pinstripe-decoder-$version-"*.tar.gz >SHA256SUMS)
echo "$out"
