#!/bin/sh
# The interrupt endpoint: what the player reports of what others do to its
# storage, while transactions go on, and a cable that is pulled meanwhile.
# shellcheck source=guest.sh
. /tests/guest.sh

mkdir -p $music
sed -i 's/^no_inotify .*/no_inotify 0x0/' /etc/umtprd/umtprd.conf
player-restart

# With its file watching on, the player answers nothing until each of its events
# was fetched, and a push makes some.
tool device new Test
tool push "$song" --device Test --name events.pst
check "a push to a player that reports events" exits 0
tool rm events.pst
check "and what was sent is removed again" exits 0

LabWatcher > /tmp/out 2> /tmp/err &
watching=$!
status=none

# reports PATTERN: within some seconds a line of the watcher's is like that.
reports() {
    tries=0
    until grep -q -- "$1" /tmp/out; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        usleep 100000
    done
}

check "a session with the player is open" reports '^ready, 0 tracks'
cp "$song" $music/first.mp3
check "an object that comes is reported, and listed beside" reports '^ObjectAdded, 1 tracks'
rm $music/first.mp3
check "and one that goes" reports '^ObjectRemoved, 0 tracks'
player-unplug
check "a cable that is pulled ends the waiting" reports '^ended: '
status=0
wait $watching || status=$?
check "without a crash" exits 0
note "it said: $(tail -n 1 /tmp/out)"
done_with events
