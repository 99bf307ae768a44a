#!/bin/sh
# The suite on a player that is a USB disk with FAT32, and that names are one there whatever their case.
# shellcheck source=suite.sh
. /tests/suite.sh
# shellcheck source=library.sh
. /tests/library.sh

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

# --- A profile that knows no limit does not make FAT's any larger.
truncate -s 4294967296 big.mp3
tool push big.mp3 --device Suite --name big.pst --every 10 --force-unsafe \
    --volume /mnt/player --profile umtp-responder
check "FAT holds no file of 4 GiB" fails 74 'no files larger than 4294967295'
rm big.mp3

# --- What the disk is: a Sansa e200 in its mass-storage mode, and Rockbox on it, which has its ids.
disk-player unplug
disk-player identify 0781:7421 SanDisk "Sansa e260"
disk-player plug
tool players
check "a Sansa's disk is told by its ids" prints 'profile sandisk-sansa-e200: its USB ids are'
check "and how it is reached" prints 'mass-storage mode'
tool push "$song" --volume /mnt/player --json
check "push takes its profile" prints '"profile":"sandisk-sansa-e200"'
check "its music folder, unprotected" cmp "$song" /mnt/player/MUSIC/idle_tune.mp3

disk-player unplug
disk-player identify 0781:7421 Rockbox.org "Rockbox media player"
disk-player plug
tool players
check "Rockbox is told by its names" \
    prints 'profile rockbox-sansa-e200: its USB ids with the name'
make_library
tool push "library/Artist/One/01 Tune.mp3" --name "Artist/One/01 Tune.mp3" --volume /mnt/player
check "a pushed track's picture goes along" prints '; with its picture\.$'
check "scaled" shows "$music/Artist/One/cover.jpg" 320 240
tool sync library library/Mix.m3u8 --volume /mnt/player --json
check "it takes the library" prints '"profile":"rockbox-sansa-e200".*"failed":\[\]'
check "with the picture that is missing" shows "$music/Other/cover.jpg" 320 320
check "and no other" [ "$(find /mnt/player -name '*.jpg' | wc -l)" = 2 ]
check "each file whole" cmp library/Other/song.flac $music/Other/song.flac
tr -d '\r' < /mnt/player/Playlists/Mix.m3u8 > /tmp/list
check "the playlist has Rockbox's paths" cmp /tmp/list - << END
#EXTM3U
/Music/Other/song.ogg
/Music/Artist/One/01 Tune.mp3
/Music/Other/01 Tune.mp3
END
apart disk "it speaks no MTP"
done_with suite-fat
