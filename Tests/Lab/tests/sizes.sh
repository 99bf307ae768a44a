#!/bin/sh
# Objects whose sizes lie around the borders of packets (512), of the
# responder's reads (8192) and of our buffers (65536), with and without the 12
# bytes of the container's header, both ways. The player has USB ids that no
# profile knows, so it gets any file as it is, by the careful defaults.
# shellcheck source=guest.sh
. /tests/guest.sh

player-identify 1209:0001
tool players
check "a player that no profile describes is shown" prints '(1209:0001).*unprotected'
check "as such" prints 'profile careful-default'

for bytes in 0 1 499 500 501 511 512 513 1012 1024 8180 8192 65523 65524 65525 65535 65536 65537 \
    131060 1048564 1048576; do
    of_size $bytes $bytes.mp3
    tool push $bytes.mp3
    check "$bytes bytes arrive" cmp $bytes.mp3 $music/$bytes.mp3
    tool pull $bytes.mp3 -o back
    check "$bytes bytes come back" cmp $bytes.mp3 back
done
check "the tool says that they are unprotected" [ -n "$(pinstripe push 1.mp3 --replace | grep unprotected)" ]
tool ls --json
cp /tmp/out /share/sizes.json

# --- The same with encryption on the way: the file and what a track adds.
tool device new Test
of_size 100000 t
tool push t --device Test --name t.pst
added=$(($(size $music/t.pst) - 100000))
for bytes in 8180 65524 65536 131060; do
    of_size $((bytes - added)) t
    tool push t --device Test --name $bytes.pst
    check "a track of $bytes bytes arrives" has_size $music/$bytes.pst $bytes
    tool unpack $music/$bytes.pst -o back
    check "and is the file" cmp back t
done

check "the player was never reset" [ "$(resets)" = 0 ]
done_with sizes
