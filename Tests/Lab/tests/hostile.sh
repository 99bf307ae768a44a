#!/bin/sh
# The hostile player of PinstripeTestSupport over FunctionFS: whatever it does, the tool ends with one
# sentence, within its timeouts, and is not killed by a signal.
# shellcheck source=guest.sh
. /tests/guest.sh

modprobe dummy_hcd
of_size 70000 song.mp3

# survives: the tool failed, and said so in one sentence. 124 is timeout's own.
survives() {
    case $status in
    0 | 124 | 12[5-9] | 1[3-9]? | 2??) return 1 ;;
    esac
    [ "$(wc -l < /tmp/err)" = 1 ] && grep -q '^pinstripe: .*\.$' /tmp/err
}

# limited ARGUMENT…: the tool, for at most a minute, and in 512 MiB of addresses: enough for its threads'
# stacks and arenas, and too little for what would be allocated by a player's word.
limited() {
    status=0
    # shellcheck disable=SC3045  # dash and busybox have it
    (ulimit -v 524288 && exec timeout 60 pinstripe "$@") > /tmp/out 2> /tmp/err || status=$?
}

# From the eighth command on, a push has begun to look at the folder. (The unit tests have every malice
# from every command on; these are those that concern USB, and two of datasets.)
for malice in greatest-counts noise short-lengths other-transactions cut-transfers empty-transfers \
    endless-transfers stalls; do
    memory-player 0 --objects 3 --malice $malice --from 8
    limited push song.mp3
    check "push survives $malice" survives
    memory-player-off 0
done
memory-player 0 --objects 3 --malice all-ones
limited ls
check "ls survives a player that is hostile from the start" survives
check "and says so" fails 76 'not valid MTP'
memory-player-off 0
memory-player 0 --objects 3 --malice silence --from 4
limited ls
check "silence ends" survives
check "and is called so" fails 76 'did not answer in time'
memory-player-off 0
check "the player was never reset" [ "$(resets)" = 0 ]
done_with hostile
