#!/bin/sh
# The suite on a player that is a USB disk with FAT32, and that names are one there whatever their case.
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
done_with suite-fat
