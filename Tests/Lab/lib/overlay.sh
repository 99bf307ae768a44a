# The overlay: a run's own files, as a second archive behind the base.
# shellcheck shell=bash disable=SC2034,SC2154  # the parts share variables

# guest_path PATH: the same place in the guest, where /lib and the like are
# links: an archive that named them as directories would replace the links.
guest_path() {
    case $1 in
    /bin/* | /sbin/* | /lib/* | /lib64/*) printf '/usr%s' "$1" ;;
    *) printf '%s' "$1" ;;
    esac
}

# put STAGE HOST GUEST: copies what HOST points to.
put() {
    local target
    target=$1$(guest_path "$3")
    mkdir -p "$(dirname "$target")"
    cp -rL --preserve=mode,timestamps "$2" "$target"
}

# add_program STAGE FILE: the program stays at its own path, for its RUNPATH
# may be relative to it, and its libraries stay where its loader found them.
add_program() {
    local stage=$1 path listing library
    path=$(readlink -f "$2")
    put "$stage" "$path" "$path"
    mkdir -p "$stage/usr/local/bin"
    ln -sfn "$(guest_path "$path")" "$stage/usr/local/bin/$(basename "$2")"
    # A script or a static program has none: ldd fails, and that is fine.
    listing=$(ldd "$path" 2> /dev/null) || return 0
    if grep -q 'not found' <<< "$listing"; then
        die "$path lacks $(awk '/not found/{print $1; exit}' <<< "$listing")"
    fi
    while read -r library; do
        put "$stage" "$library" "$library"
        dirname "$library" >> "$stage/etc/ld.so.conf"
    done < <(grep -o '/[^ ]*' <<< "$listing" | sort -u)
}

# quote WORD: for any POSIX shell.
quote() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# make_overlay FOLDER MODE: leaves FOLDER/overlay, the archive.
make_overlay() {
    local folder=$1 mode=$2 stage=$1/stage item
    mkdir -p "$stage/etc/lab"
    cp -r "$lab_home/guest/." "$stage/"
    chmod -R u=rwX,go=rX "$stage"
    {
        echo "mode=$mode player=$player storage_mib=$storage_mib share=${share:+yes}"
        echo "terminal=$(quote "$(stty size 2> /dev/null || true)")"
    } > "$stage/etc/lab/settings"
    {
        for item in "${command[@]}"; do
            quote "$item"
            printf ' '
        done
        echo
    } > "$stage/etc/lab/command"
    for item in "${programs[@]}"; do add_program "$stage" "$item"; done
    for item in "${files[@]}"; do
        case $item in
        *:/*) put "$stage" "${item%%:/*}" "/${item#*:/}" ;;
        *) put "$stage" "$item" "/tmp/$(basename "$(readlink -f "$item")")" ;;
        esac
    done
    # Libraries from unusual folders are found through the loader's cache, as
    # on the host; LD_LIBRARY_PATH would overrule other programs' RUNPATH.
    if [[ -e $stage/etc/ld.so.conf ]]; then
        sort -u -o "$stage/etc/ld.so.conf" "$stage/etc/ld.so.conf"
        PATH=$PATH:/usr/sbin:/sbin ldconfig -X -r "$stage" 2> /dev/null
    fi
    pack_archive "$stage" > "$folder/overlay"
    rm -rf "$stage"
}
