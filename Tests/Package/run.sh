#!/bin/bash
# What no unit test sees: import rules, linkage, traits, formatting, scripts, installation.
# Closes with one line "N passed, N failed".
set -uo pipefail

usage="usage: run.sh [--release]
  --release  install from a release build too, which takes minutes"

here=$(dirname "$(readlink -f "$0")")
package=$(dirname "$(dirname "$here")")
cd "$package" || exit
with_release=''
case ${1:-} in
  '') ;;
  --release) with_release=yes ;;
  *)
    echo "$usage" >&2
    exit 64
    ;;
esac

passed=0
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

pass() {
  echo "passed: $*"
  passed=$((passed + 1))
}

fail() {
  echo "FAILED: $*"
  failed=$((failed + 1))
}

# expect NAME COMMAND…: the command succeeds and prints nothing; what it prints is the reason.
expect() {
  local name=$1 said
  shift
  if said=$("$@" 2>&1) && [[ -z $said ]]; then
    pass "$name"
  else
    printf '%s\n' "$said" | tail -n 20
    fail "$name"
  fi
}

# (a) Floors, as Package.swift draws them. Targets of one floor are siblings.
declare -A floor=(
  [CPinstripe]=0 [CStripeKernels]=0 [CProviderOpenSSL]=0 [CDeviceProfiles]=0 [CLibUSB]=0
  [CProviderMbedTLS]=0 [CProviderAFALG]=0
  [CLibCrypto]=0 [CJansson]=0 [CTagLib]=0 [CTurboJPEG]=0 [CPNG]=0 [CLinux]=0
  [PinstripeCore]=1 [PinstripePipe]=1 [PinstripeProfile]=1 [PinstripeFiles]=1
  [PinstripeFrames]=1 [PinstripeTags]=1
  [PinstripePlayer]=2 [PinstripeUSB]=2 [PinstripeMTP]=2 [PinstripeKeys]=2 [PinstripeProfiles]=2
  [Pinstripe]=3 [PinstripeTestSupport]=3
  [PinstripeCommand]=4
)
# Of the system, and of the tool's own dependency.
declare -A outside=(
  [Glibc]=0 [Synchronization]=0 [_Volatile]=0 [ArgumentParser]=4
)

# imports DIRECTORY: the modules that its Swift files import.
imports() {
  grep -rhoE --include='*.swift' \
    '^(@[A-Za-z_]+(\([^)]*\))? +)*((public|package|internal|private|fileprivate) +)?import +((struct|class|enum|protocol|func|var|let|typealias) +)?[A-Za-z_0-9]+' \
    "$1" | sed 's/.* //' | sort -u
}

floors() {
  local target module
  for target in Sources/*/; do
    target=$(basename "$target")
    # Scripts and Python, not targets.
    [[ $target != Embedded && $target != Leakage ]] || continue
    if [[ -z ${floor[$target]:-} ]]; then
      echo "Sources/$target has no floor in Tests/Package/run.sh"
      continue
    fi
    while read -r module; do
      [[ -n $module && $module != "$target" ]] || continue
      if [[ -n ${outside[$module]:-} ]]; then
        ((outside[$module] <= floor[$target])) || echo "$target imports $module"
      elif [[ -z ${floor[$module]:-} ]]; then
        echo "$target imports $module, which is on no floor"
      elif ((floor[$module] >= floor[$target])); then
        echo "$target (floor ${floor[$target]}) imports $module (floor ${floor[$module]})"
      fi
    done < <(imports "Sources/$target")
    # The C targets include what lies beside them, and the headers of the C floor.
    while read -r module; do
      case $target/$module in
        C*/pinstripe_*.h | C*/stripe_kernels.h | C*/kernel.h | C*/primitives.h | C*/shim.h) ;;
        */*) echo "$target includes \"$module\"" ;;
      esac
    done < <(grep -rhoE --include='*.[ch]' '^#include "[^"]*"' "Sources/$target" | cut -d '"' -f 2)
  done
}
expect "imports go down the floors" floors

device_floor() {
  local module
  # Host and device meet in the core only.
  while read -r module; do
    case $module in
      PinstripeCore | CPinstripe | PinstripePlayer) ;;
      *) echo "PinstripePlayer imports $module" ;;
    esac
  done < <(imports Sources/PinstripePlayer)
  imports Sources/PinstripeCore | grep -vxE 'CPinstripe|PinstripeCore|_Volatile'
  imports Sources/PinstripeMTP | grep -E 'USB'
  return 0
}
expect "the device's floors import nothing of the host's, and MTP nothing of USB" device_floor

declared() {
  local said
  said=$(swift build --build-tests --explicit-target-dependency-import-check error 2>&1) || {
    printf '%s\n' "$said" | grep -E 'error|warning' | head -n 20
    return 1
  }
}
expect "every import is declared in Package.swift, and all builds" declared

# (b) Foundation.
no_foundation() {
  local file
  for file in Sources/*/; do
    imports "$file" | grep -xE 'Foundation.*' | sed "s|^|$file imports |"
  done
  return 0
}
expect "nothing in Sources imports Foundation" no_foundation

bin=$(swift build --show-bin-path 2>/dev/null)

