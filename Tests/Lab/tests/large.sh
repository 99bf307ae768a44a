#!/bin/sh
# An object of more than 4 GiB. The music is a hole in a file; the player's
# storage is the host's disk, through the share, for no memory holds it.
# shellcheck source=guest.sh
. /tests/guest.sh

mkdir /share/music
mount --bind /share/music /srv/music
truncate -s 4400000000 /dev/shm/long
pinstripe device new Test > /dev/null
began=$(cut -d . -f 1 /proc/uptime)
tool push /dev/shm/long --device Test --json
check "a track of 4.4 GB is pushed" exits 0
note "it took $(($(cut -d . -f 1 /proc/uptime) - began)) s: $(cat /tmp/out)"
stored=$(sed 's/.*"bytes":\([0-9]*\).*/\1/' /tmp/out)
check "its size on the storage" has_size $music/long.pst "$stored"
tool ls --json
check "its size in a listing" prints "{\"name\":\"long.pst\",\"bytes\":$stored}"
began=$(cut -d . -f 1 /proc/uptime)
pinstripe pull long.pst -o - 2> /tmp/err | cmp - $music/long.pst
check "pulled, it is what is stored" [ $? = 0 ]
note "the pull took $(($(cut -d . -f 1 /proc/uptime) - began)) s"
tool rm long.pst
check "rm removes it" holds
done_with large
