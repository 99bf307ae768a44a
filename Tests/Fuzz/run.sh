#!/bin/sh
# Fuzzes the parsers of hostile bytes.
#
#   Tests/Fuzz/run.sh SECONDS [TARGET...]
#
# Builds the targets of Package.swift, replays FailCases/TARGET/* on each, then fuzzes each for that
# many seconds, as many at a time as there are processors. Ends with 1 when a target crashed; its input
# is in .build/crashes then. Put it into FailCases/TARGET once the crash is understood: it is replayed
# first from then on.
#
# A run starts from what the last one found, and where there is Dictionaries/TARGET, with its words.
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
all=$(sed -n 's/^    fuzz("\([A-Za-z0-9]*\)".*/\1/p' Package.swift)

# In this form only does libFuzzer see the coverage; with two --sanitize options it is silently lost.
build() {
  swift build -c release --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address "$@"
}
[ $# -gt 0 ] || set -- $all
# Each by its name: Pinstripe's own programs have a main, and libFuzzer's is one too many.
for target; do build --product "$target"; done
binaries=$(build --show-bin-path)

# The runtime's own backtraces take the crash away from libFuzzer, which then writes no input.
export SWIFT_BACKTRACE=enable=no
# Nothing that we parse may make us allocate much; a leak is one.
limits="-rss_limit_mb=1024 -malloc_limit_mb=16 -timeout=10 -max_len=4096"
export LSAN_OPTIONS=suppressions=leaks.txt:print_suppressions=0
crashes=.build/crashes
mkdir -p "$crashes"

# Inputs that are worth starting from, out of the project's own files.
seeds() {
  case $1 in
    Profiles)
      for file in ../../DeviceProfiles/*.json; do
        sed 's/"id": "[^"]*"/"id": "fuzz"/' "$file" >"$2/$(basename "$file")"
      done
      ;;
  esac
}

# Replays and fuzzes one target; what there is to say goes to .build/TARGET.said, and "ok" to
# .build/TARGET.result when nothing was found.
fuzz() {
  target=$1
  log=.build/$target.log
  corpus=.build/corpus/$target
  result=.build/$target.result
  mkdir -p "$corpus"
  seeds "$target" "$corpus"
  dictionary=Dictionaries/$target
  [ ! -f "$dictionary" ] || limits="$limits -dict=$dictionary"
  found=ok
  echo "== $target"
  for case in FailCases/"$target"/*; do
    [ -f "$case" ] || continue
    if ! "$binaries/$target" $limits "$case" >"$log" 2>&1; then
      tail -n 30 "$log"
      echo "$target: fails again on $case"
      found=failed
    fi
  done
  if [ "$seconds" -gt 0 ]; then
    if ! "$binaries/$target" $limits -max_total_time="$seconds" -print_final_stats=1 \
      -artifact_prefix="$crashes/$target-" "$corpus" >"$log" 2>&1; then
      tail -n 40 "$log"
      echo "$target: crashed; the input is in Tests/Fuzz/$crashes"
      found=failed
    fi
    # More or fewer modules mean that the coverage is not that of our code.
    if ! grep -q 'Loaded 1 modules' "$log"; then
      echo "$target: libFuzzer sees no coverage; was it built with the flags above?"
      found=failed
    fi
    grep -E 'number_of_executed_units|average_exec_per_sec|cov:' "$log" | tail -n 3
  fi
  echo "$found" >"$result"
}

# Each batch is as wide as the machine, and is told of when it is over: nothing is mixed up.
width=$(nproc)
passed=0
failed=
while [ $# -gt 0 ]; do
  batch=
  while [ $# -gt 0 ] && [ $(echo $batch | wc -w) -lt "$width" ]; do
    batch="$batch $1"
    shift
  done
  for target in $batch; do
    rm -f ".build/$target.result"
    (fuzz "$target") >".build/$target.said" 2>&1 &
  done
  wait
  for target in $batch; do
    cat ".build/$target.said"
    if [ "$(cat ".build/$target.result" 2>/dev/null)" = ok ]; then
      passed=$((passed + 1))
    else
      failed="$failed $target"
    fi
  done
done

set -- $failed
[ $# -eq 0 ] || echo "failed: $*" >&2
echo "$passed passed, $# failed"
[ $# -eq 0 ]
