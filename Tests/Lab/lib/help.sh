# What --help prints.
# shellcheck shell=bash

print_help() {
    cat <<'END'
Runs a command beside a real MTP player: a virtual machine with a whole USB
stack and Debian's MTP responder in it. No hardware and no KVM needed.

usage: lab build
       lab run [options] -- COMMAND [ARG…]
       lab shell [options]
       lab clean

  build   fetch the guest's Debian packages and make its base, once (a second
          run renews it when Debian has a newer kernel or package)
  run     boot, wait for the player, run COMMAND as root in /tmp of the guest;
          its standard output, standard error and exit status are yours
  shell   the same machine with a shell; leave with 'exit', or Ctrl-A x
  clean   delete everything the lab has cached

options:
  --player umtp|qemu|none   umtp (default): Debian's umtp-responder on the
                            kernel's software USB port; qemu: QEMU's usb-mtp
                            on xHCI; none: no player
  --program FILE            put a program and its libraries into the guest, at
                            its own path and on PATH by its name; repeatable
  --file HOST[:/GUEST]      put a file or folder into the guest, at /tmp/NAME
                            unless said otherwise; repeatable
  --share DIR               mount DIR at /share, read and write
  --storage-mib N           size of the umtp player's storage (256)
  --memory MIB              guest memory (default: fits storage and files)
  --cpus N                  guest processors (1)
  --limit SECONDS           give COMMAND at most this long, in real time (120)
  --icount                  count instructions as time: slow, but timings
                            repeat whatever else the host does
  --link PORT               a network cable to the machine that listens on this
                            port of 127.0.0.1 (board-tests.sh has one)
  --keep-log                keep the console log of a run that went well too

in the guest:
  /srv/music                the player's storage, seen from inside the player
  player-unplug             pull the cable, and plug it in again
  player-plug
  player-unplug-after N     pull it in the background after N more bytes were
                            stored (4096, 64K, 3M) or N seconds (2s, 0.5s)
  player-identify V:P       give the player other USB ids (1209:0001)
  player-restart            restart the player's responder
  player-wait               wait until the player is enumerated
  as-listener COMMAND…      run as an ordinary user (uid 1000)

exit status: COMMAND's own; 125 when the lab failed (it says why, and where the
console log is); 64 for a wrong command line.

environment: PINSTRIPE_CACHE    cache folder (default: ~/.cache/pinstripe)
             LAB_BOOT_LIMIT     seconds to boot and enumerate (120)
END
}
