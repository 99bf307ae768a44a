# The library that our costumes, umtp-responder, QEMU's player and a disk get: formats, names, a playlist, a
# picture in music's tags and one beside music. Sourced; `lab run` must have brought cjpeg and djpeg.
# shellcheck shell=sh
# shellcheck source=guest.sh
. /tests/guest.sh

# jpeg WIDTH HEIGHT: a picture of the three-byte pixels of standard input.
jpeg() { { printf 'P6 %s %s 255\n' "$1" "$2" && cat; } | cjpeg -quality 50; }

# halves WIDTH HEIGHT: pixels, red on the left and blue on the right.
halves() {
    # shellcheck disable=SC2046,SC2183  # a pixel for each number, which is not printed
    { printf '\377\000\000%.0s' $(seq $(($1 / 2))) && printf '\000\000\377%.0s' $(seq $(($1 / 2))); } > /tmp/rows
    while [ "$(size /tmp/rows)" -lt $(($1 * $2 * 3)) ]; do
        cat /tmp/rows /tmp/rows > /tmp/twice
        mv /tmp/twice /tmp/rows
    done
    head -c $(($1 * $2 * 3)) /tmp/rows
}

# id3_size NUMBER: four bytes of seven bits, as ID3v2.4 has its sizes.
id3_size() {
    # shellcheck disable=SC2059  # the bytes are the format
    printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 >> 21 & 127)) $(($1 >> 14 & 127)) \
        $(($1 >> 7 & 127)) $(($1 & 127)))"
}

# frame ID: standard input as a frame of an ID3v2.4 tag.
frame() {
    cat > /tmp/frame
    printf '%s' "$1" && id3_size "$(size /tmp/frame)" && printf '\000\000' && cat /tmp/frame
}

# tagged PICTURE ARTIST ALBUM: the song with these in its tags.
tagged() {
    {
        printf '\003%s' "$2" | frame TPE1
        printf '\003%s' "$3" | frame TALB
        { printf '\000image/jpeg\000\003\000' && cat "$1"; } | frame APIC
    } > /tmp/frames
    printf 'ID3\004\000\000' && id3_size "$(size /tmp/frames)" && cat /tmp/frames "$song"
}

# make_library: the folder `library`.
make_library() {
    mkdir -p library/Artist/One library/Other
    halves 640 480 | jpeg 640 480 > picture.jpg
    tagged picture.jpg Artist One > "library/Artist/One/01 Tune.mp3"
    of_size 90000 "library/Other/01 Tune.mp3"
    of_size 12276 "library/Other/Ünïcode 日本.mp3"
    of_size 3000 library/Other/song.wma
    {
        printf 'OggS\000\002' && head -c 20 /dev/zero
        printf '\001\036\001vorbis' && head -c 23 /dev/zero
    } > library/Other/song.ogg
    { printf 'fLaC\200\000\000\042' && head -c 3000 /dev/zero; } > library/Other/song.flac
    # What nobody can compress, so that a limit of bytes is felt.
    of_size $((640 * 640 * 3)) noise
    jpeg 640 640 < noise > library/Other/folder.jpg
    printf '#EXTM3U\nOther/song.ogg\nArtist/One/01 Tune.mp3\nOther/01 Tune.mp3\n' > library/Mix.m3u8
}

# shows FILE WIDTH HEIGHT [BYTES]: a JPEG of that size that can be decoded, and no larger than 64 KiB, or so
# many bytes; one that is no square is the picture with the two halves.
shows() {
    djpeg -pnm "$1" > /tmp/decoded 2> /tmp/err || return 1
    [ "$(head -n 2 /tmp/decoded | tr '\n' ' ')" = "P6 $2 $3 " ] || {
        echo "      is $(head -n 2 /tmp/decoded | tr '\n' ' ')" && return 1
    }
    [ "$(size "$1")" -le "${4:-65536}" ] || return 1
    [ "$2" != "$3" ] || return 0
    # In the middle of its height, ten pixels from either side.
    row=$(($3 / 2))
    pixel $((row * $2 + 10)) | awk '{ exit !($1 > 220 && $3 < 40) }' \
        && pixel $((row * $2 + $2 - 10)) | awk '{ exit !($1 < 40 && $3 > 220) }'
}

# pixel NUMBER: red, green and blue.
pixel() {
    head -n 3 /tmp/decoded > /tmp/header
    tail -c +$(($(size /tmp/header) + $1 * 3 + 1)) /tmp/decoded | head -c 3 | od -An -tu1
}

# takes_library PROFILE NAME: umtp-responder's or QEMU's player as that of a firmware which reads M3U and
# cover.jpg, as only its owner can say: the library goes there, protected, and all that is stored is checked.
# NAME is what becomes of Ünïcode 日本.
takes_library() {
    mkdir -p /etc/pinstripe/profiles
    pinstripe profiles show "$1" \
        | sed 's/"embedded"/"folder"/; s/^  "quirks"/  "playlists": { "mtp": { "kind": "m3u" } },\n&/' \
            > "/etc/pinstripe/profiles/$1.json"
    make_library
    tool sync library library/Mix.m3u8 --device Test --json
    check "the library goes there, with its playlist and pictures" \
        prints '"done":{"added":7,.*"failed":\[\],"left":0,"pictures":2'
    check "under its names" [ -e "$music/Artist/One/01 Tune.pst" ]
    check "with the letters that it can hold" [ -e "$music/Other/$2.pst" ]
    mkdir stored
    find "$music/Artist" "$music/Other" -name '*.pst' | while read -r track; do
        pinstripe unpack "$track" -o "stored/$(basename "${track%/*}") $(basename "$track")" > /dev/null
    done
    (cd stored && sha256sum -- * | cut -d ' ' -f 1 | sort) > /tmp/whole
    find library -type f ! -name '*.jpg' ! -name '*.m3u8' -exec sha256sum {} + | cut -d ' ' -f 1 \
        | sort > /tmp/wanted
    check "each track whole" cmp /tmp/whole /tmp/wanted
    # Each line leads to a track, in the list's order.
    tail -n +2 /srv/music/Playlists/Mix.m3u8 | tr -d '\r' | while read -r line; do
        [ -e "/srv/music/Playlists/$line" ] || continue
        folder=${line%/*}
        sha256sum "stored/${folder##*/} ${line##*/}" | cut -d ' ' -f 1
    done > /tmp/listed
    tail -n +2 library/Mix.m3u8 | while read -r line; do
        sha256sum "library/$line" | cut -d ' ' -f 1
    done > /tmp/wanted
    check "the playlist leads to them" cmp /tmp/listed /tmp/wanted
    check "the picture in tags becomes a file" shows "$music/Artist/One/cover.jpg" 320 240
    check "and the one beside music" shows "$music/Other/cover.jpg" 320 320
    tool sync library library/Mix.m3u8 --device Test --json
    check "again, nothing is to be done" prints '"done":{"added":0,"replaced":0,"removed":0.*"pictures":0'
}
