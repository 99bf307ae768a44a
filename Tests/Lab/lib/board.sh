# Boards: ARM machines with Debian's kernel, a sound card made of software (snd-aloop) and a USB device
# port (usbip-vudc), in which the reference player plays.
# shellcheck shell=bash disable=SC2034,SC2154  # the parts share variables

# shellcheck source-path=SCRIPTDIR source=../../../Sources/Embedded/private-apt.sh
source "$lab_home/../../Sources/Embedded/private-apt.sh"
# shellcheck source-path=SCRIPTDIR source=../../../Sources/Embedded/targets.sh
source "$lab_home/../../Sources/Embedded/targets.sh"

board_modules=(
    virtio_pci 9pnet_virtio 9p          # the host's folder
    snd_aloop                           # hearing what the player plays
    libcomposite usb_f_fs usbip_vudc    # being a player on another machine's USB
    virtio_net
)

# describe_board ARCH: sets what differs. ARCH is Debian's: arm64 or armhf.
describe_board() {
    board_arch=$1
    case $1 in
    arm64)
        describe_target aarch64-linux
        board_kernel=linux-image-arm64
        board_machine=(qemu-system-aarch64 -machine virt -cpu cortex-a53)
        board_loader=lib/ld-linux-aarch64.so.1
        ;;
    armhf)
        describe_target armv7-linux
        board_kernel=linux-image-armmp
        board_machine=(qemu-system-arm -machine "virt,highmem=off" -cpu cortex-a15)
        board_loader=lib/ld-linux-armhf.so.3
        ;;
    *) usage_error "no board is called '$1'; there are arm64 and armhf" ;;
    esac
    board_emulator=qemu-${board_machine[0]#qemu-system-}
}

install_board_packages() {
    local pair missing=()
    for pair in qemu-system-aarch64:qemu-system-arm qemu-aarch64:qemu-user cpio:cpio depmod:kmod; do
        have_command "${pair%%:*}" || missing+=("${pair#*:}")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    apt_install "${missing[@]}" || die "could not install ${missing[*]} with apt-get"
}

# ensure_board_base: sets `board_base`, a folder with kernel and initramfs, made if these scripts have
# none yet. It holds nothing of ours.
ensure_board_base() {
    local lock building key
    key=$(cat "$lab_home/lib/board.sh" "$lab_home/../../Sources/Embedded/private-apt.sh" | sha256sum | cut -c 1-16)
    board_base=$lab_cache/board-$board_arch-$key
    [[ ! -e $board_base/complete ]] || return 0
    mkdir -p "$lab_cache"
    exec {lock}> "$lab_cache/lock-$board_arch"
    flock "$lock"
    if [[ ! -e $board_base/complete ]]; then
        building=$(mktemp -d "$lab_cache/building-XXXXXX")
        make_board_base "$building"
        rm -rf "$board_base"
        mv -T "$building/base" "$board_base"
        rm -rf "$building"
    fi
    exec {lock}>&-
}

