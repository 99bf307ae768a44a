#!/bin/sh
# A sync on a bad cable: the gadget goes away fifty times at random moments, our
# process starts anew each time, and in the end every track is whole.
# shellcheck source=guest.sh
. /tests/guest.sh

unplugs=50
pinstripe device new Test > /dev/null
mkdir lib
number=0
while [ "$number" -lt 8 ]; do
    of_size $((700000 + number * 1000)) "lib/$number.mp3"
    number=$((number + 1))
done

# random MOST: a number below it.
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }

# unwhole SINCE: the tracks under final names that are not whole, of those that were written to or renamed
# since then (seconds); the others were looked at before.
unwhole() {
    find "$music" -name '[!.]*.pst' 2> /dev/null | while read -r track; do
        [ "$(stat -c %Z "$track")" -ge "$1" ] || continue
        pinstripe verify "$track" > /dev/null 2>&1 || echo "$track"
    done
}

# missing: the tracks of /tmp/before that are there neither under their name nor set aside.
missing() {
    while read -r track; do
        [ -e "$music/$track" ] || [ -n "$(find "$music" -name ".pinstripe-*$track" 2> /dev/null)" ] || echo " $track"
    done < /tmp/before
}

torn=
died=
lost=
number=0
: > /tmp/parts
while [ "$number" -lt "$unplugs" ]; do
    # There is always something to send: another file has changed.
    of_size $((700000 + number)) "lib/$((number % 8)).mp3"
    began=$(date +%s)
    find "$music" -name '[!.]*.pst' 2> /dev/null | sed 's,.*/,,' > /tmp/before
    pinstripe sync lib --device Test > /tmp/out 2> /tmp/err &
    syncing=$!
    usleep $(($(random 1500) * 1000))
    player-unplug
    find "$music" -name '.pinstripe-*.part' >> /tmp/parts
    kill -0 "$syncing" 2> /dev/null && note "unplugged at $(grep -c '"event":"end"' /tmp/err) tracks" >> /tmp/moments
    status=0
    wait "$syncing" || status=$?
    # No player any more, or none yet. Whatever else it is, is a fault of ours: also what is taken for the
    # player's own (76), for a bus error comes before the news of the cable.
    case $status in
    0 | 69 | 75) ;;
    *)
        died="$died $status"
        note "ended with $status: $(tail -n 1 /tmp/err)"
        ;;
    esac
    lost=$lost$(missing)
    torn=$torn$(unwhole "$began")
    player-plug
    player-wait
    number=$((number + 1))
done
note "of $unplugs unplugs, $(wc -l < /tmp/moments) came while it ran, $(wc -l < /tmp/parts) amid a track"
check "most came while it ran" [ "$(wc -l < /tmp/moments)" -gt $((unplugs / 2)) ]
check "many came amid a track" [ "$(wc -l < /tmp/parts)" -ge 10 ]
check "each sync that was cut off said that it was the cable:$died" [ -z "$died" ]
check "no track was ever lost for its successor:$lost" [ -z "$lost" ]
check "no track under its final name was ever torn" [ -z "$torn" ]
tool sync lib --device Test
check "the last sync completes it" exits 0
check "nothing else is left" holds 0.pst 1.pst 2.pst 3.pst 4.pst 5.pst 6.pst 7.pst
number=0
while [ "$number" -lt 8 ]; do
    pinstripe unpack "$music/$number.pst" -o back > /dev/null
    check "track $number is its source's newest" cmp back "lib/$number.mp3"
    number=$((number + 1))
done
done_with sync-unplugs
