#!/bin/sh
# The main job on umtp-responder, and what lives beside it: names, permissions,
# other programs, kernel drivers.
# shellcheck source=guest.sh
. /tests/guest.sh

note "the player was there after $(cut -d ' ' -f 1 /proc/uptime) s of the guest's clock"
tool players
check "players shows the player" prints '^1-[0-9]*  *Lab Player (1d6b:0100), plays protected'
check "players names its profile" prints 'profile umtp-responder'
tool players --json
cp /tmp/out /share/players.json
tool device new Test
check "a TEST device is made" exits 0
tool device export Test --keybox /share/keybox
check "its keybox is exported" exits 0
tool ls
check "ls shows an empty player" prints '^[0-9.]* MB free$'

tool ls --player 9-99
check "another place has none" fails 69 'no player at 9-99'

# --- The main job.
tool push "$song" --device Test --every 10 --json
cp /tmp/out /share/push.json
check "push makes the folder and the track" holds idle_tune.pst
cp "$music/idle_tune.pst" /share/stored.pst
tool ls --json
cp /tmp/out /share/ls.json
free_bytes > /share/free
tool ls
check "ls shows the track" prints '^1.0 MB  *idle_tune.pst$'
tool pull idle_tune.pst -o back.pst
check "pull brings back what is stored" cmp back.pst "$music/idle_tune.pst"
tool pull idle_tune.pst -o -
check "pull writes to a pipe, and nothing else there" cmp /tmp/out "$music/idle_tune.pst"
tool verify back.pst
check "verify finds the copy whole" exits 0
tool unpack back.pst -o back.mp3
check "unpacked, it is the music again" cmp back.mp3 "$song"

# --- Names that are taken.
tool push "$song" --device Test
check "a second push of the name is refused" fails 74 'holds "idle_tune.pst" already'
check "the first track stays as it was" cmp back.pst "$music/idle_tune.pst"
tool push "$song" --device Test --replace
check "--replace replaces it" exits 0
check "the replaced track is gone" holds idle_tune.pst
check "the new one has bytes of its own" differ back.pst "$music/idle_tune.pst"
tool pull idle_tune.pst -o new.pst
tool verify new.pst
check "and is whole" exits 0
tool rm idle_tune.pst
check "rm removes it" holds
tool rm idle_tune.pst
check "what is not there cannot be removed" fails 74 'holds no "idle_tune.pst"'
tool pull idle_tune.pst -o none.pst
check "nor pulled" fails 74 'holds no "idle_tune.pst"'
check "and no file appears" absent none.pst

# --- Names of all kinds.
head -c 3000 "$song" > short.mp3
for name in 'Ünïcödé – 日本語.pst' "it's a name, or \$HOME.pst"; do
    cp short.mp3 "$name"
    tool push "$name" --device Test
done
check "a name's letters arrive" holds 'Ünïcödé – 日本語.pst' "it's a name, or \$HOME.pst"
rm -f "$music"/*
cp short.mp3 'With "emoji" 🎵.mp3'
tool push 'With "emoji" 🎵.mp3' --device Test
check "what FAT forbids is replaced" prints 'Sent "With _emoji_ 🎵~7x9ff7.pst"'
# umtp-responder stores such letters in a UTF-8 of its own (CESU-8).
tool pull 'With _emoji_ 🎵~7x9ff7.pst' -o emoji.pst
check "a name outside of the basic plane is found" cmp emoji.pst "$music"/With*.pst
rm -f "$music"/*
letters=$(printf '%0215d' 0)
signs=$(printf '%078d' 0 | sed 's/0/日/g')
tool push short.mp3 --device Test --name "${letters%????}.pst"
check "a name of 215 letters is taken" exits 0
tool push short.mp3 --device Test --name "${letters%????}.pst" --replace
check "and replaced" exits 0
tool push short.mp3 --device Test --name "$signs.pst"
check "a name of 238 bytes is taken" exits 0
tool push short.mp3 --device Test --name "$signs.pst" --replace
check "and replaced" exits 0
check "both are there" holds "${letters%????}.pst" "$signs.pst"
tool push short.mp3 --device Test --name "${letters}x"
check "a name of more letters is refused" fails 64 'at most 215 characters'
tool push short.mp3 --device Test --name "日$signs.pst"
check "so is one of more bytes" fails 64 'at most 240 bytes'
cp short.mp3 "日日$signs.mp3"
tool push "日日$signs.mp3" --device Test --replace
check "the name of a file is cut" prints "\"$(printf '%076d' 0 | sed 's/0/日/g')~1gefy5.pst\""
rm -f "$music"/*

# --- Under way: its name, and other programs meanwhile.
of_size 20000000 big.mp3
begin 1000000 big.mp3 --device Test
kill -STOP "$pushing"
meanwhile=$(ls -A "$music")
pinstripe ls > /tmp/out2 2> /tmp/err2
busy=$?
kill -CONT "$pushing"
finish
check "until it is complete, a track has a temporary name" \
    [ "$(expr "$meanwhile" : '\.pinstripe-[0-9a-z]*\(\.part\)$')" = .part ]
check "afterwards only its own" holds 'under way.pst'
check "a push that was held up for a while succeeds" exits 0
mv /tmp/out2 /tmp/out
mv /tmp/err2 /tmp/err
status=$busy
check "another program meanwhile is told that the player is in use" fails 75 "another program, pinstripe (process $pushing), holds its interface; wait for it"
rm -f "$music"/*
tool push big.mp3 --device Test --json
took=$(sed 's/.*"milliseconds":\([0-9]*\).*/\1/' /tmp/out)
note "a push of 20 MB, uncounted: $((20000 / took)).$((200000 / took % 10)) MB/s"
rm -f "$music"/*

# --- Permissions.
as-listener pinstripe players > /tmp/out 2> /tmp/err
status=$?
check "an ordinary user sees the player" prints 'Lab Player'
as-listener pinstripe ls > /tmp/out 2> /tmp/err
status=$?
check "but without permission is told the udev rule" \
    fails 77 'SUBSYSTEM=="usb", ATTR{idVendor}=="1d6b", ATTR{idProduct}=="0100"'

# --- A kernel driver that has the interface: usb-storage, which would not ask
# the player for anything for as long as delay_use.
node=/sys/bus/usb/devices/1-1:1.0
modprobe usb-storage delay_use=9999
echo 1d6b 0100 > /sys/bus/usb/drivers/usb-storage/new_id
check "a kernel driver holds the interface" [ -e $node/driver ]
mkdir -p /etc/pinstripe/profiles
pinstripe profiles show umtp-responder | sed 's/"detach-kernel-driver", *//' \
    > /etc/pinstripe/profiles/umtp-responder.json
tool push short.mp3 --device Test --replace
check "without leave of the profile it keeps it" fails 75 'a kernel driver holds its MTP interface'
check "and is not asked" [ "$(basename "$(readlink $node/driver)")" = usb-storage ]
rm -r /etc/pinstripe/profiles
tool push short.mp3 --device Test
check "push takes the interface from it" exits 0
check "and gives it back" [ "$(basename "$(readlink $node/driver)")" = usb-storage ]

check "the player was never reset" [ "$(resets)" = 0 ]
done_with job
