#!/bin/sh
# Objects at the borders of packets, reads and buffers, both ways, at full, high and super speed, on the
# player of PinstripeTestSupport, which refuses a data phase that is not as long as was announced.
# shellcheck source=guest.sh
. /tests/guest.sh

modprobe dummy_hcd is_super_speed=1

# borders: runs LabBorders; leaves the status and what it said.
borders() {
    status=0
    LabBorders > /tmp/out 2> /tmp/err || status=$?
}

for speed in full-speed:64 high-speed:512 super-speed:1024; do
    LAB_SPEED=${speed%:*} memory-player 0 --packet ${speed#*:}
    check "the player has ${speed%:*}" \
        [ "$(cat /sys/class/udc/dummy_udc.0/current_speed)" = ${speed%:*} ]
    borders
    check "at ${speed%:*}, every size arrives and comes back" exits 0
    memory-player-off 0
done
check "the player was never reset" [ "$(resets)" = 0 ]
done_with borders
