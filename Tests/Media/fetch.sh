#!/bin/sh
# Makes music of every format once, with the encoders and the music of Debian packages, and prints
# the folder for PINSTRIPE_FRAME_MEDIA:
#
#   PINSTRIPE_FRAME_MEDIA=$(Tests/Media/fetch.sh) swift test
#
# Beside each file lies FILE.frames: a line "offset size" for each frame, as ffprobe sees them, or
# mutagen the packets in Ogg pages. Kept in PINSTRIPE_CACHE, else XDG_CACHE_HOME/pinstripe, else
# ~/.cache/pinstripe. Ends with 1 and a reason where packages cannot be installed.
set -eu

cache=${PINSTRIPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinstripe}
media=$cache/frame-media-1
here=$(cd "$(dirname "$0")" && pwd)

if [ -d "$media" ]; then
  echo "$media"
  exit
fi

missing=
for name in ffmpeg lame flac vorbis-tools opus-tools python3-mutagen asc-music \
  sound-theme-freedesktop hydrogen-drumkits; do
  dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $name"
done
if [ -n "$missing" ]; then
  [ "$(id -u)" = 0 ] && root= || root=sudo
  # shellcheck disable=SC2086
  $root apt-get install -y -qq --no-install-recommends $missing >&2 || {
    echo "cannot install$missing; the tests over real files are skipped" >&2
    exit 1
  }
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

# Music as it was distributed.
cp /usr/share/games/asc/music/frontiers.mp3 distributed.mp3
find /usr/share/sounds/freedesktop/stereo -name '*.oga' | sort | head -n 6 |
  while read -r file; do cp "$file" "distributed-$(basename "$file" .oga).oga"; done
find /usr/share/hydrogen -name '*.flac' | sort | awk 'NR % 97 == 1' | head -n 6 |
  while read -r file; do cp "$file" "distributed-$(basename "$file" | tr -c 'A-Za-z0-9.\n' _)"; done

quiet="ffmpeg -nostdin -v error -y"
$quiet -i "$here/../../Examples/Media/idle_tune.mp3" -t 12 -ar 44100 -ac 2 -bitexact tune.wav
$quiet -i tune.wav -ar 16000 -ac 1 -bitexact low.wav
$quiet -i tune.wav -ar 48000 -bitexact tune48.wav

lame --quiet -b 128 tune.wav cbr.mp3
lame --quiet -V 2 tune.wav vbr.mp3
lame --quiet --abr 200 --resample 48 tune.wav abr.mp3
lame --quiet -b 24 low.wav low.mp3
lame --quiet --resample 8 -m m -b 16 tune.wav mpeg25.mp3

lame --quiet --freeformat -b 400 -t tune.wav free.mp3
$quiet -i tune.wav -c:a mp2 -b:a 192k layer2.mp2
$quiet -i tune.wav -c:a libmp3lame -b:a 96k -metadata title=Tune -id3v2_version 4 \
  -write_id3v1 1 tagged.mp3
$quiet -i tune.wav -c:a aac -b:a 128k plain.aac
$quiet -i low.wav -c:a aac -b:a 32k low.aac
$quiet -i tune.wav -c:a aac -b:a 128k last.m4a
$quiet -i tune.wav -c:a aac -b:a 128k -movflags +faststart first.m4a
$quiet -i tune.wav -c:a aac -b:a 128k -movflags +frag_keyframe+empty_moov -frag_duration 1000000 \
  fragments.m4a
$quiet -i tune.wav -c:a aac -b:a 128k -movflags +dash+default_base_moof+empty_moov \
  -frag_duration 500000 dash.m4a
$quiet -i tune.wav -c:a alac alac.m4a
$quiet -i tune.wav -c:a flac -strict -2 flac.mp4
$quiet -i tune48.wav -c:a libopus -strict -2 opus.mp4
$quiet -f lavfi -i testsrc=d=12:s=160x120:r=10 -i tune.wav -shortest -c:v mpeg4 -c:a aac video.mp4
flac --silent -8 -o best.flac tune.wav
flac --silent -0 -o fast.flac tune.wav
oggenc --quiet -q 5 -o vorbis.ogg tune.wav
opusenc --quiet --bitrate 96 tune48.wav opus.opus
opusenc --quiet --bitrate 16 --framesize 60 low.wav speech.opus
flac --silent --ogg -o flac.oga tune.wav
cat vorbis.ogg opus.opus >chained.ogg
$quiet -f lavfi -i testsrc=d=8:s=160x120:r=10 -i tune.wav -shortest -c:v libtheora -c:a libvorbis \
  multiplexed.ogv 2>/dev/null || rm -f multiplexed.ogv
rm tune.wav low.wav tune48.wav

# The system's Python has the packages of the distribution, whatever else is installed.
/usr/bin/python3 "$here/frames.py"

# Another run may have been faster; then its copy is as good.
trap - EXIT
mv "$work" "$media" 2>/dev/null || rm -rf "$work"
echo "$media"
