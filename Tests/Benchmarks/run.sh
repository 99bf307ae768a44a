#!/bin/bash
# Measures, and prints one line a figure on stdout: figure NAME VALUE UNIT.
#
#   Tests/Benchmarks/run.sh [stripe|chunktags|transfer|decoder|leak]...
#
# Without a group all of them run. Progress goes to stderr. Ends with 1 when a figure misses its gate:
# those that are timed, twice; those that are counted, once.
set -euo pipefail

groups=(stripe chunktags transfer decoder leak)

usage() {
  echo "usage: $0 [$(IFS='|' && echo "${groups[*]}")]..." >&2
  exit 64
}

stripe() {
  swift build -c release --product StripeBenchmark >&2
  local missed=0
  "$(swift build -c release --show-bin-path)/StripeBenchmark" || missed=1
  ./pack.sh || missed=1
  return "$missed"
}

chunktags() {
  swift build -c release --product ChunkTagBenchmark >&2
  "$(swift build -c release --show-bin-path)/ChunkTagBenchmark"
}

decoder() { ./decoder.sh; }
transfer() { ./transfer.sh; }

leak() { ../Leakage/benchmark.sh; }

for group; do
  [[ " ${groups[*]} " == *" $group "* ]] || usage
done
(($#)) || set -- "${groups[@]}"

cd "$(dirname "$0")"
for group; do "$group"; done
