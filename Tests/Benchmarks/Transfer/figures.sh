# shellcheck shell=bash disable=SC2034
# From the guest's values to figures, and which of these are gates.

declare -A values
missed=0

# read_values MACHINE FILE: "value NAME WORDS…".
read_values() {
  local name words
  values=()
  while read -r _ name words; do values[$name]=$words; done < <(grep '^value ' "$2")
}

# word NUMBER NAME: one word of a value.
word() {
  local words
  read -ra words <<<"${values[$2]:-}"
  printf '%s' "${words[$1]:-missing}"
}

# figure NAME EXPRESSION UNIT [min|max GATE]: prints it, and remembers a gate that it misses. The
# expression is awk's.
figure() {
  local value
  if [[ $2 == *missing* ]]; then
    echo "transfer: $1 could not be measured" >&2
    missed=1
    return
  fi
  value=$(awk "BEGIN { printf \"%.3f\", $2 }")
  echo "figure $1 $value $3"
  case ${4:-} in
    min) awk "BEGIN { exit !($value >= $5) }" && return ;;
    max) awk "BEGIN { exit !($value <= $5) }" && return ;;
    *) return 0 ;;
  esac
  echo "transfer: $1 is $value, its gate is $4 $5" >&2
  missed=1
}

# require NAME COUNT [NUMBER WORD]: the measurement has so many words, and this one; a player that is
# missing, or has another speed, would be no slower.
require() {
  local words
  read -ra words <<<"${values[$1]:-}"
  if [[ ${#words[@]} != "$2" || ( -n ${3:-} && ${words[${3:-0}]} != "${4:-}" ) ]]; then
    echo "transfer: $1 is '${values[$1]:-}'" >&2
    missed=1
  fi
}

# over A B: how many times the time of B goes into that of A.
over() { printf '%s / %s' "$(word 0 "$1")" "$(word 0 "$2")"; }

# The part of its time that A takes longer than B, in per cent.
excess() { printf '(%s / %s - 1) * 100' "$(word 0 "$1")" "$(word 0 "$2")"; }

# aft_time NAME: android-file-transfer's for 64 MiB, in nanoseconds, of seconds: start, a small file's
# end, the big file's end. It ends with 0 whatever happened: the last word is how much arrived.
aft_time() {
  [[ $(word 3 "$1") == 67108864 ]] || { printf 'missing' && return; }
  printf '(%s - 2 * %s + %s) * 1e9' "$(word 2 "$1")" "$(word 1 "$1")" "$(word 0 "$1")"
}

figures_debian() {
  figure transfer.debian.upload.vs_libmtp "$(over libmtp mapped)" ratio min 1.5
  figure transfer.debian.upload.heap.vs_libmtp "$(over libmtp heap)" ratio
  figure transfer.debian.upload.vs_aft "($(aft_time aft)) / $(word 0 mapped)" ratio min 2
  figure transfer.debian.upload.vs_raw "$(over raw mapped)" ratio min 0.95
  figure transfer.debian.download.vs_libmtp "$(over libmtp.download download)" ratio min 1.3
  figure transfer.encrypt.overhead_percent "$(excess every10 mapped)" percent max 2
  figure transfer.encrypt.framed.overhead_percent "$(excess framed mapped)" percent
  figure transfer.encrypt.digest.overhead_percent "$(excess digest mapped)" percent
  figure transfer.memory.own "$(word 0 memory) / 1024" MiB max 16
  figure transfer.memory.resident "$(word 1 memory) / 1024" MiB
  figure transfer.small.vs_libmtp "$(over small libmtp.small)" ratio max 0.5
  figure transfer.small.out_urbs "$(word 0 urbs)" urbs max 4
  figure transfer.small.in_urbs "$(word 1 urbs)" urbs max 2
  figure transfer.small.libmtp_out_urbs "$(word 0 libmtp.urbs)" urbs
  figure transfer.small.libmtp_in_urbs "$(word 1 libmtp.urbs)" urbs
  figure transfer.small.commit_urbs "$(word 0 commit)" urbs
  # 102 objects: one each, the handles, and one in vain, for it cannot list a folder.
  figure transfer.debian.list.transactions "$(word 0 list.transactions)" transactions max 104
  figure transfer.debian.list.vs_libmtp "$(over libmtp.list list)" ratio min 2
}

figures_functionfs() {
  local speed
  require hs.speed 1 0 high-speed
  require ss.speed 1 0 super-speed
  # The time, how many objects; the time of all, and of each player.
  require list 2 1 2000
  require two.half 3
  require two.slow 3
  require eight.eighth 9
  for speed in hs ss; do
    figure "transfer.$speed.upload.vs_libmtp" "$(over $speed.libmtp $speed.mapped)" ratio min 2.1
    figure "transfer.$speed.upload.heap.vs_libmtp" "$(over $speed.libmtp $speed.heap)" ratio min 1.8
    figure "transfer.$speed.upload.vs_aft" "($(aft_time $speed.aft)) / $(word 0 $speed.mapped)" ratio min 4.5
    figure "transfer.$speed.upload.vs_raw" "$(over $speed.raw $speed.mapped)" ratio min 0.95
    figure "transfer.$speed.download.vs_libmtp" "$(over $speed.libmtp.download $speed.download)" ratio min 1.3
  done
  figure transfer.hs.list.transactions "$(word 0 list.transactions)" transactions max 2
  figure transfer.hs.list.vs_libmtp "$(over libmtp.list list)" ratio min 2
  # With AVX2, the most that the emulated processor has, libcrypto's ChaCha20 takes three instructions for
  # a byte of keystream where AES, in hardware, takes one. They alone are 4 % of the fast player's time; 4.7 to 5.0 is measured, as the boot falls out.
  figure transfer.encrypt.fast.overhead_percent "$(excess hs.aes hs.mapped)" percent max 4
  figure transfer.encrypt.fast.chacha20.overhead_percent "$(excess hs.every10 hs.mapped)" percent max 5.5
  figure transfer.encrypt.fast.framed.overhead_percent "$(excess hs.framed hs.mapped)" percent
  figure transfer.parallel.slow_neighbour_percent \
    "($(word 1 two.slow) / $(word 1 one.half) - 1) * 100" percent max 10
  figure transfer.parallel.two_vs_one "$(over one.big two.half)" ratio min 0.95
  figure transfer.parallel.eight_vs_one "$(over one.big eight.eighth)" ratio min 0.9
}

figures_qemu() {
  figure transfer.qemu.upload.vs_16k_probe "$(over as.libmtp mapped)" ratio min 2.5
  figure transfer.qemu.upload.heap.vs_16k_probe "$(over as.libmtp heap)" ratio
  # The player's own work costs no time here, so what a program does besides is all that is compared.
  figure transfer.qemu.upload.vs_raw "$(over raw mapped)" ratio min 0.85
  figure transfer.encrypt.qemu.overhead_percent "$(excess every10 mapped)" percent
}
