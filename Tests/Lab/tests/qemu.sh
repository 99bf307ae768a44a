#!/bin/sh
# QEMU's own player: no rename, and a data phase of the wrong length aborts the
# whole machine.
# shellcheck source=library.sh
. /tests/library.sh

tool players
check "players shows QEMU's player" prints 'QEMU filesharing (46f4:0004)'
check "with its profile" prints 'profile qemu-usb-mtp'
pinstripe device new Test > /dev/null
tool push "$song" --device Test
check "push arrives" exits 0
check "under its own name" holds idle_tune.pst
tool ls
check "ls shows it" prints '^1.0 MB  *idle_tune.pst$'
tool pull idle_tune.pst -o back.pst
check "pull brings back what is stored" cmp back.pst $music/idle_tune.pst
tool unpack back.pst -o back.mp3
check "unpacked, it is the music again" cmp back.mp3 "$song"
tool push "$song" --device Test
check "a second push of the name is refused" fails 74 'holds "idle_tune.pst" already'
tool push "$song" --device Test --replace
check "--replace replaces it" differ back.pst $music/idle_tune.pst
tool pull idle_tune.pst -o new.pst
tool verify new.pst
check "and the new one is whole" exits 0
# QEMU writes over a file of that name and keeps its end.
of_size 100000 shorter.mp3
tool push shorter.mp3 --device Test --name idle_tune.pst --replace
check "a shorter one replaces it" exits 0
tool pull idle_tune.pst -o new.pst
tool verify new.pst
check "and is whole too" exits 0
tool rm idle_tune.pst
check "rm removes it" holds

of_size 30000000 big.mp3
cp big.mp3 cut.mp3
begin 1 cut.mp3 --device Test
kill -STOP "$pushing"
parts=$(ls -A $music)
: > cut.mp3
kill -CONT "$pushing"
finish
check "without rename, a track has its name from the beginning" [ "$parts" = 'under way.pst' ]
check "a source that is cut meanwhile is named, and the machine lives" fails 66 'cut.mp3 changed'
check "nothing of it is left" holds
begin 1 big.mp3 --device Test
kill -INT "$pushing"
finish
check "Ctrl-C ends a push" fails 130 'Cancelled; what was sent of'
check "and nothing is left" holds
tool push big.mp3 --device Test
check "afterwards the player is usable" holds big.pst
takes_library qemu-usb-mtp "_n_code __~2jdfzj"
skip "other sizes and letters: QEMU 7.2 takes no object whose size is 52 more than a multiple of" \
    "64, and crashes on names beyond ASCII"
check "the player was never reset" [ "$(resets)" = 0 ]
done_with qemu
