#!/bin/sh
# On the machine that the board is plugged into, by usbip: sends music with the tool.
export PINSTRIPE_KEYS=/share/keys.pks

# shellcheck source=check.sh
. /check.sh

plug() {
    tries=0
    until usbip attach -r 10.0.0.1 -b usbip-vudc.0; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        usleep 200000
    done
}

# As a person sees it: the player is there when the tool lists it.
is_listed() {
    tries=0
    until pinstripe players | grep -q 'Reference board'; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || { pinstripe players && return 1; }
        usleep 200000
    done
}

modprobe -a virtio_net vhci_hcd
ifconfig eth0 10.0.0.2 netmask 255.255.255.0
check "the board is plugged in, through two kernels" plug
check "the tool lists it" is_listed
check "it gets the board's profile" sh -c 'pinstripe players --json | grep -q pinstripe-board'
check "push" pinstripe push /tmp/tune.flac --device board --name first.pst
check "push again" pinstripe push /tmp/tune.mp3 --device board --name last.pst
check "ls" sh -c 'pinstripe ls | grep -q first.pst'
