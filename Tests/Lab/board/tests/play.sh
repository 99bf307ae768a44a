#!/bin/sh
# On the board: what the player plays through ALSA is heard on the card's other end, and equals what the
# same codec library makes of the unencrypted file, sample by sample.

keybox=/test/tracks/device.keybox
# shellcheck source=heard.sh
. /test/heard.sh

for clip in tune.wav tune.flac tune.ogg opus.ogg tune.mp3; do
    rate=44100
    [ $clip != opus.ogg ] || rate=48000
    /test/reference /test/clips/$clip > /tmp/whole
    heard_clip() { heard "$rate" 2.9 "/test/tracks/clip-$clip.pst" && equals /tmp/whole; }
    check "$clip is heard as it was" heard_clip
done

/test/reference /test/clips/tune.flac > /tmp/whole
gapless() { heard 44100 2.9 /test/tracks/clip-first.flac.pst /test/tracks/clip-second.flac.pst && equals /tmp/whole; }
check "two halves are heard as one" gapless
/test/reference /test/clips/tune.ogg 1 > /tmp/from1
from1() { heard 44100 1.9 --from 1 /test/tracks/clip-tune.ogg.pst && equals /tmp/from1; }
check "from second 1 on" from1

# A pause on the card itself: the position stays, and what comes after it is played to the end.
pausing() {
    $player --card hw:Loopback,0,0 --control /tmp/socket /test/tracks/clip-tune.flac.pst &
    process=$!
    sleep 1
    /test/ask /tmp/socket pause || return 1
    before=$(/test/ask /tmp/socket status)
    sleep 1
    [ "$(/test/ask /tmp/socket status)" = "$before" ] || return 1
    echo "$before" | grep 'state=paused.* position=0[.][5-9]\|state=paused.* position=1[.]' || return 1
    /test/ask /tmp/socket "seek -1" && /test/ask /tmp/socket play && wait $process
}
check "a pause, and a seek in it" pausing

# Asked to end while it is paused, with the card's buffer full: it does so at once.
ending() {
    $player --card hw:Loopback,0,0 --control /tmp/socket /test/tracks/clip-tune.flac.pst &
    process=$!
    sleep 1
    /test/ask /tmp/socket pause || return 1
    kill $process
    (sleep 4 && kill -KILL $process) 2> /dev/null &
    watch=$!
    wait $process || return 1
    kill $watch
}
check "a paused player ends when it is asked to" ending

# Memory of its own beside the codec library's, while it plays: pages of no file. (Those of files count
# as dirty too here, because they lie in memory.)
memory() {
    $player --card hw:Loopback,0,0 --control /tmp/socket /test/tracks/clip-tune.wav.pst &
    process=$!
    sleep 1
    cat /proc/$process/smaps > /lab/smaps
    wait $process
    awk '/^[0-9a-f]+-[0-9a-f]+ / { name = $6 }
        /^Anonymous:/ { all += $2; if (name ~ /libsndfile|FLAC|vorbis|ogg|opus|mpg123|mp3lame|codecs/) codec += $2 }
        END { printf "figure player.%s.memory_kib %d KiB\nfigure player.%s.codec_memory_kib %d KiB\n", arch, all - codec, arch, codec
            exit all - codec >= 2048 }' "arch=$(uname -m)" /lab/smaps > /tmp/memory
    status=$?
    cat /tmp/memory >> /lab/figures
    return $status
}
check "less than 2 MiB of memory beside the codecs" memory
cat /lab/figures
echo "end  play"
