#!/usr/bin/env bash
# The built tool beside real players: what `pinstripe` does over a whole USB
# stack, good and bad, one line a check. Two machines run at a time; some five
# minutes on two idle processors.
#
# usage: tests.sh [--large] [GROUP…]
#   GROUP    job, suite-umtp, suite-ours, suite-qemu, suite-fat, sizes, faults, events, gvfs, profiles,
#            costumes, qemu, sync, sync-unplugs, speed (default: these), hostile, unplugs,
#            fat-unplugs, large, large-ours
#   --large  also the last five: a hostile player, pulled cables, and objects of more than 4 GiB;
#            some twenty-five minutes, 5 GB of disk
# environment: PINSTRIPE            the tool (default: the debug build, made if missing)
#              PINSTRIPE_LAB_LIMIT  seconds for one group (default 400), for hosts that do much else
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
all_groups=(sync-unplugs suite-umtp suite-ours faults job sizes suite-fat sync events gvfs
    suite-qemu profiles costumes qemu speed)
# Real seconds for one group's commands, on a machine that others use too.
group_limit=${PINSTRIPE_LAB_LIMIT:-400}
large_limit=7200

# shellcheck source=../packages.sh
source "$here/../packages.sh"

groups=()
for argument in "$@"; do
    case $argument in
    --large) groups+=("${all_groups[@]}" hostile unplugs fat-unplugs large large-ours) ;;
    -h | --help)
        sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//p}' "$0"
        exit 0
        ;;
    job | suite-umtp | suite-ours | suite-qemu | suite-fat | sizes | faults | events | gvfs | profiles | costumes \
        | qemu | hostile | sync | sync-unplugs | fat-unplugs | speed | unplugs | large | large-ours)
        groups+=("$argument")
        ;;
    *)
        echo "tests.sh: unknown argument '$argument'" >&2
        exit 64
        ;;
    esac
done
[[ ${#groups[@]} -gt 0 ]] || groups=("${all_groups[@]}")

pinstripe=${PINSTRIPE:-$repository/.build/debug/pinstripe}
[[ -n ${PINSTRIPE:-} || -x $pinstripe ]] || (cd "$repository" && swift build --product pinstripe)
# As the tool was built: an emulated processor takes three times as long for a debug build.
configuration=$(basename "$(dirname "$(readlink -f "$pinstripe")")")
[[ $configuration == release ]] || configuration=debug
# need_program GROUP PRODUCT: builds what a group wants beside the tool.
need_program() {
    [[ " ${groups[*]} " != *" $1 "* ]] \
        || (cd "$repository" && swift build -c "$configuration" --product "$2" > /dev/null)
}
watcher=$repository/.build/$configuration/LabWatcher
memory_player=$repository/.build/$configuration/LabPlayer
cases=$repository/.build/$configuration/LabCases
need_program events LabWatcher
need_program hostile LabPlayer
for group in suite-ours large-ours costumes; do need_program $group LabPlayer; done
for group in suite-umtp suite-ours large-ours; do need_program $group LabCases; done

[[ " ${groups[*]} " != *fat* ]] || need_debian_packages dosfstools
[[ ! " ${groups[*]} " =~ \ (costumes|sync|qemu|suite-fat)\  ]] || need_debian_packages libjpeg-turbo-progs
if ! python3 -c 'import cryptography' 2> /dev/null; then
    need_debian_packages python3 python3-cryptography
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/pinstripe-lab-tests-XXXXXX")
trap 'rm -rf "$work"' EXIT
# In the guest it is called pinstripe, whatever it is called here.
ln -s "$(readlink -f "$pinstripe")" "$work/pinstripe"

# options_of GROUP: the array `options` for its machine.
options_of() {
    options=(--limit "$group_limit" --share "$work/$1.share" --program "$work/pinstripe"
        --file "$here/tests:/tests" --file "$repository/Examples/Media/idle_tune.mp3")
    case $1 in
    faults) options+=(--storage-mib 64) ;;
    events) options+=(--program "$watcher") ;;
    gvfs) options+=(--file "$work/gvfs:/gvfs") ;;
    costumes | hostile) options+=(--player none --program "$memory_player") ;;
    suite-umtp) options+=(--program "$cases") ;;
    suite-ours) options+=(--player none --program "$memory_player" --program "$cases") ;;
    suite-qemu) options+=(--player qemu) ;;
    *fat*)
        options+=(--player none --memory 512 --program "$(command -v mkfs.fat)"
            --program "$(command -v fsck.fat)")
        ;;
    qemu) options+=(--player qemu) ;;
    speed) options+=(--icount) ;;
    large-ours)
        options+=(--limit "$large_limit" --player none --program "$memory_player" --program "$cases")
        ;;
    large) options+=(--limit "$large_limit") ;;
    esac
    case $1 in
    costumes | sync | qemu | suite-fat)
        options+=(--program "$(command -v cjpeg)" --program "$(command -v djpeg)")
        ;;
    esac
}

# run_group GROUP: its machine, then what the host can tell about its findings.
run_group() {
    local options status=0 began=$SECONDS lines=$work/$1.lines
    options_of "$1"
    mkdir "$work/$1.share"
    "$here/lab" run "${options[@]}" -- sh "/tests/$1.sh" > "$lines" 2> "$work/$1.err" || status=$?
    grep -q "^end   $1\$" "$lines" || {
        echo "FAIL  $1 came to its end (status $status)"
        sed 's/^/      | /' "$work/$1.err" | tail -n 8
    } > "$work/$1.end"
    [[ ! -e $here/tests/$1-findings.py ]] \
        || python3 "$here/tests/$1-findings.py" "$work/$1.share" "$repository" > "$work/$1.findings" 2>&1 \
        || echo "FAIL  the host could judge what $1 found" >> "$work/$1.findings"
    cat "$work/$1".{findings,end} >> "$lines" 2> /dev/null || true
    echo "info  $1 took $((SECONDS - began)) s" >> "$lines"
}

if [[ " ${groups[*]} " == *" gvfs "* ]]; then
    # In a shell of its own: the lab's parts have words of their own for what they share.
    (
        source "$here/lib/common.sh"
        source "$here/lib/packages.sh"
        source "$here/lib/gvfs.sh"
        extract_gvfs "$work/gvfs"
    )
fi

# Once before all, lest each machine waits for the other's download.
"$here/lab" build 2> "$work/build.err" || {
    cat "$work/build.err" >&2
    exit 125
}
for group in "${groups[@]}"; do
    while [[ $(jobs -rp | wc -l) -ge 2 ]]; do wait -n; done
    run_group "$group" &
done
wait

for group in "${groups[@]}"; do
    printf -- '--- %s\n' "$group"
    grep -av '^end ' "$work/$group.lines"
done
passed=$(cat "$work"/*.lines | grep -ac '^ok  ' || true)
failed=$(cat "$work"/*.lines | grep -ac '^FAIL' || true)
printf '%s passed, %s failed\n' "$passed" "$failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
