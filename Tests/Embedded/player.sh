# shellcheck shell=bash disable=SC2154
# The reference player under qemu-user: what it decrypts byte by byte, what it decodes against the same
# architecture's own decoders, rights, damage, playlists and commands. Sourced by run.sh, never run.

# Two seconds of music in every format, and the first of them cut in two at an odd place.
make_clips() {
  local clips=$work/clips part
  local convert=(ffmpeg -nostdin -v error -y)
  need_packages ffmpeg=ffmpeg
  mkdir -p "$clips"
  "${convert[@]}" -ss 5 -i "$mp3" -t 2 -ar 44100 -ac 2 -bitexact "$clips/tune.wav"
  convert+=(-i "$clips/tune.wav" -bitexact)
  "${convert[@]}" "$clips/tune.aiff"
  "${convert[@]}" -c:a pcm_f32le "$clips/float.wav"
  "${convert[@]}" "$clips/tune.flac"
  "${convert[@]}" -c:a libvorbis -q:a 4 "$clips/tune.ogg"
  "${convert[@]}" -ar 48000 -c:a libopus -b:a 96k "$clips/opus.ogg"
  "${convert[@]}" -c:a libmp3lame -b:a 128k "$clips/tune.mp3"
  "${convert[@]}" -c:a aac -b:a 128k "$clips/tune.aac"
  "${convert[@]}" -c:a aac -b:a 128k "$clips/tune.m4a"
  "${convert[@]}" -c:a alac "$clips/alac.m4a"
  for part in flac mp3 ogg; do
    "${convert[@]}" -af atrim=end_sample=50000 "$clips/first.$part"
    "${convert[@]}" -af atrim=start_sample=50000,asetpts=PTS-STARTPTS "$clips/second.$part"
  done
}

# Started by a loader, the player does not find its codecs by itself.
play() {
  on_target "$player" --codecs "${player%/*}/codecs" --keybox "$work/tracks/device.keybox" --allow-test "$@"
}

# refuses EXIT-CODE WORDS ARGUMENT… : nothing on stdout, one sentence on stderr with these words.
refuses() {
  local code=$1 words=$2 status=0
  shift 2
  "$@" >"$work/out" 2>"$work/err" || status=$?
  expect "$* ends with $code, not $status" test "$status" = "$code"
  expect "$* prints on stdout" test ! -s "$work/out"
  expect "$* says: $(<"$work/err")" grep -qF -- "$words" "$work/err"
  expect "$* says more than a sentence" test "$(wc -l <"$work/err")" = 1
}

# passes_over EXIT-CODE WORDS ARGUMENT… : plays what `expected` holds, says these words, ends with this.
passes_over() {
  local code=$1 words=$2 status=0
  shift 2
  play --raw "$@" >"$work/out" 2>"$work/err" || status=$?
  expect "$* ends with $code, not $status" test "$status" = "$code"
  expect "$* says: $(<"$work/err")" grep -qF -- "$words" "$work/err"
  expect "$* plays the rest" cmp -s "$work/out" "$work/expected"
}

# The command that `play` gives, as the array `command`, for those who start it themselves.
describe_command() {
  local loader=("$sysroot"/lib*/ld-linux*.so.*)
  if [[ -n $emulator ]]; then
    command=("$emulator" -L "$sysroot")
  else
    command=("${loader[0]}" --library-path "$sysroot/lib/$gnu:$sysroot/usr/lib/$gnu")
  fi
  command+=("$player" --codecs "${player%/*}/codecs" --keybox "$work/tracks/device.keybox" --allow-test)
}

check_decryption() {
  local track
  for track in every10 every10-aes every3-phase2 every1 trailer framed framed-trailer; do
    expect "$track decrypts" cmp -s "$mp3" <(play --decrypt "$tracks/$track.pst")
  done
  expect "--grant" cmp -s "$mp3" <(play --grant "$tracks/group.grant" --decrypt "$tracks/group.pst")
  expect "--allow-clear" cmp -s "$mp3" <(play --allow-clear --decrypt "$tracks/clear.pst")
  for track in chunks-4k chunks-64k; do
    expect "$track decrypts" cmp -s "$work/clips/tune.flac" <(play --decrypt "$tracks/$track.pst")
    expect "$track has chunk tags" grep -qx 'chunk-tags: yes' <(play --info "$tracks/$track.pst")
  done
  expect "decrypted content is wiped" leaves_nothing "$(($(stat -c %s "$mp3") - 32)):32:$mp3" "$player" \
    --keybox "$tracks/device.keybox" --allow-test --decrypt "$tracks/every10.pst"
  expect "--info, framed" grep -qx 'pattern: framed 32/64' <(play --info "$tracks/framed.pst")
  expect "--info" grep -qx 'pattern: every 10' <(play --info "$tracks/every10.pst")
}

