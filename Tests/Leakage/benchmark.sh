#!/bin/bash
# The leakage benchmark on the full corpus: figures on standard output, tables on standard error, and all rows with a
# picture in .build. Arguments go to benchmark.py.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
package=$(dirname "$(dirname "$here")")
# shellcheck source-path=SCRIPTDIR source=../packages.sh
source "$here/../packages.sh"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$here/packages.sh"
need_debian_packages "${build_packages[@]}" "${leakage_packages[@]}"
cd "$package"
swift build --product pinstripe >&2
out=$package/.build/leakage
mkdir -p "$out"
status=0
env OPENBLAS_NUM_THREADS=1 PYTHONPATH="$package/Sources/Leakage" /usr/bin/python3 -B "$here/benchmark.py" \
  --tool "$(swift build --show-bin-path)/pinstripe" --json "$out/leak.json" --picture "$out/leak.png" "$@" || status=$?
echo "All rows are in $out/leak.json, a picture in $out/leak.png." >&2
exit "$status"
