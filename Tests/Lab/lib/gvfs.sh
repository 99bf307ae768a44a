# What a desktop mounts a player with: gvfs and a session bus, without the 190 packages that Debian's
# gvfs-backends brings along for everything else.
# shellcheck shell=bash

gvfs_packages=(
    gvfs gvfs-backends gvfs-daemons gvfs-libs gvfs-common
    dbus-daemon dbus-session-bus-common libdbus-1-3 libsystemd0 libexpat1 libapparmor1 libaudit1
    libcap-ng0 liblz4-1
    libglib2.0-0 libglib2.0-bin gsettings-desktop-schemas libffi8 libmount1 zlib1g
    libgudev-1.0-0 libsecret-1-0 libgcr-base-3-1 libgck-1-0 libp11-kit0
)

# extract_gvfs FOLDER: leaves them there, as they are to lie in the guest.
extract_gvfs() {
    local debs=$1.debs root=$1.root deb libraries=usr/lib/x86_64-linux-gnu
    mkdir -p "$debs" "$root/$libraries" "$1/usr/"{bin,libexec,share/glib-2.0} "$1/$libraries/gio/modules"
    # Some packages still name /lib.
    ln -s usr/lib "$root/lib"
    download_packages "$debs" "${gvfs_packages[@]}"
    for deb in "$debs"/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
    LD_LIBRARY_PATH=$root/$libraries "$root/$libraries/glib-2.0/glib-compile-schemas" \
        "$root/usr/share/glib-2.0/schemas"
    cp "$root"/usr/bin/{dbus-daemon,gio} "$1/usr/bin/"
    cp "$root"/usr/libexec/{gvfsd,gvfsd-mtp} "$1/usr/libexec/"
    cp -r "$root"/usr/share/{dbus-1,gvfs} "$1/usr/share/"
    cp -r "$root/usr/share/glib-2.0/schemas" "$1/usr/share/glib-2.0/"
    cp "$root/$libraries/gio/modules/libgvfsdbus.so" "$1/$libraries/gio/modules/"
    cp -r "$root/$libraries/gvfs" "$root/$libraries/"*.so.* "$1/$libraries/"
    rm -rf "$debs" "$root"
}
