#!/bin/sh
# What goes wrong while a track is on its way, on umtp-responder: each time one
# sentence, a status, nothing left behind, and a player that still works.
# shellcheck source=guest.sh
. /tests/guest.sh

pinstripe device new Test > /dev/null
of_size 30000000 big.mp3

# usable: a push and its removal work.
usable() {
    tool push "$song" --device Test
    exits 0 && holds idle_tune.pst && tool rm idle_tune.pst && exits 0
}

# --- Ctrl-C.
begin 2000000 big.mp3 --device Test
kill -INT "$pushing"
finish
check "Ctrl-C ends a push" fails 130 'Cancelled; what was sent of "under way.pst" was removed'
check "within a few seconds" [ "$took" -lt 10 ]
check "and nothing is left" holds
check "afterwards the player is usable" usable

# --- The music changes while it is read.
cp big.mp3 cut.mp3
begin 2000000 cut.mp3 --device Test
kill -STOP "$pushing"
: > cut.mp3
kill -CONT "$pushing"
finish
check "a source that is cut meanwhile is named" fails 66 'cut.mp3 changed its size'
check "nothing of it is left" holds
check "afterwards the player is usable" usable

# --- Killed: nobody could tidy up.
begin 2000000 big.mp3 --device Test
kill -KILL "$pushing"
wait "$pushing"
check "a push that was killed leaves its temporary name" [ -n "$(ls -A $music)" ]
tool ls
check "which ls does not show" [ "$(wc -l < /tmp/out)" = 1 ]
check "the next push removes it" usable

# --- Unplugged.
pinstripe watch > /tmp/watched 2>&1 &
watching=$!
until grep -q '^arrived ' /tmp/watched || ! kill -0 "$watching" 2> /dev/null; do usleep 20000; done
check "watch tells of the player that is there" grep -q '^arrived *1-[0-9]* *Lab Player' /tmp/watched
player-unplug
tool push "$song" --device Test
check "without a player, push says so" fails 69 'No player is attached'
tool players
check "and so does players" fails 69 'No player is attached'
tool push "$song" --device Test --json
check "as JSON too" prints '^{"error":{"code":"no-player","message":"No player is attached'
check "with the same status" exits 69
player-plug
player-wait
check "plugged in again, the player is usable" usable
tries=50
until [ "$(grep -c '^arrived' /tmp/watched)" = 2 ] || [ "$tries" = 0 ]; do
    usleep 100000
    tries=$((tries - 1))
done
check "watch tells of both" [ "$(grep -o '^[a-z]*' /tmp/watched | tr '\n' ' ')" = 'arrived departed arrived ' ]
kill -INT "$watching"
status=0
wait "$watching" || status=$?
check "and ends when it is asked to" exits 0
begin 3000000 big.mp3 --device Test
player-unplug
finish
check "unplugged in the middle, push says so" fails 75 'was unplugged'
check "within a few seconds" [ "$took" -lt 10 ]
check "and a part is on the player" [ -n "$(ls -A $music)" ]
player-plug
player-wait
check "the next push removes it" usable

# --- Unplugged, and pushed again: what is there stays there.
begin 20000000 big.mp3 --device Test
player-unplug
finish
check "unplugged behind 20 MB, push says so" fails 75 'was unplugged'
there=$(size "$music"/.pinstripe-*.part)
player-plug
player-wait
modprobe usbmon
cat /sys/kernel/debug/usb/usbmon/1u > /tmp/wire &
recording=$!
tool push --name 'under way.pst' big.mp3 --device Test --json
kill "$recording"
check "the next push of it resumes" prints '"resumedAt":[1-9]'
resumed=$(sed 's/.*"resumedAt":\([0-9]*\).*/\1/' /tmp/out)
case $resumed in *[!0-9]* | '') resumed=0 ;; esac
total=$(sed 's/.*"bytes":\([0-9]*\).*/\1/' /tmp/out)
case $total in *[!0-9]* | '') total=0 ;; esac
# What was submitted to bulk OUT endpoints (Documentation/usb/usbmon.rst): commands and headers, too.
sent=$(awk '$3 == "S" && $4 ~ /^Bo:/ { bytes += $6 } END { print bytes }' /tmp/wire)
note "of $total bytes $there were there, $resumed were kept, and $sent were sent"
check "at no less than was there, but for a last piece" [ "$resumed" -gt $((there - 2000000)) ]
check "and sends the rest only" [ "$sent" -ge $((total - resumed)) ]
check "with little beside it" [ "$sent" -lt $((total - resumed + 100000)) ]
check "the track is complete" holds 'under way.pst'
tool unpack "$music/under way.pst" -o back.mp3
check "and the music that was sent" cmp back.mp3 big.mp3
rm back.mp3
tool rm 'under way.pst'
check "afterwards the player is usable" usable

# --- Full.
head -c $(($(free_bytes) - 4000000)) /dev/zero > /srv/music/other
tool push big.mp3 --device Test
check "what does not fit is not begun" fails 74 'needs [0-9]* bytes and Lab Player has [0-9]* left'
check "and nothing is left" holds
rm /srv/music/other
begin 2000000 big.mp3 --device Test
kill -STOP "$pushing"
cat /dev/zero > /srv/music/other 2> /dev/null
kill -CONT "$pushing"
finish
check "a player that fills up meanwhile is called full" fails 74 'became full'
check "nothing is left" holds
rm /srv/music/other
check "with room again, it is usable" usable

check "the player was never reset" [ "$(resets)" = 0 ]
done_with faults
