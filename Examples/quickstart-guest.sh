#!/bin/sh
# What quickstart.sh runs in the virtual machine, where the player is plugged in: sends the music,
# under the name given, and reads it back.
set -e
export PINSTRIPE_KEYS=/share/keys.pks
pinstripe players
# Into the machine's own memory: USB is to be seen here, not the folder shared with the host.
cp /share/music "/tmp/$1"
pinstripe push "/tmp/$1" --name music.pst --device "Quickstart player" --every 10 --json >/share/push.json
pinstripe ls
pinstripe pull music.pst -o /share/pulled.pst
cp /srv/music/Music/music.pst /share/stored.pst
