#!/bin/bash
# Checks the method itself on excerpts of 3 s: under two minutes on 2 cores. Closes with "N passed, N failed".
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=../packages.sh
source "$here/../packages.sh"
need_debian_packages python3 python3-numpy python3-scipy python3-pil
exec env OPENBLAS_NUM_THREADS=1 /usr/bin/python3 -B "$here/selftest.py"
