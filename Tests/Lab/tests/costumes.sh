#!/bin/sh
# The player of PinstripeTestSupport over FunctionFS as four players, by their profiles: a library with
# a playlist goes to each, and what is on it afterwards is compared byte for byte, name for name.
# shellcheck source=guest.sh
. /tests/guest.sh

modprobe dummy_hcd
mkdir -p lib/Artist/One lib/Other
cp "$song" "lib/Artist/One/01 Tune.mp3"
of_size 90000 "lib/Other/01 Tune.mp3"
of_size 12276 "lib/Other/Ünïcode 日本.mp3"
of_size 3000 lib/Other/song.wma
{
    printf 'OggS\000\002' && head -c 20 /dev/zero
    printf '\001\036\001vorbis' && head -c 23 /dev/zero
} > lib/Other/song.ogg
{ printf 'fLaC\200\000\000\042' && head -c 3000 /dev/zero; } > lib/Other/song.flac
printf '#EXTM3U\nOther/song.ogg\nArtist/One/01 Tune.mp3\nOther/01 Tune.mp3\n' > lib/Mix.m3u8

# wears ID USB-ID: syncs the library twice to our player, which is as the profile says; what was on it
# is in /tmp/ID then.
wears() {
    id=$1
    pinstripe profiles show "$id" > "/tmp/$id.json"
    LAB_USB_ID=$2 memory-player 0 --profile "/tmp/$id.json" --save "/tmp/$id"
    tool sync lib lib/Mix.m3u8 --json
    check "$id takes the library" prints "\"profile\":\"$id\".*\"failed\":\[\]"
    tool sync lib lib/Mix.m3u8 --json
    check "$id has it then" prints '"added":0,"replaced":0,"removed":0'
    tool profiles diff
    check "$id denies nothing that its profile claims" lacks '^denied'
    memory-player-off 0
}

lacks() { [ "$status" -le 78 ] && ! grep -q -- "$1" /tmp/out; }

# tree PATH…: these files are on it, and no other.
tree() {
    (cd "/tmp/$id" && find . -type f ! -name .formats) | sed 's,^\./,,' | sort > /tmp/tree
    for wanted in "$@"; do printf '%s\n' "$wanted"; done | sort | cmp -s - /tmp/tree \
        || { sed 's/^/      has: /' /tmp/tree && false; }
}

# stored FILE PATH: byte for byte.
stored() { cmp "lib/$1" "/tmp/$id/$2"; }

announced() { grep -qx "$1" "/tmp/$id/.formats"; }

# lists PATH LINE…: the playlist has these lines.
lists() {
    list=/tmp/$id/$1
    shift
    for line in "$@"; do printf '%s\n' "$line"; done | cmp - "$list"
}

wears sandisk-sansa-clip-plus 0781:74d0
check "the Sansa has its folders and names" tree "MUSIC/Artist/One/01 Tune.mp3" \
    "MUSIC/Other/01 Tune.mp3" "MUSIC/Other/Ünïcode 日本.mp3" MUSIC/Other/song.flac \
    MUSIC/Other/song.ogg MUSIC/Other/song.wma Playlists/Mix.pla
check "each file whole" stored "Artist/One/01 Tune.mp3" "MUSIC/Artist/One/01 Tune.mp3"
check "whatever its name" stored "Other/Ünïcode 日本.mp3" "MUSIC/Other/Ünïcode 日本.mp3"
check "and format" stored Other/song.flac MUSIC/Other/song.flac
check "which it is told" announced "FLAC MUSIC/Other/song.flac"
check "the playlist refers to them" lists Playlists/Mix.pla MUSIC/Other/song.ogg \
    "MUSIC/Artist/One/01 Tune.mp3" "MUSIC/Other/01 Tune.mp3"

wears samsung-yp-q2 04e8:511d
check "the Samsung has its folders and names" tree "Music/Artist/One/01 Tune.mp3" \
    "Music/Other/01 Tune.mp3" "Music/Other/Ünïcode 日本.mp3" Music/Other/song.flac \
    Music/Other/song.ogg Music/Other/song.wma Playlists/Mix.spl
check "each file whole" stored "Other/01 Tune.mp3" "Music/Other/01 Tune.mp3"
check "Ogg goes as Undefined" announced "Undefined Music/Other/song.ogg"
check "byte for byte" stored Other/song.ogg Music/Other/song.ogg
# UTF-16 with a byte order mark; these names are ASCII.
tail -c +3 "/tmp/$id/Playlists/Mix.spl" | tr -d '\000\r' > "/tmp/$id/Mix.txt"
check "the playlist is Samsung's own file" lists Mix.txt "SPL PLAYLIST" "VERSION 1.00" "" \
    '\Music\Other\song.ogg' '\Music\Artist\One\01 Tune.mp3' '\Music\Other\01 Tune.mp3' "" \
    "END PLAYLIST"

wears sony-nwz-a810 054c:0325
# The two "01 Tune" are told apart by a tag.
one=$(cd "/tmp/$id" && echo MUSIC/Artist/One/01*)
other=$(cd "/tmp/$id" && echo MUSIC/Other/01*)
check "the Sony has no name twice, and no Ogg" tree "$one" "$other" \
    "MUSIC/Other/Ünïcode 日本.mp3" MUSIC/Other/song.wma Playlists/Mix.pla
check "indeed" [ "${one##*/}" != "${other##*/}" ]
check "each file whole" stored "Artist/One/01 Tune.mp3" "$one"
check "the second, too" stored "Other/01 Tune.mp3" "$other"
check "the playlist knows the names" lists Playlists/Mix.pla "$one" "$other"

wears iriver-t30 4102:1119
check "the iriver has its folders and names" tree "Music/Artist/One/01 Tune.mp3" \
    "Music/Other/01 Tune.mp3" "Music/Other/Ünïcode 日本.mp3" Music/Other/song.ogg \
    Music/Other/song.wma Playlists/Mix.pla
check "each file whole" stored Other/song.wma Music/Other/song.wma
check "however long" stored "Artist/One/01 Tune.mp3" "Music/Artist/One/01 Tune.mp3"
check "the playlist refers to them" lists Playlists/Mix.pla Music/Other/song.ogg \
    "Music/Artist/One/01 Tune.mp3" "Music/Other/01 Tune.mp3"
done_with costumes
