#!/bin/sh
# A player that is a disk with FAT32, on a bad cable: it is pulled out at random moments of a sync, without
# being unmounted, and repaired as people do (fsck.fat -a). What has its final name on the disk is whole,
# and the next sync goes on.
# shellcheck source=guest.sh
. /tests/guest.sh

unplugs=6
music=/mnt/player/Music
disk-player make 96
disk-player plug
check "the disk has FAT32" grep -q ' /mnt/player vfat ' /proc/mounts
pinstripe device new Test > /dev/null
mkdir lib lib/Artist

# source_of NUMBER: a name that takes several entries of a FAT folder.
source_of() { echo "lib/Artist/a long name that takes several entries of FAT, $1.mp3"; }

# random MOST: a number below it.
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }

# finished: how many tracks the sync told to be.
finished() { grep -c '"event":"end".*"error":null' /tmp/err; }

# unwhole: the tracks under final names that are not whole.
unwhole() {
    find $music -name '[!.]*.pst' 2> /dev/null | while read -r track; do
        pinstripe verify "$track" > /dev/null 2>&1 || echo "$track: $(wc -c < "$track") bytes"
    done
}

torn=
crashed=0
unrepaired=0
number=0
ended=0
: > /tmp/moments
while [ "$number" -lt "$unplugs" ]; do
    # There is always enough to send: all files have changed.
    for track in 0 1 2 3 4 5; do
        of_size $((400000 + number * 10 + track)) "$(source_of "$track")"
    done
    pinstripe sync lib --volume /mnt/player --device Test > /tmp/out 2> /tmp/err &
    syncing=$!
    # Some time after so many tracks were told to be complete.
    until [ "$(finished)" -ge $((number % 4)) ] \
        || ! kill -0 "$syncing" 2> /dev/null; do usleep 50000; done
    usleep $(($(random 300) * 1000))
    disk-player unplug
    kill -0 "$syncing" 2> /dev/null && echo "$number" >> /tmp/moments
    status=0
    wait "$syncing" || status=$?
    [ "$status" -lt 126 ] || crashed=$((crashed + 1))
    ended=$((ended + $(finished)))
    # Without that, Linux makes it read-only when it meets a chain that the cable has broken.
    fsck.fat -a "$(disk-player image)" > /tmp/fsck 2>&1 || [ $? = 1 ] || unrepaired=$((unrepaired + 1))
    disk-player plug
    torn=$torn$(unwhole)
    found=$(find $music -name '[!.]*.pst' | wc -l)
    [ "$found" -ge "$(finished)" ] || torn="$torn tracks are missing"
    number=$((number + 1))
done
note "of $unplugs unplugs, $(wc -l < /tmp/moments) came while it ran; $ended tracks were complete by then"
check "half came while it ran" [ "$(wc -l < /tmp/moments)" -ge $((unplugs / 2)) ]
check "and some behind complete tracks" [ "$ended" -ge $((unplugs / 2)) ]
[ -z "$torn" ] || printf '      torn: %s\n' "$torn"
check "no track under its final name was ever torn" [ -z "$torn" ]
check "the file system could be repaired each time" [ "$unrepaired" = 0 ]
check "the tool never crashed" [ "$crashed" = 0 ]
tool sync lib --volume /mnt/player --device Test
check "the last sync completes it" exits 0
check "and leaves nothing but the tracks" [ "$(find /mnt/player -name '.pinstripe-*.part' | wc -l)" = 0 ]

# --- Pulled as soon as the tool says that it is done.
of_size 500000 lib/last.mp3
tool sync lib --volume /mnt/player --device Test
disk-player unplug
check "a sync that was pulled out right behind its end was complete" exits 0
disk-player plug
number=0
while [ "$number" -lt 6 ]; do
    name=$(source_of "$number")
    track=$(basename "$name" .mp3).pst
    pinstripe unpack "$music/Artist/$track" -o back > /tmp/out 2> /tmp/err
    check "track $number is its source's newest" cmp back "$name"
    number=$((number + 1))
done
pinstripe unpack $music/last.pst -o back > /tmp/out 2> /tmp/err
check "so is the last one" cmp back lib/last.mp3
tool sync lib --volume /mnt/player --device Test
check "another sync finds nothing to do" prints ': 7 there already.$'
done_with fat-unplugs
