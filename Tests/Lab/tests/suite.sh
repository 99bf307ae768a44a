# The same cases for every player, by the tool alone; what a player cannot is skipped, for the reason that
# capabilities.txt gives. Sourced by suite-PLAYER.sh, which has plugged the player in.
# shellcheck shell=sh disable=SC2086  # $where is none or two words
# shellcheck source=guest.sh
. /tests/guest.sh

# reason PLAYER CAPABILITY: what the table says.
reason() {
    sed -n "s/^$1  *$2  *//p" /tests/capabilities.txt
}

# can CAPABILITY CASE: whether the player can; says that the case is skipped otherwise.
can() {
    why=$(reason "$player" "$1")
    [ -n "$why" ] || check "the table has $1 of $player" false
    [ "$why" != yes ] || return 0
    [ -z "$why" ] || skip "$2: $why"
    return 1
}

# apart PLAYER WHY: the cases of LabCases, which this player does not get: each with its own reason, where
# the table has one.
apart() {
    sed -n "s/^$1  *\([^ ]*\)  *\(.*\)/\1 \2/p" /tests/capabilities.txt | while read -r capability why; do
        case $capability in delete | folders | any-size | any-name) continue ;; esac
        [ "$why" != yes ] || why=$2
        skip "$1: $capability in a session: $why"
    done
}

# returns FILE NAME: what was sent comes back.
returns() {
    tool pull "$2" -o back $where
    exits 0 && cmp -s "$1" back
}

# lists NAME…: ls shows these and no other.
lists() {
    tool ls --json $where
    for wanted in "$@"; do printf '%s\n' "$wanted"; done | sort > wanted
    tr '{' '\n' < /tmp/out | sed -n 's/^"name":"\([^"]*\)".*/\1/p' | sort | cmp -s - wanted
}

# suite PLAYER [OPTION…]: the cases; the options lead the tool to a player that is no MTP player.
suite() {
    player=$1
    shift
    where=$*
    pinstripe device new Suite > /dev/null 2>&1
    of_size 70001 one.mp3
    of_size 150001 two.mp3
    check "$player: an empty player lists nothing" lists
    tool push one.mp3 --device Suite --name one.pst $where
    check "$player: a track is pushed" exits 0
    check "$player: and listed" lists one.pst
    tool pull one.pst -o one.pst $where
    tool unpack one.pst -o back.mp3
    check "$player: pulled and unpacked, it is the music" cmp back.mp3 one.mp3
    tool push two.mp3 --device Suite --name one.pst $where
    check "$player: a second push of the name is refused" fails 74 'holds "one.pst" already'
    check "$player: which changes nothing" returns one.pst one.pst
    if can delete "$player: replacing, removing"; then
        tool push two.mp3 --device Suite --name one.pst --replace $where
        tool pull one.pst -o new.pst $where
        tool unpack new.pst -o back.mp3
        check "$player: --replace replaces it" cmp back.mp3 two.mp3
        tool rm one.pst $where
        check "$player: rm removes it" lists
    fi
    if can any-size "$player: music of 0, 1 and 65,536 bytes"; then
        for bytes in 0 1 65536; do
            of_size $bytes $bytes.mp3
            tool push $bytes.mp3 --device Suite $where
            tool pull $bytes.pst -o new.pst $where
            tool unpack new.pst -o back.mp3
            check "$player: music of $bytes bytes comes back" cmp back.mp3 $bytes.mp3
            tool rm $bytes.pst $where
        done
    fi
    if can any-name "$player: letters beyond ASCII"; then
        cp one.mp3 'Ünïcödé – 日本語.mp3'
        tool push 'Ünïcödé – 日本語.mp3' --device Suite $where
        check "$player: letters beyond ASCII" lists 'Ünïcödé – 日本語.pst'
        tool rm 'Ünïcödé – 日本語.pst' $where
    fi
    cp one.mp3 'a:b?c*d".mp3'
    tool push 'a:b?c*d".mp3' --device Suite $where
    check "$player: what FAT forbids is replaced" lists a_b_c_d_~3aswwc.pst
    tool rm a_b_c_d_~3aswwc.pst $where
    if can folders "$player: a library with folders"; then
        mkdir -p library/Artist/Album
        cp one.mp3 library/Artist/Album/
        cp two.mp3 library/
        tool sync library --device Suite $where
        check "$player: a library is sent" exits 0
        check "$player: a library arrives" lists Artist/Album/one.pst two.pst
        tool sync library --device Suite $where
        check "$player: again, there is nothing to do" prints ': 2 there already.$'
        of_size 90001 library/two.mp3
        rm -r library/Artist
        tool sync library --device Suite --delete --json $where
        check "$player: it follows its source" prints '"added":0,"replaced":1,"removed":1'
        tool pull two.pst -o new.pst $where
        tool unpack new.pst -o back.mp3
        check "$player: to the newest" cmp back.mp3 library/two.mp3
        tool rm two.pst $where
        check "$player: and leaves nothing else" lists
        rm -r library
    fi
}
