# What the guest's scripts share: the music, and how a measurement is told.
# shellcheck shell=sh

# make_music: /tmp/big of 64 MiB and /tmp/small of 4 KiB, which are MP3 from the first byte on.
make_music() {
    tune=/tmp/idle_tune.mp3
    bytes=0
    while [ $bytes -lt 67108864 ]; do
        cat $tune
        bytes=$((bytes + $(stat -c %s $tune)))
    done | head -c 67108864 > /tmp/big
    head -c 4096 $tune > /tmp/small
}

# value NAME VALUE…: one line for the host.
value() { echo "value $*"; }

# measure NAME COMMAND…: what the command printed last, as its value.
measure() {
    name=$1
    shift
    # shellcheck disable=SC2046  # several numbers are several words
    value "$name" $("$@" 2> /dev/console | tail -n 1)
}

ours() { TransferBenchmark "$@"; }

# watched COMMAND…: leaves what usbmon saw of it in /tmp/trace.
watched() {
    modprobe usbmon
    cat /sys/kernel/debug/usb/usbmon/0u > /tmp/trace &
    watcher=$!
    usleep 100000
    "$@" > /dev/null 2> /dev/console
    usleep 100000
    kill $watcher
    wait $watcher 2> /dev/null
}

# urbs DIRECTION: bulk transfers in the trace, Bo to the player or Bi from it.
urbs() { grep -c " S $1:" /tmp/trace; }

# count_small NAME COMMAND…: transfers a small file, without those of opening and closing: the
# command takes how many files there shall be.
count_small() {
    name=$1
    shift
    watched "$@" 1 /tmp/small
    out=$(urbs Bo)
    in=$(urbs Bi)
    watched "$@" 11 /tmp/small
    # In tenths: of ten files one that takes a transfer more counts.
    value "$name" "$(tenths $(($(urbs Bo) - out)))" "$(tenths $(($(urbs Bi) - in)))"
}

# tenths COUNT: a tenth of it, as a decimal.
tenths() { printf '%d.%d' $(($1 / 10)) $(($1 % 10)); }

# commit_urbs: the bulk transfers between SendObject's end and CloseSession in the trace. A command's
# words are its length, 0100 with the code, and the transaction; SendObject has two more transfers.
commit_urbs() {
    awk '/ S B[oi]:/ { if (on) count++ }
        / S Bo:.* = [0-9a-f]* 01000d10/ { on = 1; count = 0 }
        / S Bo:.* = [0-9a-f]* 01000310/ { if (on) print count - 3; on = 0 }' /tmp/trace
}

# list_transactions: GetObjectHandles, GetObjectInfo, GetObjectPropValue and GetObjectPropList in the
# trace.
list_transactions() {
    grep -cE ' S Bo:.* = [0-9a-f]* 0100(0710|0810|0398|0598)' /tmp/trace
}

# measure_aft NAME: android-file-transfer is timed from outside: when it began, when a small file was
# there and when the big one; and how much it says it holds of that.
measure_aft() {
    start=$(uptime)
    aft-mtp-cli "put /tmp/small" > /dev/console 2>&1
    middle=$(uptime)
    aft-mtp-cli "put /tmp/big" > /dev/console 2>&1
    end=$(uptime)
    held=$(aft-mtp-cli lsext 2> /dev/console | awk '$NF == "big" { print $4 }')
    value "$1" "$start" "$middle" "$end" "$held"
}

uptime() { cut -d ' ' -f 1 /proc/uptime; }
