#!/bin/sh
# The player of PinstripeTestSupport over FunctionFS as four players, by their profiles: a library with
# a playlist and pictures goes to each, and what is on it afterwards is compared byte for byte, name for
# name, and each picture decoded.
# shellcheck source=library.sh
. /tests/library.sh

modprobe dummy_hcd
make_library

# wears ID USB-ID: syncs the library twice to our player, which is as the profile says; what was on it
# is in /tmp/ID then.
wears() {
    id=$1
    pinstripe profiles show "$id" > "/tmp/$id.json"
    LAB_USB_ID=$2 memory-player 0 --profile "/tmp/$id.json" --save "/tmp/$id"
    tool sync library library/Mix.m3u8 --json
    check "$id takes the library" prints "\"profile\":\"$id\".*\"failed\":\[\]"
    tool sync library library/Mix.m3u8 --json
    check "$id has it then" prints '"added":0,"replaced":0,"removed":0'
    tool profiles diff
    check "$id denies nothing that its profile claims" lacks '^denied'
    memory-player-off 0
    first=$(album "Artist - One")
    second=$(album Other)
}

# album TITLE: the path of its object on the player, whose name ends in a tag.
album() { (cd "/tmp/$id" && find Albums -name "$1~*.alb"); }

# has_albums WIDTH HEIGHT SIDE [BYTES]: each album shows its picture, of at most so many bytes, and
# refers to its tracks.
has_albums() {
    music=${one%%/*}
    check "album One shows the picture in its music's tags" \
        shows "/tmp/$id/$first.sample" "$1" "$2" "$4"
    check "and refers to that" lists "$first" "$one"
    check "album Other shows its folder.jpg" shows "/tmp/$id/$second.sample" "$3" "$3" "$4"
    check "and refers to all its tracks" \
        [ "$(wc -l < "/tmp/$id/$second")" = "$(find "/tmp/$id/$music/Other" -type f | wc -l)" ]
}

lacks() { { exits 0 || { exits 78 && prints '^unsaid'; }; } && ! prints "$1"; }

# tree PATH…: these files are on it, and no other.
tree() {
    (cd "/tmp/$id" && find . -type f ! -name .formats) | sed 's,^\./,,' | sort > /tmp/tree
    for wanted in "$@"; do printf '%s\n' "$wanted"; done | sort | cmp -s - /tmp/tree \
        || { sed 's/^/      has: /' /tmp/tree && false; }
}

# stored FILE PATH: byte for byte.
stored() { cmp "library/$1" "/tmp/$id/$2"; }

announced() { grep -qx "$1" "/tmp/$id/.formats"; }

# lists PATH LINE…: the playlist has these lines.
lists() {
    list=/tmp/$id/$1
    shift
    for line in "$@"; do printf '%s\n' "$line"; done | cmp - "$list"
}

wears sandisk-sansa-clip-plus 0781:74d0
check "the Sansa has its folders and names" tree "$first" "$first.sample" "$second" "$second.sample" \
    "MUSIC/Artist/One/01 Tune.mp3" \
    "MUSIC/Other/01 Tune.mp3" "MUSIC/Other/Ünïcode 日本.mp3" MUSIC/Other/song.flac \
    MUSIC/Other/song.ogg MUSIC/Other/song.wma Playlists/Mix.pla
check "each file whole" stored "Artist/One/01 Tune.mp3" "MUSIC/Artist/One/01 Tune.mp3"
check "whatever its name" stored "Other/Ünïcode 日本.mp3" "MUSIC/Other/Ünïcode 日本.mp3"
check "and format" stored Other/song.flac MUSIC/Other/song.flac
check "which it is told" announced "FLAC MUSIC/Other/song.flac"
check "the playlist refers to them" lists Playlists/Mix.pla MUSIC/Other/song.ogg \
    "MUSIC/Artist/One/01 Tune.mp3" "MUSIC/Other/01 Tune.mp3"
one="MUSIC/Artist/One/01 Tune.mp3"
has_albums 320 240 320 65536

wears samsung-yp-q2 04e8:511d
check "the Samsung has its folders and names" tree "$first" "$first.sample" "$second" "$second.sample" \
    "Music/Artist/One/01 Tune.mp3" \
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
one="Music/Artist/One/01 Tune.mp3"
has_albums 320 240 240 10000000

wears sony-nwz-a810 054c:0325
# The two "01 Tune" are told apart by a tag.
one=$(cd "/tmp/$id" && echo MUSIC/Artist/One/01*)
other=$(cd "/tmp/$id" && echo MUSIC/Other/01*)
check "the Sony has no name twice, and no Ogg" tree "$first" "$first.sample" "$second" \
    "$second.sample" "$one" "$other" \
    "MUSIC/Other/Ünïcode 日本.mp3" MUSIC/Other/song.wma Playlists/Mix.pla
check "indeed" [ "${one##*/}" != "${other##*/}" ]
check "each file whole" stored "Artist/One/01 Tune.mp3" "$one"
check "the second, too" stored "Other/01 Tune.mp3" "$other"
check "the playlist knows the names" lists Playlists/Mix.pla "$one" "$other"
has_albums 200 150 200 65536

wears iriver-t30 4102:1119
check "the iriver has its folders and names, and shows no albums" tree "Music/Artist/One/01 Tune.mp3" \
    "Music/Other/01 Tune.mp3" "Music/Other/Ünïcode 日本.mp3" Music/Other/song.ogg \
    Music/Other/song.wma Playlists/Mix.pla
check "each file whole" stored Other/song.wma Music/Other/song.wma
check "however long" stored "Artist/One/01 Tune.mp3" "Music/Artist/One/01 Tune.mp3"
check "the playlist refers to them" lists Playlists/Mix.pla Music/Other/song.ogg \
    "Music/Artist/One/01 Tune.mp3" "Music/Other/01 Tune.mp3"
done_with costumes
