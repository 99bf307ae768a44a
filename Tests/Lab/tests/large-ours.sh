#!/bin/sh
# An object of more than 4 GiB over FunctionFS, up and down, on the player of PinstripeTestSupport, which
# keeps its size only.
# shellcheck source=guest.sh
. /tests/guest.sh

modprobe dummy_hcd is_super_speed=1
LAB_SPEED=super-speed memory-player 0 --packet 1024 --discard
began=$(cut -d . -f 1 /proc/uptime)
LabCases /tests/capabilities.txt ours --large
note "it took $(($(cut -d . -f 1 /proc/uptime) - began)) s"
check "the player was never reset" [ "$(resets)" = 0 ]
done_with large-ours
