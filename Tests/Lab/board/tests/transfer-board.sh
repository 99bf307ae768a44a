#!/bin/sh
# On the board: the scripts that make it an MTP player, a player that waits for music, and what is heard of
# the music that another machine sent.
keybox=/test/keybox
# shellcheck source=heard.sh
. /test/heard.sh

mount -t tmpfs music /srv/music
mkdir /srv/music/Music
chown -R pinstripe /srv/music
modprobe -a virtio_net usbip_vudc
ifconfig eth0 10.0.0.1 netmask 255.255.255.0
check "the gadget script makes a player of the board" \
    env PINSTRIPE_SERIAL=4711 PINSTRIPE_UMTPRD=/usr/local/sbin/board/umtprd.conf \
    sh /usr/local/sbin/board/pinstripe-gadget start
usbipd --device > /tmp/usbipd.log 2>&1 &

# The player is there from the start, as its service is.
$player --state /tmp/plays --new-state
$player --state /tmp/plays --card hw:Loopback,0,0 --control /run/control --stay /srv/music/Music 2> /tmp/player.log &

# The other machine sends a second track when it is done.
arrived() {
    tries=0
    until [ -e /srv/music/Music/last.pst ]; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || return 1
        usleep 100000
    done
}
check "two tracks arrive by USB" arrived
check "they are the player's user's" [ "$(stat -c %U /srv/music/Music/last.pst)" = pinstripe ]
check "nothing else is left in the storage" [ "$(find /srv/music -type f | wc -l)" = 2 ]

check "the player finds them" sh -c '/test/ask /run/control reload && /test/ask /run/control status | grep " of=2 "'
{ /test/reference /test/clips/tune.flac && /test/reference /test/clips/tune.mp3; } > /tmp/whole

# In the machine's real time, which a loaded host may stop: three attempts.
plays() {
    for attempt in 1 2 3; do
        listen 44100 5.4
        /test/ask /run/control "play 1"
        wait "$capture"
        equals /tmp/whole && return 0
        echo "attempt $attempt"
        /test/ask /run/control status
    done
    cat /tmp/player.log
    return 1
}
check "both are heard, as they were before they were sent, without a gap" plays
check "a card in use is not waited for" sh -c "! $player --card hw:Loopback,0,0 /srv/music/Music 2> /tmp/busy; grep busy /tmp/busy"
check "the player ends" /test/ask /run/control quit
check "the gadget script takes it back" sh /usr/local/sbin/board/pinstripe-gadget stop
echo "end  transfer"
