#!/bin/bash
# The main job on real parts: music is encrypted under a device's playback key, sent through libusb
# and the kernel's USB stack to an MTP player, read back, decrypted by the ARM build of the decoder,
# and decoded to sound that equals the original's. Installs what is missing, builds, and runs.
set -euo pipefail

[[ ${1:-} != -h && ${1:-} != --help ]] || {
  echo "usage: quickstart.sh [MUSIC.mp3]    runs the main job with this or with the music that comes along"
  exit
}

here=$(dirname "$(readlink -f "$0")")
package=$(dirname "$here")
music=$(readlink -f "${1:-$here/Media/idle_tune.mp3}")
# shellcheck source-path=SCRIPTDIR source=../Tests/packages.sh
source "$package/Tests/packages.sh"
# shellcheck source-path=SCRIPTDIR source=../Sources/Embedded/targets.sh
source "$package/Sources/Embedded/targets.sh"

step() { printf '\n== %s\n' "$*"; }
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$2"; }

[[ -r $music ]] || fail "cannot read $music; name an MP3 file."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/build.log

step "Installing what is missing from Debian, and building (minutes, the first time)"
need_swift
need_debian_packages "${build_packages[@]}" qemu-user
cd "$package"
swift build -c release --product pinstripe >"$log" 2>&1 || { cat "$log" >&2; fail "the build."; }
tool=$(swift build -c release --show-bin-path)/pinstripe
for arch in aarch64 armv7; do
  "$here/LinuxPlayer/build.sh" "$arch" >"$log" 2>&1 || { cat "$log" >&2; fail "the player's build."; }
done
Tests/Lab/lab build >"$log" 2>&1 || { cat "$log" >&2; fail "the lab's build."; }
"$tool" --version | sed 's/^/pinstripe /'
started=$SECONDS

step "Making a TEST device: its keybox goes into the player, its playback key stays here"
share=$work/share
mkdir "$share"
export PINSTRIPE_KEYS=$share/keys.pks
"$tool" device new "Quickstart player"
"$tool" device export "Quickstart player" --keybox "$work/keybox"

step "Booting a virtual machine with a real USB stack and a player that speaks MTP (umtp-responder)"
name=$(basename "$music")
cp "$music" "$share/music"
cp "$here/quickstart-guest.sh" "$share/"
Tests/Lab/lab run --player umtp --program "$tool" --share "$share" -- \
  sh /share/quickstart-guest.sh "$name" || fail "what ran in the virtual machine."

step "Comparing what lies on the player with the original, byte by byte"
content=$(stat -c %s "$music")
cmp -s "$share/stored.pst" "$share/pulled.pst" || fail "what was read back differs from what is stored."
tail -c +4097 "$share/stored.pst" | head -c "$content" >"$work/payload"
read -r changed elsewhere < <({ cmp -l "$music" "$work/payload" || true; } |
  awk '($1 - 1) % 10 { other++ } END { print NR, other + 0 }')
encrypted=$(number encryptedBytes "$share/push.json")
((elsewhere == 0)) || fail "$elsewhere bytes changed that the pattern does not name."
# One keystream byte of 256 is zero and changes nothing.
((changed > encrypted * 99 / 100)) || fail "only $changed of $encrypted bytes differ."
echo "$encrypted of $content bytes are encrypted, every 10th; $changed of them look different, no other byte does."
"$tool" info "$share/stored.pst"

step "Decrypting and decoding it with the ARM builds of the decoder, as the player would"
"$tool" pack "$music" -o "$work/clear.pst" --clear >/dev/null
original=$(sha256sum <"$music")
for arch in aarch64 armv7; do
  describe_target "$arch-linux"
  sysroot=$("$package/Sources/Embedded/sysroot.sh" "$debian" 2>/dev/null)
  player=$package/.build-embedded/$arch-linux/pinstripe-player
  play() {
    ${emulator:+"$emulator" -L "$sysroot"} "$player" --keybox "$work/keybox" --allow-test --allow-clear "$@"
  }
  decrypted=$(play --decrypt "$share/pulled.pst" | sha256sum)
  [[ $decrypted == "$original" ]] || fail "$arch decrypts to other bytes."
  play --raw "$share/pulled.pst" >"$work/sound"
  play --raw "$work/clear.pst" >"$work/expected"
  [[ -s $work/sound ]] || fail "$arch decodes to silence."
  cmp -s "$work/sound" "$work/expected" || fail "$arch decodes to other sound than of the original."
  echo "$arch: SHA-256 of what it decrypts is the original's; its $(($(stat -c %s "$work/sound") / 1000)) kB of sound too."
done

step "Proven in $((SECONDS - started)) s"
rate=$(($(number bytes "$share/push.json") / ($(number milliseconds "$share/push.json") + 1)))
cat <<END
- encrypted:  $encrypted of $content bytes, every 10th, under a key derived for one device
- uploaded:   $(number bytes "$share/push.json") bytes over kernel USB at $rate kB/s (in an emulated machine: no measure)
- decrypted:  on aarch64 and armv7, hash equal: ${original%% *}
- decoded:    on aarch64 and armv7, sound equal to the unencrypted file's, sample by sample
END