make_board_base() {
    local folder=$1 kernel deb version
    say "making the $board_arch board of Debian packages"
    mkdir "$folder/root" "$folder/stage" "$folder/base"
    prepare_apt "$folder/apt" "$board_arch"
    # The version moves with every security update, so it is asked for, never written down.
    kernel=$(apt-cache -c "$folder/apt/conf" depends "$board_kernel" \
        | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p')
    [[ -n $kernel ]] || die "apt knows no kernel for $board_arch"
    # The kernel alone: what it depends on makes initramfs, which is not needed here.
    (cd "$folder/apt/archives" \
        && own_apt download "$kernel") \
        || die "apt cannot get $kernel: $(tail -n 1 "$folder/apt/log")"
    fetch_closure busybox-static umtp-responder usbip || die "the board's packages are missing"
    for deb in "$folder"/apt/archives/*.deb; do dpkg-deb -x "$deb" "$folder/root"; done
    version=$(ls "$folder/root/lib/modules")
    mkdir -p "$folder/stage/usr/"{bin,sbin,lib/board}
    ln -s usr/bin "$folder/stage/bin"
    ln -s usr/sbin "$folder/stage/sbin"
    ln -s usr/lib "$folder/stage/lib"
    stage_modules "$folder/root" "$folder/stage" "$version" "${board_modules[@]}"
    cp "$folder/root/bin/busybox" "$folder/stage/usr/bin/"
    cp "$folder/root/usr/bin/umtprd" "$folder/root/usr/sbin/usbipd" "$folder/stage/usr/sbin/"
    board_libraries "$folder/root" "$folder/stage" "$folder/root/usr/bin/umtprd" "$folder/root/usr/sbin/usbipd"
    pack_archive "$folder/stage" > "$folder/base/initramfs"
    truncate -s %4 "$folder/base/initramfs"
    cp "$folder/root/boot/vmlinuz-$version" "$folder/base/kernel"
    echo "Linux $version" > "$folder/base/complete"
}

# board_libraries ROOT STAGE PROGRAM… : what the programs load, found in ROOT by its own loader.
board_libraries() {
    local root=$1 stage=$2 program name library path
    shift 2
    mkdir -p "$stage/usr/lib/board"
    path=$root/lib/$gnu:$root/usr/lib/$gnu
    for program; do
        "$board_emulator" -L "$root" "$root/$board_loader" --library-path "$path" --list "$program" \
            > "$stage.libraries" || die "$program lacks a library"
        while read -r name _ library _; do
            [[ $library == /* ]] || continue
            [[ -e $library ]] || library=$root$library
            cp -L "$library" "$stage/usr/lib/board/${name##*/}"
        done < "$stage.libraries"
    done
    rm "$stage.libraries"
    cp -L "$root/$board_loader" "$stage/usr/lib/"
}

# board_overlay FOLDER TEST FILE=PLACE… : leaves FOLDER/overlay, with the player, its codecs and files,
# and the script TEST.
board_overlay() {
    local folder=$1 test=$2 stage=$1/stage sysroot player item
    shift 2
    sysroot=$("$lab_home/../../Sources/Embedded/sysroot.sh" "$board_arch")
    player=$lab_home/../../.build-embedded/$short-linux
    mkdir -p "$stage/usr/"{bin,lib,share} "$stage/test" "$stage/usr/local/lib/pinstripe"
    cp -r "$lab_home/board/guest/." "$stage/"
    chmod -R u=rwX,go=rX "$stage"
    cp "$player/pinstripe-player" "$stage/usr/local/lib/pinstripe/"
    cp -P "$player/codecs" -r "$stage/usr/local/lib/pinstripe/"
    # The libraries of what is played here; libavformat's would be a hundred.
    board_libraries "$sysroot" "$stage" "$player/pinstripe-player" "$player/codecs/sndfile.so" \
        "$player/codecs/faad.so"
    cp -r "$sysroot/usr/share/alsa" "$stage/usr/share/"
    for item; do
        mkdir -p "$(dirname "$stage/${item#*=}")"
        cp -rL "${item%%=*}" "$stage/${item#*=}"
    done
    cp "$test" "$stage/test/run"
    pack_archive "$stage" > "$folder/overlay"
    rm -rf "$stage"
}

# start_board FOLDER OPTION… : boots it in the background; sets `board`, its process.
start_board() {
    local folder=$1
    shift
    mkdir -p "$folder/out"
    cat "$board_base/initramfs" "$folder/overlay" > "$folder/initrd"
    "${board_machine[@]}" -nodefaults -no-user-config -display none -m 512M -no-reboot \
        -kernel "$board_base/kernel" -initrd "$folder/initrd" \
        -append "console=ttyAMA0 quiet panic=-1 rootfstype=ramfs" -serial "file:$folder/console.log" \
        -device virtio-9p-pci,fsdev=lab,mount_tag=lab \
        -fsdev "local,id=lab,path=$folder/out,security_model=none" "$@" \
        < /dev/null > "$folder/qemu.log" 2>&1 &
    board=$!
}

# wait_board FOLDER SECONDS: until it has powered off; its test's status, 125 when it has none.
wait_board() {
    local deadline=$((SECONDS + $2))
    while kill -0 "$board" 2> /dev/null; do
        if ((SECONDS > deadline)); then
            kill "$board" 2> /dev/null || true
            break
        fi
        sleep 0.1
    done
    wait "$board" || true
    cat "$1/out/status" 2> /dev/null || echo "$lab_failure"
}
