#!/bin/sh
# A library on umtp-responder: plans, folders, what stays, what goes, a playlist that this responder
# cannot hold, and, where its owner says that it can, playlists and pictures.
# shellcheck source=library.sh
. /tests/library.sh

pinstripe device new Test > /dev/null
mkdir -p "lib/Artist/Album: One" lib/other
cp "$song" "lib/Artist/Album: One/01 Tune?.mp3"
of_size 3000000 lib/other/long.mp3
of_size 5000 lib/short.mp3
echo notes > lib/notes.txt
printf '#EXTM3U\nother/long.mp3\nshort.mp3\n' > lib/list.m3u

# whole NAME SOURCE: the track on the player is the source's.
whole() { pinstripe unpack "$music/$1" -o back > /dev/null && cmp back "$2"; }

tool sync lib --device Test --dry-run
check "a dry run says what would be done" prints '^add  *1.0 MB  *Artist/Album_ One~tqxcmt/01 Tune_~abkssw.pst: is not there; '
check "and how much that is" prints '3 to add; about 4\.[0-9] MB to send'
check "and does nothing" holds
tool sync lib --device Test
check "the library arrives" prints '3 added; 4\.[0-9] MB sent'
check "in its folders" holds Artist 'Album_ One~tqxcmt' '01 Tune_~abkssw.pst' other long.pst short.pst
check "each track whole" whole "Artist/Album_ One~tqxcmt/01 Tune_~abkssw.pst" "$song"
check "long ones too" whole other/long.pst lib/other/long.mp3
check "off a terminal events are lines of JSON" grep -q '^{"event":"progress","tracksDone":' /tmp/err
tool sync lib --device Test
check "again, it does nothing" prints ': 3 there already.$'
rm -r .local/state
tool sync lib --device Test
check "nor without the ledger" prints ': 3 there already.$'

echo mine > "$music/mine.txt"
echo mine > "$music/third.pst"
of_size 40000 lib/third.mp3
rm lib/short.mp3
of_size 2000000 lib/other/long.mp3
tool sync lib --device Test --delete --json
check "it follows its source" prints '"added":0,"replaced":1,"removed":1,"kept":1,"refused":1'
check "and leaves alone what others put there" holds Artist 'Album_ One~tqxcmt' '01 Tune_~abkssw.pst' other long.pst mine.txt third.pst
check "which is as it was" [ "$(cat "$music/mine.txt" "$music/third.pst")" = "mine
mine" ]
check "the changed track is the new one" whole other/long.pst lib/other/long.mp3
tool sync lib/list.m3u --device Test --dry-run
check "a playlist is refused where there are none" prints 'refuse .*: the player has no playlists$'

# --- Ctrl-C ends it within a second of the machine's own time, after one track at most.
of_size 30000000 lib/big.mp3
pinstripe sync lib --device Test > /tmp/out 2> /tmp/err &
syncing=$!
until arrived 1000000 || ! kill -0 "$syncing" 2> /dev/null; do usleep 5000; done
kill -INT "$syncing"
status=0
wait "$syncing" || status=$?
check "Ctrl-C ends a sync" exits 130
check "and leaves nothing of the track" [ ! -e "$music/big.pst" ]
tool sync lib --device Test
check "the next one goes on" prints '1 added, 2 there already, 1 left out'
check "to the end" whole big.pst lib/big.mp3

rm -rf "${music:?}"/* .local/state
takes_library umtp-responder "Ünïcode 日本"
done_with sync
