# What the player's commands share.
# shellcheck shell=sh disable=SC2034  # they use the variables

player=none
# shellcheck source=/dev/null
. /etc/lab/settings

gadget=/sys/kernel/config/usb_gadget/player
udc=${LAB_UDC:-dummy_udc.0}
# There while the cable is out.
unplugged=/run/lab/unplugged

case $player in
umtp) usb_id=$(cat /run/lab/usb-id 2> /dev/null || echo 1d6b:0100) ;;
qemu) usb_id=46f4:0004 ;;
*) usb_id=none ;;
esac

# xhci_address: the PCI address of the controller that QEMU's player is on.
xhci_address() {
    for device in /sys/bus/pci/devices/*; do
        if [ "$(cat "$device/class")" = 0x0c0330 ]; then
            basename "$device"
        fi
    done
}

# player_node: the player's /dev/bus/usb node; fails when there is none.
player_node() {
    for device in /sys/bus/usb/devices/*; do
        [ -e "$device/idVendor" ] || continue
        [ "$(cat "$device/idVendor"):$(cat "$device/idProduct")" = "$usb_id" ] || continue
        # Configured, or a client would find no interface yet.
        [ -n "$(cat "$device/bConfigurationValue")" ] || continue
        node=/dev/$(sed -n 's/^DEVNAME=//p' "$device/uevent")
        [ -c "$node" ] || continue
        echo "$node"
        return
    done
    return 1
}

# Its log belongs to the console log, not to the caller's output.
start_responder() { setsid umtprd < /dev/null > /dev/console 2>&1 & }

# Its endpoints must be closed before another responder can open them.
stop_responder() {
    killall umtprd 2> /dev/null
    while pidof umtprd > /dev/null; do usleep 20000; done
}

refuse() {
    echo "${0##*/}: $1" >&2
    exit 1
}
