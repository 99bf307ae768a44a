# The virtual machine: its command line, and what became of it.
# shellcheck shell=bash disable=SC2034,SC2154  # the parts share variables

# Real seconds to boot and to see the player: some four on an idle machine,
# generous because a build server's processors are shared.
readonly boot_limit=${LAB_BOOT_LIMIT:-120}

# Guest memory besides storage and files: kernel, tools and what COMMAND needs.
readonly spare_memory_mib=384

# prepare_machine MODE: makes the run's folder and the array `machine`.
prepare_machine() {
    ensure_base
    work=$(mktemp -d "${TMPDIR:-/tmp}/pinstripe-lab-XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir "$work/out" "$work/music"
    touch "$work/out/stdout" "$work/out/stderr"
    make_overlay "$work" "$1"
    cat "$base/initramfs" "$work/overlay" > "$work/initrd"
    describe_machine
}

describe_machine() {
    local overlay_mib memory
    overlay_mib=$(($(stat -c %s "$work/overlay") / 1048576))
    # The archive and its unpacked files are in memory at the same time.
    memory=${memory_mib:-$((spare_memory_mib + storage_mib + 2 * overlay_mib))}
    machine=(qemu-system-x86_64 -nodefaults -no-user-config -display none
        # Never KVM: where it is missing or broken it hangs, and instruction
        # counting needs TCG. "max" has the SIMD and random instructions;
        # five-level page tables only cost time.
        -machine pc -cpu "max,la57=off" -smp "$cpus" -m "${memory}M"
        -no-reboot -kernel "$base/kernel" -initrd "$work/initrd"
        # ramfs, for a tmpfs root takes no more than half of the memory.
        -append "console=ttyS0 quiet panic=-1 rootfstype=ramfs"
        -serial "file:$work/console.log"
        -virtfs "local,id=lab,path=$work/out,mount_tag=lab,security_model=none")
    if [[ -n $icount ]]; then
        machine+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off")
    else
        machine+=(-accel tcg)
    fi
    if [[ -n $share ]]; then
        machine+=(-virtfs "local,id=share,path=$share,mount_tag=share,security_model=none")
    fi
    if [[ -n $link ]]; then
        machine+=(-netdev "socket,id=link,connect=127.0.0.1:$link" -device "virtio-net-pci,netdev=link")
    fi
    if [[ $player == qemu ]]; then
        machine+=(-device qemu-xhci
            -device "usb-mtp,rootdir=$work/music,readonly=off"
            -virtfs "local,id=music,path=$work/music,mount_tag=music,security_model=none")
    fi
}

clean_up() {
    if [[ -n ${qemu:-} ]]; then
        kill "$qemu" 2> /dev/null || true
        wait "$qemu" || true    # it writes into the folder until it is gone
    fi
    rm -rf "$work"
}

stage() { cat "$work/out/stage" 2> /dev/null || true; }

# now: microseconds.
now() { echo "${EPOCHREALTIME//[.,]/}"; }

run_machine() {
    local deadline tails=() started='' late='' status=0
    prepare_machine run
    "${machine[@]}" < /dev/null > "$work/qemu.log" 2>&1 &
    qemu=$!
    # The guest writes into plain files, so every byte is there once it says
    # it is done; tail passes them on meanwhile, and leaves after QEMU.
    tail -q -c +1 -f -s 0.05 --pid="$qemu" "$work/out/stdout" &
    tails+=($!)
    tail -q -c +1 -f -s 0.05 --pid="$qemu" "$work/out/stderr" >&2 &
    tails+=($!)
    deadline=$(($(now) + boot_limit * 1000000))
    while kill -0 "$qemu" 2> /dev/null; do
        case $(stage) in
        finished | failed) break ;;
        command)
            if [[ -z $started ]]; then
                started=yes
                deadline=$(($(now) + limit * 1000000))
            fi
            ;;
        esac
        if [[ $(now) -gt $deadline ]]; then
            late=yes
            break
        fi
        sleep 0.05
    done
    if [[ -n $late || -s $work/out/stage && $(stage) != command ]]; then
        kill "$qemu" 2> /dev/null || true
    fi
    wait "$qemu" || status=$?
    wait "${tails[@]}" || true
    qemu=
    report_run "$status" "$late"
}

# report_run QEMU-STATUS LATE: ends with the command's status, or explains.
report_run() {
    if [[ $(stage) == finished ]]; then
        [[ -z $keep_log ]] || say "console log: $(keep_console)"
        exit "$(cat "$work/out/status")"
    fi
    local what
    case $(stage):$2 in
    command:yes) what="the command did not finish within $limit s (--limit)" ;;
    command:) what="the machine died while the command ran ($(last_words "$1"))" ;;
    player:yes) what="the $player player was not enumerated within $boot_limit s" ;;
    failed:*) what=$(cat "$work/out/failure") ;;
    *:yes) what="the machine did not boot within $boot_limit s" ;;
    *) what="the machine did not boot ($(last_words "$1"))" ;;
    esac
    die "$what; console log: $(keep_console)"
}

# last_words QEMU-STATUS: what QEMU or the kernel said last.
last_words() {
    local line
    line=$(tail -n 1 "$work/qemu.log" 2> /dev/null || true)
    [[ -n $line ]] || line=$(grep -a -m 1 'Kernel panic' "$work/console.log" 2> /dev/null || true)
    printf 'QEMU ended with %s%s' "$1" "${line:+: ${line%$'\r'}}"
}

# keep_console: moves the log out of the run's folder and prints where to.
keep_console() {
    local kept
    kept=$(mktemp "${TMPDIR:-/tmp}/pinstripe-lab-console-XXXXXX.log")
    cat "$work/console.log" "$work/qemu.log" > "$kept" 2> /dev/null || true
    printf '%s' "$kept"
}

shell_machine() {
    local status=0
    [[ -t 0 && -t 1 ]] || usage_error "shell wants a terminal; use run for scripts"
    prepare_machine shell
    say "booting; leave with 'exit', or Ctrl-A x"
    # The terminal is a virtio console of its own: the kernel's messages stay
    # in the console log. signal=off hands Ctrl-C to the guest.
    "${machine[@]}" -chardev "stdio,id=terminal,mux=on,signal=off" \
        -device virtio-serial-pci -device "virtconsole,chardev=terminal" \
        2> "$work/qemu.log" || status=$?
    case $(stage) in
    finished | command) [[ -z $keep_log ]] || say "console log: $(keep_console)" ;;
    *) report_run "$status" "" ;;
    esac
}
