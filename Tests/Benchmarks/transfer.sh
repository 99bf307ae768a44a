#!/bin/bash
# How fast files go to players and back, beside libmtp, android-file-transfer and a bare probe in the
# same boot of the lab. Time there is virtual, it follows the instructions that are executed, so a
# figure repeats to 0.1 % whatever else the machine does, and one that misses its gate is not tried
# again. Absolute speeds mean nothing: the figures are ratios. Some minutes.
#
#   transfer.sh [debian|functionfs|qemu]...
set -euo pipefail

machines=(debian functionfs qemu)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
# shellcheck source=../packages.sh
source "$here/../packages.sh"
# shellcheck source=Transfer/figures.sh
source "$here/Transfer/figures.sh"

# Real seconds for one machine's measurements.
limit=1200
(($#)) || set -- "${machines[@]}"

need_debian_packages gcc libc6-dev libusb-1.0-0-dev libmtp-dev libreadline8 xz-utils
work=$(mktemp -d "${TMPDIR:-/tmp}/pinstripe-transfer-XXXXXX")
trap 'rm -rf "$work"' EXIT

# android-file-transfer's program for terminals, without the packages that its window needs.
fetch_android_file_transfer() {
  local options=()
  ((EUID)) || options=(-o APT::Sandbox::User=root)
  # A fresh machine has no package lists.
  apt-cache show android-file-transfer >/dev/null 2>&1 || ((EUID)) || apt-get update -qq >&2
  (cd "$work" && apt-get "${options[@]}" -qq download android-file-transfer >&2)
  dpkg-deb -x "$work"/android-file-transfer_*.deb "$work/aft"
}

build() {
  (cd "$repository" && for product in TransferBenchmark LabPlayer; do
    swift build -c release --product "$product" >&2
  done)
  gcc -O2 -Wall -Wextra -o "$work/probe" "$here/Transfer/peers/probe.c" -lusb-1.0
  gcc -O2 -Wall -Wextra -o "$work/libmtp_peer" "$here/Transfer/peers/libmtp_peer.c" -lmtp
  fetch_android_file_transfer
}

# options_of MACHINE: the array `options` for its machine.
options_of() {
  options=(--icount --limit "$limit" --storage-mib 160 --memory 1024
    --program "$work/probe" --program "$work/libmtp_peer" --program "$work/aft/usr/bin/aft-mtp-cli"
    --program "$repository/.build/release/TransferBenchmark"
    --program "$repository/.build/release/LabPlayer"
    --file "$here/Transfer/guest:/bench" --file "$repository/Examples/Media/idle_tune.mp3")
  case $1 in
    functionfs) options+=(--player none) ;;
    qemu) options+=(--player qemu) ;;
  esac
}

build
for machine; do
  [[ " ${machines[*]} " == *" $machine "* ]] || { echo "$0: no machine '$machine'" >&2 && exit 64; }
  echo "transfer: $machine" >&2
  options_of "$machine"
  "$repository/Tests/Lab/lab" run "${options[@]}" -- sh "/bench/$machine.sh" >"$work/$machine.out"
  grep -q '^value finished$' "$work/$machine.out" || { cat "$work/$machine.out" >&2 && exit 1; }
  read_values "$machine" "$work/$machine.out"
  "figures_$machine"
done
exit "$missed"
