# The base: a kernel and an initramfs of Debian's files, built once and kept.
#
# It holds nothing of ours: the guest's own scripts travel with each run
# (overlay.sh), so editing them needs no rebuild.
# shellcheck shell=bash disable=SC2034,SC2154  # the parts share variables

# Modules a run, or a later kind of run, may load; each brings what it needs.
guest_modules=(
    dummy_hcd libcomposite usb_f_fs     # a player made of software
    usb_f_mass_storage usb-storage sd_mod   # a player that is a disk
    vhci_hcd usbip_vudc usbip_host      # a player in another machine,
    virtio_net                          # and the cable to it
    xhci_pci                            # QEMU's player
    usbmon                              # recording what goes over the wire
    snd_aloop                           # hearing what a player plays
    virtio_pci virtio_console virtio_rng 9p 9pnet_virtio
    ext4 vfat nls_cp437 nls_ascii nls_iso8859_1 nls_utf8 loop
    af_alg algif_hash algif_skcipher    # the kernel as a crypto provider
    chacha_generic ctr ecb hmac
)

guest_programs=(
    /usr/bin/umtprd /usr/bin/lsusb /usr/bin/udevadm /usr/sbin/usbip
)

base_file_hash() {
    cat "$lab_home/lib/base.sh" "$lab_home/lib/packages.sh" | sha256sum | cut -c 1-16
}

# base_folder: where the newest base made by these very scripts is, if any.
base_folder() {
    local link
    link=$lab_cache/current-$(base_file_hash)
    [[ -e $link/complete ]] || return 1
    touch "$link/complete"    # used: see prune_bases
    readlink -f "$link"
}

ensure_base() {
    if ! base=$(base_folder); then
        build_base
        base=$(base_folder)
    fi
}

build_base() {
    [[ $(dpkg --print-architecture 2> /dev/null) == amd64 ]] \
        || die "the lab needs Debian on amd64: it takes the guest's files from its packages"
    install_host_packages
    mkdir -p "$lab_cache"
    local list key target lock status
    list=$(guest_package_list)
    key=$({ base_file_hash; echo "$list"; } | sha256sum | cut -c 1-16)
    target=$lab_cache/base-$key
    # Two labs starting at once: one builds, the other waits and finds it done.
    exec {lock}> "$lab_cache/lock"
    flock "$lock"
    if [[ ! -e $target/complete ]]; then
        # In a subshell so that the trap cleans up whatever stops the build; not
        # before an ||, which would switch its errexit off.
        set +e
        (
            set -e
            building=$(mktemp -d "$lab_cache/building-XXXXXX")
            trap 'rm -rf "$building"' EXIT
            trap 'exit 130' INT TERM HUP
            make_base "$building" "$list"
            rm -rf "$target"
            mv -T "$building/base" "$target"
        )
        status=$?
        set -e
        [[ $status -eq 0 ]] || die "the base could not be built; nothing half-built was kept"
    fi
    ln -sfn "base-$key" "$lab_cache/current-$(base_file_hash)"
    prune_bases
    exec {lock}>&-
    say "base ready: $(cat "$target/complete")"
}

# prune_bases: drops what no lab has used for two weeks; other checkouts with
# other scripts may be using the rest.
prune_bases() {
    local old
    find "$lab_cache" -mindepth 2 -maxdepth 2 -name complete -mtime +14 | while read -r old; do
        rm -rf "${old%/complete}"
    done
    find "$lab_cache" -maxdepth 1 -xtype l -delete
    # What a power cut left: whoever builds holds the lock, so it is not live.
    rm -rf "$lab_cache"/building-*
}

