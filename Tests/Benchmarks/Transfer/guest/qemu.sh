#!/bin/sh
# QEMU's usb-mtp, whose own work costs no virtual time: what is left is the host's. libmtp's upload
# fails there, so a probe that sends as libmtp does stands in for it.
# shellcheck source=guest.sh
. /bench/guest.sh

make_music
measure raw probe upload mapped 65536 4 /tmp/big
measure mapped ours upload mapped plain /tmp/big
measure heap ours upload heap plain /tmp/big
measure every10 ours upload mapped every10 /tmp/big
measure as.libmtp probe upload heap 16384 1 /tmp/big
value finished
