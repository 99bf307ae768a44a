#!/bin/sh
# The suite on Debian's umtp-responder, and that nothing in it resets the port, by the kernel's and the
# wire's word.
# shellcheck source=suite.sh
. /tests/suite.sh

modprobe usbmon
mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null
cat /sys/kernel/debug/usb/usbmon/1u > /tmp/wire &
recording=$!
suite umtp
LabCases /tests/capabilities.txt umtp --process umtprd
kill "$recording"
# SET_FEATURE PORT_RESET to the hub (USB 2.0 §11.24.2.13); its other requests prove that it was watched.
check "the wire was recorded" grep -q ' Ci:1:.* s a1 67 ' /tmp/wire
check "no port was reset on the wire" [ "$(grep -c ' s 23 03 0004 ' /tmp/wire)" = 0 ]
check "the player was never reset" [ "$(resets)" = 0 ]
done_with suite-umtp
