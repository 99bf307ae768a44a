#!/bin/sh
# QEMU's usb-mtp, whose own work costs no virtual time: what is left is the host's. libmtp's upload
# fails there, so a probe that sends as libmtp does stands in for it.
# shellcheck source=guest.sh
. /bench/guest.sh

# upload NAME COMMAND…: what it leaves is removed behind its back.
upload() {
    measure "$@"
    rm -f /srv/music/*
    sleep 1
}

make_music
upload raw probe upload mapped 65536 4 /tmp/big
upload mapped ours upload mapped plain /tmp/big
upload heap ours upload heap plain /tmp/big
upload every10 ours upload mapped every10 /tmp/big
upload as.libmtp probe upload heap 16384 1 /tmp/big
value finished
