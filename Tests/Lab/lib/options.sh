# The options of run and shell, as variables.
# shellcheck shell=bash disable=SC2034,SC2154  # the parts share variables

player=umtp
share=
storage_mib=256
memory_mib=
cpus=1
limit=120
icount=
link=
keep_log=
programs=()
files=()
command=()

# need_number OPTION VALUE
need_number() {
    [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "$1 wants a whole number above 0, not '$2'"
}

parse_options() {
    local subcommand=$1 option
    shift
    while [[ $# -gt 0 ]]; do
        option=$1
        case $option in
        --help | -h)
            print_help
            exit 0
            ;;
        --icount) icount=yes ;;
        --keep-log) keep_log=yes ;;
        --)
            shift
            command=("$@")
            break
            ;;
        --player | --program | --file | --share | --storage-mib | --memory | --cpus | --limit | --link)
            [[ $# -ge 2 ]] || usage_error "$option wants a value"
            take_option "$option" "$2"
            shift
            ;;
        *) usage_error "unknown option '$option' (a command comes after --)" ;;
        esac
        shift
    done
    if [[ $subcommand == run ]]; then
        [[ ${#command[@]} -gt 0 ]] || usage_error "run wants a command after --"
    else
        [[ ${#command[@]} -eq 0 ]] || usage_error "shell takes no command"
    fi
    [[ -z $icount || $cpus -eq 1 ]] || usage_error "--icount works with one processor only"
}

take_option() {
    case $1 in
    --player)
        [[ $2 =~ ^(umtp|qemu|none)$ ]] || usage_error "--player wants umtp, qemu or none, not '$2'"
        player=$2
        ;;
    --program)
        [[ -f $2 && -x $2 ]] || usage_error "--program '$2' is no executable file"
        programs+=("$2")
        ;;
    --file)
        [[ -e ${2%%:/*} ]] || usage_error "--file '${2%%:/*}' does not exist"
        files+=("$2")
        ;;
    --share)
        [[ -d $2 ]] || usage_error "--share '$2' is no folder"
        # QEMU splits its arguments at commas.
        [[ $2 != *,* ]] || usage_error "--share cannot take a path with a comma"
        share=$(readlink -f "$2")
        ;;
    --storage-mib)
        need_number "$@"
        storage_mib=$2
        ;;
    --memory)
        need_number "$@"
        memory_mib=$2
        ;;
    --cpus)
        need_number "$@"
        cpus=$2
        ;;
    --limit)
        need_number "$@"
        limit=$2
        ;;
    --link)
        need_number "$@"
        link=$2
        ;;
    esac
}
