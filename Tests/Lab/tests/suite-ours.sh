#!/bin/sh
# The suite on the player of PinstripeTestSupport: LabCases at high, super and full speed, the tool's cases
# at super speed. It refuses a data phase that is not as long as was announced.
# shellcheck source=suite.sh
. /tests/suite.sh

modprobe dummy_hcd is_super_speed=1

for speed in high-speed:512 super-speed:1024 full-speed:64; do
    LAB_SPEED=${speed%:*} memory-player 0 --packet ${speed#*:}
    note "at ${speed%:*}"
    check "the player has ${speed%:*}" \
        [ "$(cat /sys/class/udc/dummy_udc.0/current_speed)" = ${speed%:*} ]
    # By the tool once is enough: above the session nothing knows of speeds.
    [ ${speed%:*} != super-speed ] || suite ours
    LabCases /tests/capabilities.txt ours --process LabPlayer
    memory-player-off 0
done
check "the player was never reset" [ "$(resets)" = 0 ]
done_with suite-ours
