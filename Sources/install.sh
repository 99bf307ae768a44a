#!/bin/bash
# Builds the tool for release and installs it, or removes what was installed.
set -euo pipefail

usage="usage: install.sh [--binary FILE | --manual] [--list]
       install.sh --uninstall

  --binary FILE  install this program instead of building one
  --manual       install manual pages too, which takes a second build; --help says the same
  --list         print what is installed, one file a line
  --uninstall    remove it

PREFIX (default /usr/local) is where it goes; DESTDIR is put before that, for packagers."

here=$(dirname "$(readlink -f "$0")")
package=$(dirname "$here")
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}$prefix
binary=''
manual=''
with_manual=''
action=install
list=''

# Beneath the prefix; the directories are those that the shells and man search.
files=(
  bin/pinstripe
  share/bash-completion/completions/pinstripe
  share/zsh/site-functions/_pinstripe
  share/fish/vendor_completions.d/pinstripe.fish
  share/doc/pinstripe/LICENSE
  share/doc/pinstripe/README.md
)
# What `pinstripe leak` runs; it is looked for here, beside the program's folder (LeakageProgram.swift).
while read -r file; do
  files+=("share/pinstripe/leakage/$file")
done < <(cd "$package/Sources/Leakage" && find . -name '*.py' -printf '%P\n' | sort)

while (($#)); do
  case $1 in
    --binary)
      binary=${2:?"$usage"}
      shift
      ;;
    --manual) with_manual=yes ;;
    --list) list=yes ;;
    --uninstall) action=uninstall ;;
    --help | -h)
      echo "$usage"
      exit 0
      ;;
    *)
      echo "$usage" >&2
      exit 64
      ;;
  esac
  shift
done

if [[ $prefix != /* ]]; then
  echo "install.sh: PREFIX has to begin with a slash, and is $prefix." >&2
  exit 64
fi

if [[ $action == uninstall ]]; then
  for file in "${files[@]}"; do rm -f "$root/$file"; done
  rm -f "$root/share/man/man1/pinstripe.1" "$root/share/man/man1/"pinstripe.*.1
  # Ours alone; the others are shared with other programs.
  rmdir "$root/share/doc/pinstripe" "$root/share/pinstripe/leakage/leakage" \
    "$root/share/pinstripe/leakage" "$root/share/pinstripe" 2>/dev/null || true
  exit 0
fi

if [[ -z $binary ]]; then
  options=(--package-path "$package" -c release)
  if [[ -n $with_manual ]]; then
    # argument-parser's plugin; it says where it put the pages. It comes first, because it links the
    # program in its own way.
    manual=$(swift package "${options[@]}" generate-manual --multi-page |
      sed -n "s/^Generated manual in 'file:\/\/\(.*\)'$/\1/p")
  fi
  # Swift's run-time library goes into the program, so that a machine without Swift runs it.
  options+=(--static-swift-stdlib)
  swift build "${options[@]}" --product pinstripe >&2
  binary=$(swift build "${options[@]}" --show-bin-path)/pinstripe
fi

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
install -D -m 755 "$binary" "$staged/bin/pinstripe"
strip --strip-debug "$staged/bin/pinstripe" 2>/dev/null || true
mkdir -p "$staged/share/"{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
"$binary" --generate-completion-script bash >"$staged/share/bash-completion/completions/pinstripe"
"$binary" --generate-completion-script zsh >"$staged/share/zsh/site-functions/_pinstripe"
"$binary" --generate-completion-script fish \
  >"$staged/share/fish/vendor_completions.d/pinstripe.fish"
install -D -m 644 -t "$staged/share/doc/pinstripe" "$package/LICENSE" "$package/README.md"
for file in "${files[@]}"; do
  [[ $file != share/pinstripe/leakage/* ]] ||
    install -D -m 644 "$package/Sources/Leakage/${file#share/pinstripe/leakage/}" "$staged/$file"
done

if [[ -n $manual ]]; then
  install -D -m 644 -t "$staged/share/man/man1" "$manual"/*.1
  while read -r page; do files+=("share/man/man1/$page"); done < <(ls "$staged/share/man/man1")
fi

# Everything is there before the first file is put in place.
for file in "${files[@]}"; do
  mode=644
  [[ $file != bin/* ]] || mode=755
  install -D -m "$mode" "$staged/$file" "$root/$file"
  [[ -z $list ]] || echo "$root/$file"
done
echo "Installed pinstripe in $root/bin." >&2
