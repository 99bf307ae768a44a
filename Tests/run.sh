#!/bin/bash
# All tests but the benchmarks and the lab's long groups (Tests/Lab/tests.sh --large; board-tests.sh
# armhf), on a machine with Swift 6.3 and Debian 12: installs what is missing,
# builds, and runs stage after stage. Closes with one line "N passed, N failed".
set -uo pipefail

usage="usage: run.sh [STAGE…]
stages, all of them by default, and then fast to kills beside embedded and fuzz:
  unit        swift test: every module, with public and our own vectors
  fast        the real libusb against a player of ours at a made-up device node: bulk, cancel, stalls,
              silence, a pulled cable, hot-plug, and the tool itself
  vectors     the independent Python implementation against its own vectors
  package     import rules, linkage, traits, formatting, installation
  leakage     the leakage measurement on excerpts of 3 s, and that the tool encrypts what it measures
  kills       a sync that is killed at random moments, 500 times; Tests/Kills/run.sh 10000 for more
  embedded    decoder and player for ARM, under qemu-user
  fuzz        every parser of hostile bytes, 8 s each, as many at a time as there are processors
  lab         the tool against real MTP players on a real USB stack, the reference player on an ARM
              board, and the kernel as the decoder's crypto provider, in virtual machines
  quickstart  the example that the README begins with"

here=$(dirname "$(readlink -f "$0")")
cd "$here/.." || exit
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$here/packages.sh"

# Seconds that a stage may take on 2 cores; more is printed, and is no failure: machines differ.
declare -A budget=(
  [unit]=420 [fast]=150 [vectors]=60 [package]=240 [leakage]=90 [kills]=90 [embedded]=240 [fuzz]=300
  [lab]=600 [quickstart]=240)
for stage; do
  [[ -n ${budget[$stage]:-} ]] || { echo "$usage" >&2 && exit 64; }
done

passed=0
failed=0
work=$(mktemp -d)
log=$work/log
beside=
trap '[[ -z $beside ]] || kill "$beside" 2>/dev/null; rm -rf "$work"' EXIT

# counted COMMAND… runs a script that closes with "N passed, N failed".
counted() {
  local status line
  "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    ((status == 0 || BASH_REMATCH[2] > 0)) || fail "$1 ended with status $status"
  else
    fail "$1 ended without counting its tests (status $status)"
  fi
}

fail() {
  echo "FAILED: $*"
  failed=$((failed + 1))
}

unit() {
  swift build --build-tests || { fail "the build" && return; }
  # Where one is missing, the tests of profiles against others' data say that they are skipped.
  need_debian_packages python3 python3-jsonschema libmtp-common media-player-info || true
  PINSTRIPE_PUBLIC_VECTORS=$(Tests/Vectors/fetch-public.sh) || unset PINSTRIPE_PUBLIC_VECTORS
  PINSTRIPE_FRAME_MEDIA=$(Tests/Media/fetch.sh) || unset PINSTRIPE_FRAME_MEDIA
  export PINSTRIPE_PUBLIC_VECTORS PINSTRIPE_FRAME_MEDIA
  # The fast tier is a stage of its own.
  swift test --skip-build --skip FastTierTests --xunit-output "$work/unit.xml" >"$log" 2>&1
  # Swift Testing puts its name before the extension.
  local status=$? report="$work/unit-swift-testing.xml" tests failures
  grep -v '^◇' "$log" | grep -E '✘|error:|^FAIL|recorded|skipped' | tail -n 60
  tests=$(grep -o '<testcase ' "$report" 2>/dev/null | wc -l)
  failures=$(grep -o '<failure' "$report" 2>/dev/null | wc -l)
  ((tests > 0)) || { fail "swift test ran no test (status $status)" && return; }
  ((status == 0 || failures > 0)) || fail "swift test ended with status $status"
  failed=$((failed + failures))
  passed=$((passed + tests - failures))
}

vectors() {
  need_debian_packages python3 python3-cryptography
  counted python3 Tests/Vectors/make_vectors.py --check
}

fast() { counted Tests/FastTier/run.sh; }
package() { counted Tests/Package/run.sh; }
embedded() { counted Tests/Embedded/run.sh; }
leakage() { counted Tests/Leakage/selftest.sh; }
fuzz() { counted Tests/Fuzz/run.sh 8; }

kills() { counted Tests/Kills/run.sh 500; }

lab() {
  # Emulated processors are slow: what users run is what is tested there.
  swift build -c release --product pinstripe >"$log" 2>&1 || { cat "$log" && fail "the build" && return; }
  counted Tests/Lab/selftest.sh
  PINSTRIPE=.build/release/pinstripe counted Tests/Lab/tests.sh
  counted Tests/Embedded/afalg.sh
  counted Tests/Lab/board-tests.sh
}

quickstart() {
  if Examples/quickstart.sh; then passed=$((passed + 1)); else fail "Examples/quickstart.sh"; fi
}

need_swift || exit 1
need_debian_packages "${build_packages[@]}" || exit 1
# run STAGE runs it, and says how long that took.
run() {
  local began=$SECONDS took
  echo "== $1 (budget ${budget[$1]} s)"
  "$1"
  took=$((SECONDS - began))
  echo "== $1 took $took s$( ((took <= budget[$1])) || echo ", over its budget")"
}

# All stages. Some leave much of two processors idle, and run beside others that do.
run_all() {
  local aside=(fast vectors package leakage kills)
  run unit
  echo "== in the background: ${aside[*]}"
  "$here/run.sh" "${aside[@]}" >"$work/aside" 2>&1 &
  beside=$!
  run embedded
  run fuzz
  echo "== waiting for ${aside[*]}"
  wait "$beside"
  beside=
  counted cat "$work/aside"
  run lab
  run quickstart
}

if (($#)); then
  for stage; do run "$stage"; done
else
  run_all
fi
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
