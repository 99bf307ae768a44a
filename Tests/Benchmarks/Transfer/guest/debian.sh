#!/bin/sh
# Debian's umtp-responder: our program, libmtp and android-file-transfer in one boot.
# shellcheck source=guest.sh
. /bench/guest.sh

make_music
measure raw probe upload mapped 65536 4 /tmp/big
measure mapped ours upload mapped plain /tmp/big
measure heap ours upload heap plain /tmp/big
measure every10 ours upload mapped every10 /tmp/big
measure framed ours upload mapped framed /tmp/big
measure digest ours upload mapped digest /tmp/big
measure libmtp libmtp_peer upload /tmp/big
measure download ours download /tmp/big
measure libmtp.download libmtp_peer download /tmp/big
measure memory ours memory /tmp/big

measure_aft aft
# In a session of its own, so that the responder learns that the files are gone.
measure small ours small 100 /tmp/small
measure list ours list
measure libmtp.list libmtp_peer list
watched ours list
value list.transactions "$(list_transactions)"
rm -f /srv/music/*
measure libmtp.small libmtp_peer small 100 /tmp/small
count_small urbs ours small
rm -f /srv/music/*
count_small libmtp.urbs libmtp_peer small
rm -f /srv/music/*
watched ours put /tmp/small
value commit "$(commit_urbs)"
value finished
