#!/bin/sh
# Which profile a player gets, by its ids, its names and its firmware. The player
# stays umtp-responder; it only says of itself what others say.
# shellcheck source=guest.sh
. /tests/guest.sh
# shellcheck source=../guest/usr/local/lib/lab/player.sh
. /usr/local/lib/lab/player.sh

tool profiles lint
check "the profiles are in order" prints 'profiles are in order'

tool profiles diff
check "umtp-responder is as its profile says" prints 'is as umtp-responder says'

# --- Ids: a Sansa Clip+, and then its mass-storage mode.
player-identify 0781:74d0
tool players
check "a Clip+ is told by its ids" prints 'profile sandisk-sansa-clip-plus: its USB ids are'
tool push "$song" --json
check "and gets what its profile says" prints '"profile":"sandisk-sansa-clip-plus"'
check "its own music folder, unprotected" cmp "$song" /srv/music/MUSIC/idle_tune.mp3
tool push "$song" --profile careful-copy
check "a profile that is not there is refused" fails 64 'no profile "careful-copy"'
player-identify 0781:74d1
tool players
check "its other mode is recognised" prints 'profile sandisk-sansa-clip-plus'
check "and the way back told" prints 'mass-storage mode; to reach it over MTP, choose MTP'
tool players --json
check "as JSON too" prints '"protocol":"mass-storage","advice":"SanDisk Sansa Clip+ is in its'
tool ls
check "it cannot be reached so" fails 69 'is in its mass-storage mode'

# --- Names: the reference board has umtp-responder's ids.
player-identify 1d6b:0100
tool players
check "umtp-responder is told by its ids" prints 'profile umtp-responder: its USB ids are'
player-unplug
echo Pinstripe > "$gadget/strings/0x409/manufacturer"
echo "Reference board" > "$gadget/strings/0x409/product"
player-plug && player-wait
tool players
check "our board by its names" prints 'profile pinstripe-board: its USB ids with the name are'

# --- A player that nobody has described: drafted, judged, used, and held against the draft.
player-identify 1209:0001
tool profiles diff
check "a player without a profile is told" fails 78 'No profile describes .*profiles new'
mkdir -p /etc/pinstripe/profiles
draft=/etc/pinstripe/profiles/lab-player.json
tool profiles new -o "$draft"
check "it can be drafted" prints "Drafted $draft"
check "what it does not tell is named" grep -q '^  transfer ' /tmp/err
check "its ids and operations are in it" grep -q '"set-object-references"' "$draft"
tool profiles new -o "$draft"
check "nothing is written over a file" fails 73 'is there already'
tool profiles lint
check "the draft is in order" exits 0
tool players
check "and obeyed" prints 'profile lab-player: its USB ids are'
tool profiles diff
check "the player is as its draft says" prints 'is as lab-player says'
tool profiles diff --profile sandisk-sansa-clip-plus
check "and not as another's profile" exits 78
check "which claims what it denies" prints '^denied  formats.flac: the player does not name it'
check "and leaves unsaid what it says" prints '^unsaid  mtp.lacks: the player has no'
tool profiles diff --profile sandisk-sansa-clip-plus --json
check "as JSON, too" prints '^{"profile":"sandisk-sansa-clip-plus","player":.*"kind":"denied"'
rm "$draft"

# --- Firmware, which only an open player tells: the first Fuze learnt Ogg with 01.01.15.
for version in V01.01.11 V01.02.31F; do
    sed -i "s/^firmware_version .*/firmware_version \"$version\"/" /etc/umtprd/umtprd.conf
    player-restart
    player-identify 0781:74c0
    tool players
    check "a Fuze is told by its ids" prints 'profile sandisk-sansa-fuze: '
    tool push "$song" --replace --json
    cp /tmp/out "/tmp/$version"
done
check "an old Fuze has the old profile" grep -q '"profile":"sandisk-sansa-fuze"' /tmp/V01.01.11
check "a newer one the other" grep -q '"profile":"sandisk-sansa-fuze-01-01-15"' /tmp/V01.02.31F

# --- A file of one's own wins over the built-in one, and a broken one hides nothing.
mkdir -p /etc/pinstripe/profiles
pinstripe profiles show sandisk-sansa-fuze | sed 's/"MUSIC"/"Songs"/' \
    > /etc/pinstripe/profiles/sandisk-sansa-fuze.json
echo '{ "schema": 1, }' > /etc/pinstripe/profiles/broken.json
sed -i 's/^firmware_version .*/firmware_version "V01.01.11"/' /etc/umtprd/umtprd.conf
player-restart
player-identify 0781:74c0
tool push "$song"
check "a file of /etc is obeyed" cmp "$song" /srv/music/Songs/idle_tune.mp3
check "a broken one is told" grep -q 'broken.json:1:1[0-9]*: .*left out' /tmp/err

check "the player was never reset" [ "$(resets)" = 0 ]
done_with profiles
