#!/bin/sh
# A desktop's own mount of the player, by GNOME's gvfsd-mtp: whoever comes then is told who holds it.
# That the player was never reset cannot be said here: libmtp does that.
# shellcheck source=guest.sh
. /tests/guest.sh

cp -a /gvfs/. /
pinstripe device new Test > /dev/null
export XDG_RUNTIME_DIR=/run/desktop
mkdir $XDG_RUNTIME_DIR
DBUS_SESSION_BUS_ADDRESS=$(dbus-daemon --session --fork --print-address)
export DBUS_SESSION_BUS_ADDRESS

# As a file manager names it: by the ID_SERIAL that udev gives the device.
where=mtp://Pinstripe_Lab_Lab_Player_0001/
gio mount $where > /tmp/out 2> /tmp/err
status=$?
check "gvfs mounts the player" exits 0
check "and shows its storage" [ "$(gio list $where)" = music ]
holder=$(pidof gvfsd-mtp)
tool push "$song" --device Test
check "push names gvfs, its process and the remedy" \
    fails 75 "another program, gvfsd-mtp (process $holder), holds its interface; eject the player in the file manager"
gio mount -u $where > /tmp/out 2> /tmp/err
status=$?
check "it is ejected" exits 0
tries=0
while [ -d "/proc/$holder" ] && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    usleep 50000
done
tool push "$song" --device Test
check "and push works then" exits 0
done_with gvfs
