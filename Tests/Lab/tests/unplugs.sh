#!/bin/sh
# The cable is pulled 50 times, at another moment of an upload each time: before its first byte, in the
# midst of its bytes, while it is verified and renamed. The tool is started anew each time. What has its
# final name is whole, and the next push removes what is not.
# shellcheck source=guest.sh
. /tests/guest.sh

pinstripe device new Test > /dev/null
of_size 3000000 new.mp3
tool push "$song" --device Test --name kept.pst
cp $music/kept.pst kept.pst

# is_whole FILE: the track can be decrypted, to the music that was sent.
is_whole() {
    rm -f back
    pinstripe unpack "$1" -o back 2> /tmp/err > /tmp/out && cmp -s back new.mp3
}

parts_there() { find $music -name '.*part'; }

parts=0
finals=0
broken=0
crashed=0
attempt=0
while [ $attempt -lt 50 ]; do
    attempt=$((attempt + 1))
    rm -f $music/new.pst
    pinstripe push new.mp3 --device Test --name new.pst > /tmp/out 2> /tmp/err &
    pushing=$!
    if [ $attempt -le 10 ]; then
        # While the tool starts and the session opens.
        usleep $((attempt * 300000))
    else
        # From the first byte to behind the renaming.
        until [ -n "$(parts_there)" ] || ! kill -0 "$pushing" 2> /dev/null; do usleep 2000; done
        usleep $(((attempt - 11) * 40000))
    fi
    player-unplug
    finish
    [ "$status" -lt 126 ] || { crashed=$((crashed + 1)) && echo "      attempt $attempt: status $status"; }
    # What was written when the cable went is all there is.
    [ -z "$(parts_there)" ] || parts=$((parts + 1))
    if [ -e $music/new.pst ]; then
        finals=$((finals + 1))
        is_whole $music/new.pst || { broken=$((broken + 1)) && echo "      attempt $attempt: broken"; }
    fi
    cmp -s kept.pst $music/kept.pst || { broken=$((broken + 1)) && echo "      attempt $attempt: kept.pst"; }
    player-plug
    player-wait
done
note "of 50 pushes $parts left a part, $finals were complete"
check "no track under a final name was broken" [ $broken = 0 ]
check "the tool never crashed" [ $crashed = 0 ]
check "some were cut off" [ $parts -gt 0 ]
tool push new.mp3 --device Test --name new.pst --replace
check "afterwards a push works" exits 0
check "and leaves nothing but tracks" holds kept.pst new.pst
check "which is whole" is_whole $music/new.pst
done_with unplugs
