#!/bin/sh
# How fast a push is in counted time: for information, and comparable from run
# to run on any host.
# shellcheck source=guest.sh
. /tests/guest.sh

pinstripe device new Test > /dev/null

# milliseconds BYTES: what a push of so much takes; it also finds the folder,
# verifies and renames. In counted time nothing may print or touch the host
# meanwhile.
milliseconds() {
    of_size "$1" "$1"
    tool push "$1" --device Test --json
    sed 's/.*"milliseconds":\([0-9]*\).*/\1/' /tmp/out
}

# rate BYTES MILLISECONDS: in MB/s.
rate() { echo "$(($1 / $2 / 1000)).$(($1 / $2 / 100 % 10)) MB/s"; }

small=$(milliseconds 8388608)
large=$(milliseconds 25165824)
check "8 and 24 MiB in counted time" holds 8388608.pst 25165824.pst
note "8 MiB in $small ms: $(rate 8388608 "$small"); 16 MiB more in $((large - small)) ms:" \
    "$(rate 16777216 $((large - small)))"
done_with speed