no_foundation_linked() {
  local target object list="$scratch/autolink"
  for target in "${!floor[@]}"; do
    for object in "$bin/$target.build"/*.o; do
      [[ -e $object ]] || continue
      # What an object asks the linker for, and what it takes from others.
      if objcopy -O binary -j .swift1_autolink_entries "$object" "$list" 2>/dev/null; then
        tr '\0' '\n' <"$list" | grep -aE 'Foundation' | sed "s|^|$(basename "$object"): |"
      fi
      nm -u "$object" 2>/dev/null | grep -E '[$]s(10Foundation|20FoundationEssentials)' |
        sed "s|^|$(basename "$object"): |"
    done
  done
  return 0
}
expect "no object of ours links or uses Foundation" no_foundation_linked

# (c) A client that links the library, with traits: [].
# A copy of what is here and not ignored, committed or not, as a repository to check out.
snapshot() {
  mkdir -p "$scratch/origin/pinstripe"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [[ -e $file || -L $file ]] && printf '%s\0' "$file"
  done | tar --null -T - -cf - | tar -xf - -C "$scratch/origin/pinstripe" &&
    git -C "$scratch/origin/pinstripe" init -q -b main &&
    git -C "$scratch/origin/pinstripe" add -A &&
    git -C "$scratch/origin/pinstripe" -c user.name=test -c user.email=test@localhost \
      commit -q -m snapshot
}

client() {
  mkdir -p "$scratch/client/Sources/Client"
  cat >"$scratch/client/Package.swift" <<PACKAGE
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Client",
  dependencies: [
    .package(url: "file://$scratch/origin/pinstripe", branch: "main", traits: [])
  ],
  targets: [
    .executableTarget(
      name: "Client", dependencies: [.product(name: "Pinstripe", package: "pinstripe")])
  ])
PACKAGE
  cat >"$scratch/client/Sources/Client/Client.swift" <<'CLIENT'
import Pinstripe

@main struct Client {
  static func main() throws {
    let track = CommandLine.arguments[1]
    let source = try FileSource(path: "/proc/self/exe")
    let packed = try Packing.pack(source, recipe: .clear, to: track)
    let file = try TrackFile(path: track, keys: [])
    let verified = try Packing.verify(file)
    print(packed.contentLength == verified.contentLength ? "client works" : "client fails")
  }
}
CLIENT
  swift build --package-path "$scratch/client" --disable-index-store >"$scratch/log" 2>&1 || {
    tail -n 20 "$scratch/log"
    return 1
  }
}

checkouts() {
  local state="$scratch/client/.build/workspace-state.json" found
  found=$(ls "$scratch/client/.build/checkouts")
  [[ $found == pinstripe ]] || echo "checked out: $found"
  grep -o 'swift-argument-parser' "$state" | head -n 1
  grep -o 'swift-argument-parser' "$scratch/client/Package.resolved" | head -n 1
  return 0
}

client_linkage() {
  local program="$scratch/client/.build/debug/Client"
  ldd "$program" | grep -E 'Foundation'
  "$program" "$scratch/track.pst" | grep -vx 'client works'
  return 0
}

expect "the package can be copied and committed" snapshot
if client; then
  pass "a client of the library builds with traits: []"
  expect "it checks out nothing but Pinstripe" checkouts
  expect "it runs, and needs no Foundation" client_linkage
else
  fail "a client of the library builds with traits: []"
fi

# (d) Formatting.
formatted() {
  local folder
  for folder in Sources Tests Examples Package.swift; do
    swift format lint --strict --recursive "$folder"
  done
}
expect "swift format lint --strict" formatted

# (e) Scripts.
scripts() {
  local file
  while read -r file; do
    # What is sourced is followed from there.
    if head -c 64 "$file" | head -n 1 | grep -qaE '^#!.*\b(ba)?sh\b'; then
      shellcheck --external-sources "$file"
    fi
  done < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci Tests/Lab Examples)
}
if command -v shellcheck >/dev/null; then
  expect "shellcheck" scripts
else
  echo "skipped: shellcheck is not installed"
fi

no_traces() {
  # Paths of one machine.
  git grep -nE '/(home|Users)/[a-z]|/tmp/w/|/work/' -- . ':!Tests/Package/run.sh' ':!Tests/Lab/guest'
  return 0
}
expect "no path of one machine in the sources" no_traces

# (f) Installation, of the program that was built above.
staged() {
  local root="$scratch/dest/usr" file
  DESTDIR="$scratch/dest" PREFIX=/usr Sources/install.sh "$@" --list \
    >"$scratch/list" 2>"$scratch/log" || {
    tail -n 20 "$scratch/log"
    return 1
  }
  while read -r file; do [[ -s $file ]] || echo "$file is not there"; done <"$scratch/list"
  diff <(sort "$scratch/list") <(find "$scratch/dest" -type f | sort)
  [[ $(stat -c %a "$root/bin/pinstripe") == 755 ]] || echo "the program has a wrong mode"
  [[ $(env -i "$root/bin/pinstripe" --version) == [0-9]*.[0-9]*.[0-9]* ]] ||
    echo "the program does not run"
  bash -n "$root/share/bash-completion/completions/pinstripe"
  grep -q '^#compdef pinstripe' "$root/share/zsh/site-functions/_pinstripe" ||
    echo "the completions of zsh have no #compdef"
}

unstaged() {
  DESTDIR="$scratch/dest" PREFIX=/usr Sources/install.sh --uninstall
  find "$scratch/dest" -type f
}

expect "install.sh puts a program into DESTDIR and PREFIX" staged --binary "$bin/pinstripe"
expect "install.sh --uninstall removes all of it" unstaged
if [[ -n $with_release ]]; then
  expect "install.sh builds and installs" staged
  no_swift() { ldd "$scratch/dest/usr/bin/pinstripe" | grep -E 'swift|Foundation' || true; }
  expect "what it installs needs no Swift" no_swift
  expect "install.sh --uninstall removes that too" unstaged
fi

echo "$passed passed, $failed failed"
((failed == 0))
