#!/bin/bash
# How fast `pinstripe pack` turns a file of 1 GiB in the page cache into a track on /dev/null, as a
# ratio to cat. Processor time, because other programs share the machine; medians of five.
set -euo pipefail

cd "$(dirname "$0")/../.."
swift build -c release --product pinstripe >&2
pinstripe=$(swift build -c release --show-bin-path)/pinstripe
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PINSTRIPE_KEYS=$folder/keys.pks
"$pinstripe" device new bench >&2

echo "pack: making 2 GiB of files" >&2
head -c 1G < <(yes 'no codec begins like this') >"$folder/data"
head -c 1G < <(while cat Examples/Media/idle_tune.mp3; do :; done 2>/dev/null) >"$folder/music.mp3"

# Milliseconds of processor time that a command takes, the median of five.
cpu() {
  local TIMEFORMAT='%U %S' _
  for _ in 1 2 3 4 5; do
    { time "$@" >/dev/null; } 2>&1
  done | awk '{ printf "%d\n", ($1 + $2) * 1000 + 0.5 }' | sort -n | sed -n 3p
}

missed=0
# figure NAME FILE GATE OPTION…
figure() {
  local name=$1 file=$2 gate=$3 attempt ratio
  shift 3
  for attempt in 1 2; do
    ratio=$(awk -v cat="$(cpu cat "$file")" \
      -v pack="$(cpu "$pinstripe" pack "$file" -o /dev/null --device bench "$@")" \
      'BEGIN { printf "%.2f", (cat + 0.5) / (pack + 0.5) }')
    awk -v ratio="$ratio" -v gate="$gate" 'BEGIN { exit ratio < gate }' && break
    echo "$name is $ratio, below $gate (attempt $attempt)" >&2
    ((attempt == 1)) || missed=1
  done
  echo "figure $name $ratio ratio"
}

figure pack.every10.aes.vs_cat "$folder/data" 0.50 --every 10 --suite aes-128-ctr --no-digest
figure pack.every10.chacha20.vs_cat "$folder/data" 0.40 --every 10 --no-digest
figure pack.mp3.vs_cat "$folder/music.mp3" 0 --no-digest
figure pack.mp3.digest.vs_cat "$folder/music.mp3" 0
exit "$missed"
