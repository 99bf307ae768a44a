#!/bin/sh
# How fast a push is in counted time: for information, and comparable from run
# to run on any host.
# shellcheck source=guest.sh
. /tests/guest.sh

pinstripe device new Test > /dev/null
of_size 8388608 t
# In counted time nothing may print or touch the host meanwhile.
tool push t --device Test --json
took=$(sed 's/.*"milliseconds":\([0-9]*\).*/\1/' /tmp/out)
check "a push of 8 MiB in counted time" has_size $music/t.pst \
    "$(sed 's/.*"bytes":\([0-9]*\).*/\1/' /tmp/out)"
note "8 MiB in $took ms of counted time: $((8388608 / took / 1000)).$((8388608 / took / 100 % 10)) MB/s"
done_with speed
