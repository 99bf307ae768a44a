#!/bin/sh
# The suite on a player that is a USB disk with FAT32, and what FAT asks for beside it.
# shellcheck source=suite.sh
. /tests/suite.sh

disk-player make 96
disk-player plug
check "the disk has FAT32" grep -q ' /mnt/player vfat ' /proc/mounts
music=/mnt/player/Music
suite disk --volume /mnt/player

# --- Names are one, whatever their case.
tool push one.mp3 --device Suite --name Song.pst --volume /mnt/player
tool push two.mp3 --device Suite --name SONG.pst --volume /mnt/player
check "a name that differs in case alone is taken" fails 74 'holds "SONG.pst" already'
rm $music/Song.pst

# --- 4 GiB: on a disk that has the room, which a sparse file lends.
disk-player unplug
disk-player make 9000
disk-player plug
truncate -s 4294967295 /tmp/large.mp3
tool push /tmp/large.mp3 --device Suite --volume /mnt/player
check "what becomes larger than FAT holds is refused at once" \
    fails 74 'holds no files larger than 4294967295 bytes'
check "and nothing was written" [ -z "$(find /mnt/player -type f)" ]
tool sync /tmp/large.mp3 --device Suite --volume /mnt/player --dry-run
check "a plan says so, too" prints '^refuse .*holds no files larger than 4294967295 bytes$'
done_with suite-fat
