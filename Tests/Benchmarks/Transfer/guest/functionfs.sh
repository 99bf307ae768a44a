#!/bin/sh
# The player of PinstripeTestSupport over FunctionFS, which reads 512 KiB at a time: high speed, then
# super speed, then several players at once.
# shellcheck source=guest.sh
. /bench/guest.sh

# uploads SPEED: what is compared at each speed.
uploads() {
    measure "$1.raw" probe upload mapped 65536 4 /tmp/big
    measure "$1.mapped" ours upload mapped plain /tmp/big
    measure "$1.heap" ours upload heap plain /tmp/big
    measure "$1.libmtp" libmtp_peer upload /tmp/big
    measure "$1.download" ours download /tmp/big
    measure "$1.libmtp.download" libmtp_peer download /tmp/big
    measure_aft "$1.aft"
}

make_music
modprobe dummy_hcd num=8 is_super_speed=1

LAB_SPEED=high-speed memory-player 0
value hs.speed "$(cat /sys/class/udc/dummy_udc.0/current_speed)"
uploads hs
measure hs.every10 ours upload mapped every10 /tmp/big
measure hs.aes ours upload mapped aes /tmp/big
measure hs.framed ours upload mapped framed /tmp/big
memory-player-off 0

memory-player 0 --objects 2000
measure list ours list
measure libmtp.list libmtp_peer list
watched ours list
value list.transactions "$(list_transactions)"
memory-player-off 0

LAB_SPEED=super-speed memory-player 0 --packet 1024
value ss.speed "$(cat /sys/class/udc/dummy_udc.0/current_speed)"
uploads ss
memory-player-off 0

# Several at once. The processor is one, for hosts and players, so together they can be as fast as one
# alone and no faster. The slow one reads as little at a time as Debian's, and sleeps 5 ms before each
# read, so that it takes little of the processor.
head -c 8388608 /tmp/big > /tmp/eighth
head -c 33554432 /tmp/big > /tmp/half
memory-player 0
measure one.big ours parallel /tmp/big
measure one.half ours parallel /tmp/half
memory-player 1
measure two.half ours parallel /tmp/half
memory-player-off 1
memory-player 1 --pause 5000 --read 8192
measure two.slow ours parallel /tmp/half
memory-player-off 1
for player in 1 2 3 4 5 6 7; do memory-player $player; done
measure eight.eighth ours parallel /tmp/eighth
value finished