# Each format against the same architecture's own decoder on the unencrypted file, whole and from a
# second on.
check_formats() {
  local clip second
  for clip in tune.wav tune.aiff tune.flac tune.ogg opus.ogg tune.mp3; do
    on_target "$work/reference-none-$short" "$work/clips/$clip" >"$work/whole.raw"
    on_target "$work/reference-none-$short" "$work/clips/$clip" 1 >"$work/from1.raw"
    expect "the reference has sound of $clip" test -s "$work/from1.raw"
    expect "$clip" cmp -s "$work/whole.raw" <(play --raw "$tracks/clip-$clip.pst")
    expect "$clip --from 1" cmp -s "$work/from1.raw" <(play --raw --from 1 "$tracks/clip-$clip.pst")
  done
  tail -c +45 "$work/clips/tune.wav" >"$work/tune.raw"
  for clip in alac.m4a float.wav; do
    expect "$clip is lossless" cmp -s "$work/tune.raw" <(play --raw "$tracks/clip-$clip.pst")
  done
  # FAAD2's own program, whose M4A reader is its own too.
  on_target "$sysroot/usr/bin/faad" -q -w -f 2 -b 1 "$work/clips/tune.aac" >"$work/whole.raw" 2>/dev/null
  play --raw "$tracks/clip-tune.aac.pst" >"$work/aac.raw"
  expect "tune.aac" cmp -s "$work/whole.raw" "$work/aac.raw"
  play --raw "$tracks/clip-tune.m4a.pst" >"$work/m4a.raw"
  expect "tune.m4a has no padding" test "$(stat -c %s "$work/m4a.raw")" = 352800
  # AAC's noise is each decoder's own; 40 dB below the music is far less than any other fault.
  expect "tune.m4a sounds like tune.aac" python3 "$here/alike.py" 40 "$work/aac.raw" "$work/m4a.raw"
  for clip in tune.aac tune.m4a; do
    second=$work/${clip#tune.}.raw
    expect "$clip --from 1" python3 "$here/alike.py" 40 <(tail -c +176401 "$second") \
      <(play --raw --from 1 "$tracks/clip-$clip.pst")
  done
  play --wav "$tracks/clip-tune.flac.pst" >"$work/out.wav"
  expect "WAV samples" cmp -s "$work/tune.raw" <(tail -c +45 "$work/out.wav")
  expect "WAV length" test "$(od -An -tu4 -j40 -N4 "$work/out.wav" | tr -d ' ')" = 352800
}

# The units by themselves, with inputs that the player does not give them.
check_units() {
  build_program codec-units openssl codec_units.c -ldl
  count_lines "codec units" on_target "$work/codec-units-openssl-$short" "${player%/*}/codecs" "$work/clips"
}

# Two tracks that were one: nothing between them, nothing lost, whatever padding their encoder added.
check_gapless() {
  expect "FLAC, gapless" cmp -s "$work/tune.raw" \
    <(play --raw "$tracks/clip-first.flac.pst" "$tracks/clip-second.flac.pst")
  expect "FLAC, and a track without sound between" cmp -s "$work/tune.raw" \
    <(play --raw "$tracks/clip-first.flac.pst" "$tracks/no-frames.pst" "$tracks/clip-second.flac.pst")
  local format
  for format in mp3 ogg; do
    play --raw "$tracks/clip-first.$format.pst" "$tracks/clip-second.$format.pst" >"$work/out"
    expect "$format, gapless, has every sample" test "$(stat -c %s "$work/out")" = 352800
    expect "$format, gapless, is the music" python3 "$here/alike.py" 12 "$work/tune.raw" "$work/out"
    # The loudest step between two samples around the cut is one that the music has elsewhere.
    expect "$format, gapless, has no click" python3 "$here/alike.py" --step 50000 "$work/out"
  done
}

check_playlists() {
  local list=$work/lists
  mkdir -p "$list/music"
  cp "$tracks/clip-first.flac.pst" "$list/music/1 eins.pst"
  cp "$tracks/clip-second.flac.pst" "$list/music/2 zwö.pst"
  : >"$list/music/.half.pst"
  : >"$list/music/cover.jpg"
  expect "a folder" cmp -s "$work/tune.raw" <(play --raw "$list/music")
  printf '#EXTM3U\n#EXTINF:1,x\nmusic/1 eins.pst\n\nmusic/2 zwö.pst\n' >"$list/plain.m3u8"
  expect "an M3U8" cmp -s "$work/tune.raw" <(play --raw "$list/plain.m3u8")
  printf '\xef\xbb\xbf#EXTM3U\r\nmusic\\1 eins.pst\r\nmusic\\2 zw\xf6.pst\r\n' >"$list/desktop.m3u"
  expect "an M3U with a mark, in Latin-1, with backslashes" cmp -s "$work/tune.raw" \
    <(play --raw "$list/desktop.m3u")
  cp "$work/tune.raw" "$work/expected"
  printf 'music/1 eins.pst\nmusic/none.pst\nplain.m3u8\nhttp://example.org/x.pst\nmusic/2 zwö.pst\n' >"$list/odd.m3u"
  passes_over 65 "a list or folder within a list" "$list/odd.m3u"
  passes_over 65 "none.pst cannot be read" "$list/odd.m3u"
  { head -c 5000 /dev/zero && printf '\nmusic/\033[2J\302\233J\n' && head -c 5000 /dev/urandom; } >"$list/noise.m3u"
  : >"$work/expected"
  passes_over 65 "no path" "$list/noise.m3u"
  expect "a list's name does not control the terminal" test "$(tr -cd '\033' <"$work/err" | wc -c)" = 0
  expect "nor by U+009B" test "$(LC_ALL=C grep -c "$(printf "\302\233")" "$work/err")" = 0
  head -c 600000 /dev/zero >"$list/large.m3u"
  passes_over 65 "too large" "$list/large.m3u"
}

check_refusals() {
  local track
  describe_command
  mkdir -p "$work/lists/empty"
  refuses 66 "lists/empty holds no track" play --raw "$work/lists/empty"
  refuses 66 "$tracks/none.pst" play --raw "$tracks/none.pst"
  refuses 65 "$tracks/edited.pst was edited" play --raw "$tracks/edited.pst"
  refuses 65 "$tracks/truncated.pst ends before" play --raw "$tracks/truncated.pst"
  refuses 65 "is not a Pinstripe track" play --raw "$mp3"
  refuses 77 "another player" play --raw "$tracks/stranger.pst"
  refuses 77 "not protected" play --raw "$tracks/clear.pst"
  refuses 69 "$tracks/noise.pst holds no sound" play --raw "$tracks/noise.pst"
  refuses 69 "needs the codec unit" play --raw --codecs "$work/lists" "$tracks/every10.pst"
  refuses 77 "TEST keybox" on_target "$player" --keybox "$tracks/device.keybox" --raw "$tracks/every10.pst"
  refuses 65 "not a keybox" on_target "$player" --keybox "$mp3" --raw "$tracks/every10.pst"
  refuses 77 "another player" play --raw "$tracks/group.pst"
  refuses 77 "granted to another device" play --grant "$tracks/stranger.grant" --raw "$tracks/group.pst"
  refuses 65 "not a grant" play --grant "$tracks/device.keybox" --raw "$tracks/group.pst"
  refuses 77 "for a TEST device" on_target "$player" --keybox "$tracks/production.keybox" \
    --grant "$tracks/group.grant" --raw "$tracks/group.pst"
  # With nobody to take the sound, the next file that is opened does not.
  play --state "$work/closed-$short" --new-state
  refuses 74 "cannot be put out" sh -c '"$@" >&-' sh "${command[@]}" --state "$work/closed-$short" --raw \
    "$tracks/clip-tune.flac.pst"
  expect "the lock is no sound" test ! -s "$work/closed-$short.lock"
  refuses 74 "cannot be opened" play --card nonesuch --control "$work/control" "$tracks/every10.pst"
  expect "no control socket is left behind" test ! -e "$work/control"
  # Each is passed over with a sentence, and the next one plays.
  cp "$work/tune.raw" "$work/expected"
  for track in stranger edited truncated rights-late; do
    passes_over "$([[ $track == [er]*d || $track == truncated ]] && echo 65 || echo 77)" "$track.pst" \
      "$tracks/$track.pst" "$tracks/clip-tune.flac.pst"
  done
}

check_formats_change() {
  cat "$work/tune.raw" "$work/tune.raw" >"$work/expected"
  passes_over 69 "48000 Hz; play it by itself" "$tracks/clip-tune.flac.pst" "$tracks/clip-opus.ogg.pst" \
    "$tracks/clip-tune.wav.pst"
}

check_damage() {
  local kind track size status
  # Chunk tags: nothing of the changed piece is decrypted; what was before it plays.
  for track in chunks-4k chunks-64k; do
    status=0
    play --raw "$tracks/$track-damaged.pst" >"$work/out" 2>"$work/err" || status=$?
    expect "$track-damaged ends with 65, not $status" test "$status" = 65
    expect "$track-damaged is named" grep -q "damaged.pst was changed after it was made" "$work/err"
    size=$(stat -c %s "$work/out")
    expect "$track-damaged stops in time" test "$size" -gt 100000 -a "$size" -lt 250000
    # The last 4 KiB are faded out.
    expect "$track-damaged plays unchanged sound" cmp -s -n $((size - 4096)) "$work/out" "$work/tune.raw"
    expect "$track-damaged ends in silence" python3 "$here/alike.py" --last 400 "$work/out"
    play --raw "$tracks/$track-damaged.pst" "$tracks/clip-tune.flac.pst" >"$work/out" 2>/dev/null || true
    expect "after $track-damaged comes the next" cmp -s "$work/tune.raw" <(tail -c 352800 "$work/out")
  done
  # Without: the codec's own concealment, silence where it has none, never a crash.
  for kind in flac mp3 ogg aac m4a; do
    status=0
    play --raw "$tracks/damaged-$kind.pst" >"$work/out" 2>/dev/null || status=$?
    expect "damaged $kind ends with 0 or 65, not $status" test "$status" = 0 -o "$status" = 65
    size=$(stat -c %s "$work/out")
    expect "damaged $kind plays on: $size" test "$size" -gt 170000 -a "$size" -le 356352
  done
  play --raw "$tracks/damaged-flac.pst" >"$work/out" 2>"$work/err" || true
  expect "damaged FLAC keeps its time" test "$(stat -c %s "$work/out")" = 352800
  expect "damaged FLAC is named" grep -q "damaged-flac.pst is damaged" "$work/err"
  expect "damaged FLAC has no click" python3 "$here/alike.py" --gaps "$work/tune.raw" "$work/out"
}

# Whether a sound comes; the rest of it is not waited for.
sounds() {
  [[ $( (play --raw "$@" 2>/dev/null || true) | head -c 4096 | wc -c) == 4096 ]]
}

# What the device says of itself, for the desktop.
check_descriptor() {
  local file=$work/device-$short.pdev keybox=$work/tracks/device.keybox
  play --describe "$file" --revision 7 >"$work/shown"
  expect "--describe writes what DeviceDescriptor.md says" \
    python3 "$here/descriptor.py" "$keybox" "$file" 7 "$(<"$work/shown")"
  refuses 73 "cannot be written" play --describe "$work/absent/device.pdev"
}

check_rights() {
  local track state=$work/state-$short plays
  describe_command
  for track in rights rights-trailer rights-advice; do
    expect "$track decrypts" cmp -s "$mp3" <(play --decrypt "$tracks/$track.pst")
  done
  expect "--info of rights" grep -qx 'rights-plays: 3' <(play --info "$tracks/rights-plays.pst")
  expect "--info says what is not noticed" grep -q '^rights-counter: none' \
    <(play --info "$tracks/rights-plays.pst")
  refuses 77 "may not be played yet" play --raw "$tracks/rights-early.pst"
  refuses 77 "may not be played any more" play --decrypt "$tracks/rights-late.pst"
  refuses 77 "issued for another device" play --raw "$tracks/rights-stranger.pst"
  refuses 65 "rights that were edited" play --raw "$tracks/rights-edited.pst"

  refuses 77 "no --state FILE" play --raw "$tracks/rights-plays.pst"
  refuses 77 "the state is missing" play --state "$state" --raw "$tracks/rights-plays.pst"
  expect "--new-state" play --state "$state" --new-state
  refuses 73 "is there already" play --state "$state" --new-state
  # A lock that another one has is told from one that cannot be made.
  refuses 73 "cannot be locked" play --state "$work/absent/state" --new-state
  refuses 73 "in use by another player" flock "$state.lock" sh -c '"$@"' sh "${command[@]}" --state "$state" --new-state
  refuses 77 "--decrypt counts none" play --state "$state" --decrypt "$tracks/rights-plays.pst"
  # Left behind by a crash, before the state had its name.
  echo noise >"$state.new"
  for plays in 1 2 3; do
    expect "play $plays of 3" sounds --state "$state" "$tracks/rights-plays.pst"
    expect "play $plays is counted" grep -qx "rights-played: $plays" \
      <(play --state "$state" --info "$tracks/rights-plays.pst")
  done
  refuses 77 "as often as it may be" play --state "$state" --raw "$tracks/rights-plays.pst"
  cp "$state" "$state.edited"
  printf '\0' | dd of="$state.edited" bs=1 seek=64 conv=notrunc status=none
  refuses 77 "the state was edited" play --state "$state.edited" --raw "$tracks/rights-plays.pst"
  truncate -s -1 "$state.edited"
  refuses 77 "the state was edited" play --state "$state.edited" --raw "$tracks/rights-plays.pst"
  refuses 77 "the state was edited" play --state "$tracks/stranger.state" --raw "$tracks/rights-plays.pst"
  # What another program wrote from the description of the format.
  cp "$tracks/two-plays.state" "$tracks/later.state" "$work"
  expect "two plays were counted elsewhere" grep -qx "rights-played: 2" \
    <(play --state "$work/two-plays.state" --info "$tracks/rights-plays.pst")
  expect "the third" sounds --state "$work/two-plays.state" "$tracks/rights-plays.pst"
  refuses 77 "as often as it may be" play --state "$work/two-plays.state" --raw "$tracks/rights-plays.pst"
  # A clock that was set back to where the rights still hold.
  expect "within the month" sounds "$tracks/rights-month.pst"
  refuses 77 "may not be played any more" play --state "$work/later.state" --raw "$tracks/rights-month.pst"
  # And one that took the state away first.
  refuses 77 "limited time, and the state is missing" play --state "$work/none.state" --raw \
    "$tracks/rights-month.pst"
  refuses 77 "limited time, and the state was edited" play --state "$tracks/stranger.state" --decrypt \
    "$tracks/rights-month.pst"
}

# The play's writing has eight calls: NAME.new opened, written, synced, closed and renamed; its folder
# opened, synced and closed. The player is killed before each of them, and then each fails: the state is
# always whole, no play is given back, and no note is heard that was not counted.
check_crashes() {
  local state=$work/crash-$short what number heard plays expected status
  play --state "$state" --new-state
  for what in kill fail; do
    for number in 1 2 3 4 5 6 7 8; do
      cp "$state" "$state.now"
      rm -f "$state.now.new"
      status=0
      heard=$(preload crash "CRASH=$what:$number" "$player" --codecs "${player%/*}/codecs" --allow-test \
        --keybox "$tracks/device.keybox" --state "$state.now" --raw "$tracks/rights-plays.pst" \
        2>"$work/err" | head -c 4096 | wc -c) || true
      plays=$(play --state "$state.now" --info "$tracks/rights-plays.pst" | sed -n 's/^rights-played: //p')
      # From the renaming on it is the new state.
      expected=$((number > 5))
      expect "$what at call $number: played ${plays:-never}" test "$plays" = $expected
      # A folder that is closed in vain harms nobody.
      [[ $what$number == fail8 ]] && expected=4096 || expected=0
      expect "$what at call $number: $heard bytes of sound" test "$heard" = $expected
      [[ $what$expected == fail4096 ]] ||
        expect "$what at call $number is said" test "$(grep -c 'cannot be written' "$work/err")" = "$([[ $what == fail ]] && echo 1 || echo 0)"
      [[ $what == kill ]] || expect "nothing is left after call $number" test ! -e "$state.now.new"
    done
  done
}

# However it is asked, no more than a portion is read at once, and never far ahead of what was put out
# (US 2001/0016836, paragraph 48). The WAV's bytes are its samples, so the distance can be seen.
check_portions() {
  [[ -n $emulator ]] || return 0
  "$emulator" -strace -L "$sysroot" "$player" --keybox "$tracks/device.keybox" --allow-test --raw \
    "$tracks/clip-tune.wav.pst" 2>"$work/calls" >/dev/null
  expect "small portions" python3 "$here/portions.py" "$work/calls" "${emulator#qemu-}"
}

check_control() {
  describe_command
  count_lines "commands" python3 "$here/control.py" "$work" "${command[@]}"
}

# count_lines NAME COMMAND… adds up a test program's closing line.
count_lines() {
  local name=$1 line
  shift
  "$@" >"$work/log" 2>&1 || true
  line=$(tail -n 1 "$work/log")
  grep -E '^FAILED' "$work/log" || true
  echo "$short $name: $line"
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    cat "$work/log"
    expect "$name ended early" false
  fi
}

check_player() {
  local tracks=$work/tracks
  build_program reference none reference.c -lsndfile
  check_decryption
  check_formats
  check_units
  check_gapless
  check_playlists
  check_refusals
  check_formats_change
  check_damage
  check_descriptor
  check_rights
  check_crashes
  check_portions
  check_control
}
