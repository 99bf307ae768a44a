#!/bin/bash
# The real libusb against a player of PinstripeTestSupport at a device node that umockdev makes up: no
# kernel USB, no privileges, less than a minute after the build. Closes with "N passed, N failed".
#
#   Tests/FastTier/run.sh [FILTER]    FILTER: as for swift test --filter; all of the tier by default
#
# umockdev's headers and GLib are needed for the node alone (Node/), so it is a library of its own, which
# the tests load when PINSTRIPE_USB_NODE names it; in an ordinary `swift test` they are skipped.
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source-path=SCRIPTDIR source=../packages.sh
source Tests/packages.sh
need_debian_packages umockdev libumockdev-dev
swift build --build-tests

work=.build/fast-tier
mkdir -p "$work"
read -ra flags <<< "$(pkg-config --cflags --libs umockdev-1.0)"
# Swift's own compiler is always there; the kernel's ioctl numbers are GNU C.
clang -std=gnu17 -Wall -Wextra -Werror -O1 -g -fPIC -shared -o "$work/libusbnode.so" \
  Tests/FastTier/Node/usb_node.c Tests/FastTier/Node/usb_urbs.c "${flags[@]}"

report=$work/report-swift-testing.xml
rm -f "$report"
status=0
PINSTRIPE_USB_NODE=$PWD/$work/libusbnode.so timeout 300 umockdev-wrapper \
  swift test --skip-build --filter "${1:-FastTierTests}" --xunit-output "$work/report.xml" \
  > "$work/log" 2>&1 || status=$?
grep -E '✘|error:|^FAIL|ERROR|CRITICAL' "$work/log" | tail -n 40 || true
# count PATTERN: how often it is in the report.
count() { { grep -o "$1" "$report" 2> /dev/null || true; } | wc -l; }
tests=$(count '<testcase ')
failed=$(count '<failure')
if ((tests == 0 || $(count '<skipped') > 0)); then
  echo "FAILED: $tests tests of the tier ran, and all were meant to (status $status)"
  failed=$((failed + 1))
elif ((status != 0 && failed == 0)); then
  echo "FAILED: swift test ended with status $status"
  failed=$((failed + 1))
fi
passed=$((tests > failed ? tests - failed : 0))
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
