#!/bin/sh
# Fuzzes the parsers of hostile bytes.
#
#   Tests/Fuzz/run.sh SECONDS [TARGET...]
#
# Builds the targets of Package.swift, replays FailCases/TARGET/* on each, then fuzzes each for that
# many seconds. Ends with 1 when a target crashed; its input is in .build/crashes then. Put it into
# FailCases/TARGET once the crash is understood: it is replayed first from then on.
# shellcheck disable=SC2046,SC2086 # names and options are split into words on purpose
set -eu

usage() {
  echo "usage: $0 SECONDS [TARGET...]" >&2
  exit 64
}

[ $# -ge 1 ] || usage
seconds=$1
shift
case $seconds in '' | *[!0-9]*) usage ;; esac

cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- $(sed -n 's/^    fuzz("\([A-Za-z0-9]*\)".*/\1/p' Package.swift)

# In this form only does libFuzzer see the coverage; with two --sanitize options it is silently lost.
build() {
  swift build -c release --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address "$@"
}
for target; do build --product "$target"; done
binaries=$(build --show-bin-path)

# The runtime's own backtraces take the crash away from libFuzzer, which then writes no input.
export SWIFT_BACKTRACE=enable=no
# Nothing that we parse may make us allocate much; a leak is one.
limits="-rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=10 -max_len=4096"
export LSAN_OPTIONS=suppressions=leaks.txt:print_suppressions=0
crashes=.build/crashes
mkdir -p "$crashes"
failed=
passed=0

for target; do
  before=$failed
  echo "== $target"
  log=.build/$target.log
  corpus=.build/corpus/$target
  mkdir -p "$corpus"
  for case in FailCases/"$target"/*; do
    [ -f "$case" ] || continue
    if ! "$binaries/$target" $limits "$case" >"$log" 2>&1; then
      tail -n 30 "$log"
      echo "$target: fails again on $case" >&2
      failed="$failed $target"
    fi
  done
  [ "$seconds" -gt 0 ] || continue
  if ! "$binaries/$target" $limits -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="$crashes/$target-" "$corpus" >"$log" 2>&1; then
    tail -n 40 "$log"
    echo "$target: crashed; the input is in Tests/Fuzz/$crashes" >&2
    failed="$failed $target"
  fi
  # More or fewer modules mean that the coverage is not that of our code.
  if ! grep -q 'Loaded 1 modules' "$log"; then
    echo "$target: libFuzzer sees no coverage; was it built with the flags above?" >&2
    failed="$failed $target"
  fi
  grep -E 'number_of_executed_units|average_exec_per_sec|cov:' "$log" | tail -n 3
  [ "$failed" != "$before" ] || passed=$((passed + 1))
done

set -- $failed
[ $# -eq 0 ] || echo "failed: $*" >&2
echo "$passed passed, $# failed"
[ $# -eq 0 ]
