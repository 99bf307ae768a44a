# What the guest is made of: Debian packages, downloaded, never installed on
# the host.
# shellcheck shell=bash

# The player's responder, the tools that talk to it, and the libraries both
# need. A library missing here makes the build fail by name (base.sh).
guest_packages=(
    busybox-static                                  # the guest's shell and tools
    umtp-responder                                  # the player
    mtp-tools libmtp9 libgcrypt20 libgpg-error0     # the peer we compare with
    usbutils libusb-1.0-0 libudev1                  # lsusb
    usbip libwrap0                                  # a player in another machine
    libc6 libc-bin                                  # loader, iconv tables, C.UTF-8
    # A real udevd, for without it libusb never reports hot-plug.
    udev libkmod2 libacl1 libblkid1 libcap2 libselinux1 libpcre2-8-0
    libzstd1 liblzma5 libssl3
)

# kernel_package: the versioned package behind linux-image-amd64. The version
# moves with every security update, so it is asked for, never written down.
kernel_package() {
    apt-cache depends linux-image-amd64 2> /dev/null \
        | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p'
}

# package_versions NAME…: one "name=version" a line, sorted.
package_versions() {
    apt-cache show --no-all-versions "$@" 2> /dev/null \
        | awk '/^Package: /{p=$2} /^Version: /{print p "=" $2}' | sort -u
}

# guest_package_list: all packages with their versions, refreshing apt's lists
# once when they know too little.
guest_package_list() {
    local kernel list attempt
    for attempt in 1 2; do
        kernel=$(kernel_package)
        list=$(package_versions ${kernel:+"$kernel"} "${guest_packages[@]}")
        if [[ -n $kernel && $(wc -l <<< "$list") -eq $((${#guest_packages[@]} + 1)) ]]; then
            printf '%s\n' "$list"
            return
        fi
        [[ $attempt -eq 2 ]] || as_root apt-get update --quiet >&2
    done
    die "apt does not know every package of the lab (is this Debian 12 on amd64, with network?)"
}

# download_packages FOLDER NAME=VERSION…
download_packages() {
    local folder=$1 options=()
    shift
    # As root, apt would drop to its own account, which cannot write here.
    [[ $EUID -ne 0 ]] || options=(-o APT::Sandbox::User=root)
    (
        cd "$folder"
        apt-get "${options[@]}" --quiet --quiet download "$@" >&2
    ) || {
        # The usual cause: the lists are older than the archive.
        as_root apt-get update --quiet >&2
        (cd "$folder" && apt-get "${options[@]}" --quiet --quiet download "$@" >&2) \
            || die "apt-get could not download the guest's packages; run 'lab build' again later"
    }
}