# make_base FOLDER LIST: leaves FOLDER/base/{kernel,initramfs,modules,complete}.
make_base() {
    local folder=$1 list=$2 packages root stage version
    mkdir "$folder/debs" "$folder/root" "$folder/stage" "$folder/base"
    mapfile -t packages <<< "$list"
    say "downloading ${#packages[@]} Debian packages"
    download_packages "$folder/debs" "${packages[@]}"
    say "extracting them"
    local deb
    # Debian's /lib and the like are links since the /usr merge; the packages
    # still name both, so the links come first.
    root=$folder/root
    stage=$folder/stage
    local top
    for top in bin sbin lib lib64; do
        mkdir -p "$root/usr/$top" "$stage/usr/$top"
        ln -s "usr/$top" "$root/$top"
        ln -s "usr/$top" "$stage/$top"
    done
    for deb in "$folder"/debs/*.deb; do
        # Through tar with --keep-directory-symlink, for dpkg -x would replace
        # the links by directories.
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
    version=$(ls "$root/lib/modules")
    stage_modules "$root" "$stage" "$version" "${guest_modules[@]}"
    stage_programs "$root" "$stage"
    stage_data "$root" "$stage"
    say "packing the initramfs"
    # Not compressed: under emulation unpacking costs more than reading.
    pack_archive "$stage" > "$folder/base/initramfs"
    # A second archive is appended at run time: the kernel wants it on a
    # multiple of four bytes and skips zeros before it.
    truncate -s %4 "$folder/base/initramfs"
    unpack_kernel "$root/boot/vmlinuz-$version" "$folder/base/kernel"
    cp "$stage/usr/lib/modules/$version/modules.dep" "$folder/base/modules"
    echo "Linux $version, $(du -h "$folder/base/initramfs" | cut -f 1) initramfs" > "$folder/base/complete"
}

# pack_archive FOLDER: a cpio archive of it on standard output, owned by root.
pack_archive() {
    (cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z \
        | cpio --create --null --format=newc --owner=+0:+0 --quiet)
}

# unpack_kernel VMLINUZ TARGET: the ELF kernel inside, which QEMU boots by its
# PVH entry: the guest would need 2.7 s to unpack it at every boot.
unpack_kernel() {
    local image=$1 setup_sectors offset length
    # Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length.
    setup_sectors=$(od -A n -t u1 -j $((0x1f1)) -N 1 "$image")
    offset=$(od -A n -t u4 -j $((0x248)) -N 4 "$image")
    length=$(od -A n -t u4 -j $((0x24c)) -N 4 "$image")
    # The payload's last four bytes are its unpacked size, no part of the xz.
    if ! head -c $(((setup_sectors + 1) * 512 + offset + length - 4)) "$image" \
        | tail -c $((length - 4)) | xz --decompress --stdout > "$2" 2> /dev/null; then
        say "the kernel is not packed with xz: booting will take longer"
        cp "$image" "$2"
    fi
}

# stage_modules ROOT STAGE VERSION MODULE… : the modules and what they need.
stage_modules() {
    local root=$1 stage=$2 version=$3 path
    shift 3
    export PATH=$PATH:/usr/sbin:/sbin
    depmod -b "$root" "$version"
    # "insmod PATH" lines name the closure; "builtin NAME" lines need no file.
    modprobe -S "$version" -d "$root" --show-depends -a "$@" \
        | awk '$1 == "insmod" {print $2}' | sort -u | while read -r path; do
        path=lib/modules/${path#*/lib/modules/}
        mkdir -p "$stage/$(dirname "usr/$path")"
        cp "$root/$path" "$stage/usr/$path"
    done
    cp "$root/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} \
        "$stage/usr/lib/modules/$version/"
    depmod -b "$stage" "$version"
}

stage_programs() {
    local root=$1 stage=$2 program name library
    local multiarch=lib/x86_64-linux-gnu
    install -D -m 755 "$root/bin/busybox" "$stage/usr/bin/busybox"
    local programs=("${guest_programs[@]}")
    for program in "$root"/usr/bin/mtp-*; do programs+=("${program#"$root"}"); done
    for program in "${programs[@]}"; do
        install -D -m 755 "$root$program" "$stage$program"
        # The packages' own loader lists the libraries, so the host's do not
        # leak in; a missing one stops the build here.
        "$root/$multiarch/ld-linux-x86-64.so.2" --library-path "$root/$multiarch" \
            --list "$root$program" > "$stage.libraries" \
            || die "$program lacks a library: complete guest_packages in lib/packages.sh"
        while read -r name _ library _; do
            [[ $library == /* ]] || continue
            install -D -m 755 "$library" "$stage/usr/$multiarch/$name"
        done < "$stage.libraries"
    done
    install -D -m 755 "$root/$multiarch/ld-linux-x86-64.so.2" \
        "$stage/usr/$multiarch/ld-linux-x86-64.so.2"
    ln -sf "/$multiarch/ld-linux-x86-64.so.2" "$stage/usr/lib64/ld-linux-x86-64.so.2"
}

stage_data() {
    local root=$1 stage=$2 gconv=usr/lib/x86_64-linux-gnu/gconv
    # libmtp converts its file names through iconv and fails without these.
    mkdir -p "$stage/$gconv"
    cp -r "$root/$gconv"/gconv-modules* "$root/$gconv"/{UTF-16,UNICODE}.so "$stage/$gconv/"
    mkdir -p "$stage/usr/lib/locale"
    cp -r "$root/usr/lib/locale/C.utf8" "$stage/usr/lib/locale/"
    # udev's own rules for permissions and properties; none of the rest.
    mkdir -p "$stage/usr/lib/udev/rules.d"
    cp "$root/lib/udev/rules.d/50-udev-default.rules" "$stage/usr/lib/udev/rules.d/"
    ln -s /usr/bin/udevadm "$stage/usr/lib/udev/udevd"
}
