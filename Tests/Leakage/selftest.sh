#!/bin/bash
# Checks the leakage measurement itself on excerpts of 3 s, and that the tool encrypts what is measured.
# Closes with "N passed, N failed".
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
exec env OPENBLAS_NUM_THREADS=1 PYTHONPATH="$package/Sources/Leakage" /usr/bin/python3 -B "$here/selftest.py" \
  "$(swift build --show-bin-path)/pinstripe"
