#!/bin/sh
# The part of selftest.sh that runs beside the umtp player: one finding a line.

players() { lsusb | grep -c 1d6b:0100; }
node=/dev/bus/usb/001/$(lsusb -d 1d6b:0100 | sed 's/.*Device \([0-9]*\):.*/\1/')
answer() { if "$@" 2> /dev/null; then echo yes; else echo no; fi; }

echo "before: $(players)"

mtp-sendfile /share/song.mp3 song.mp3 > /share/send.log 2>&1
cp /srv/music/song.mp3 /share/stored.mp3
# The responder numbers a fresh storage's files from 1.
mtp-getfile 1 returned.mp3 > /share/get.log 2>&1
cp returned.mp3 /share/returned.mp3

# Opening for append writes nothing, but needs the permission.
# shellcheck disable=SC2016  # the inner shell expands it
echo "listener may write: $(answer as-listener sh -c ': >> "$1"' sh "$node")"
# shellcheck disable=SC2016
echo "root may write: $(answer sh -c ': >> "$1"' sh "$node")"
echo "listener has /tmp: $(answer as-listener touch /tmp/listener)"

player-unplug
echo "unplugged: $(players)"
player-plug && player-wait
echo "plugged: $(players)"

player-unplug-after 0.5s
sleep 2
echo "unplugged by time: $(players)"
player-plug && player-wait

head -c 64000000 /dev/zero > long.mp3
player-unplug-after 1M
mtp-sendfile long.mp3 long.mp3 > /share/broken.log 2>&1
size=$(stat -c %s /srv/music/long.mp3)
if [ "$size" -ge 1048576 ] && [ "$size" -lt 64000000 ]; then
    echo "broken transfer: partial"
else
    echo "broken transfer: $size bytes arrived"
fi
rm -f /srv/music/long.mp3

player-restart
echo "restarted: $(players) $(ls /srv/music)"
