# shellcheck shell=bash disable=SC2154
# An apt of one's own: packages of another architecture or release, without root and without putting
# anything on the machine. Sourced, never run; the caller has `set -euo pipefail`.

# prepare_apt DIRECTORY ARCH [SUITE] makes an apt in DIRECTORY whose status is empty, so that what it calls
# missing is exactly the closure of what it is asked for. SUITE: the machine's own release otherwise.
prepare_apt() {
  apt_place=$1
  local arch=$2 suite=${3:-} kind
  mkdir -p "$apt_place/"{lists/partial,archives/partial}
  : >"$apt_place/status"
  # The machine's own sources, Debian's only where that is known: others seldom have every
  # architecture. indextargets knows a source's origin once `apt-get update` has seen it.
  for kind in 'Origin: Debian' 'Created-By: Packages'; do
    apt-get indextargets \
      --format "deb [arch=$arch] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' \
      "$kind" | sort -u >"$apt_place/sources.list"
    [[ ! -s $apt_place/sources.list ]] || break
  done
  [[ -s $apt_place/sources.list ]] || {
    echo "error: apt has no package source on this machine; see man sources.list." >&2
    return 1
  }
  if [[ -n $suite ]]; then
    # Of the archive that the machine's release is from, not of its updates and security fixes.
    awk -v suite="$suite" '$4 !~ /-/ { $4 = suite; $5 = "main"; NF = 5; print }' \
      "$apt_place/sources.list" | sort -u >"$apt_place/sources.suite"
    mv "$apt_place/sources.suite" "$apt_place/sources.list"
  fi
  # Source packages come from the same places.
  sed -n 's/^deb /deb-src /p' "$apt_place/sources.list" >"$apt_place/sources.source"
  cat "$apt_place/sources.source" >>"$apt_place/sources.list"
  cat >"$apt_place/conf" <<END
Dir::State "$apt_place";
Dir::State::status "$apt_place/status";
Dir::Cache "$apt_place";
Dir::Etc::sourcelist "$apt_place/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "$arch";
#clear APT::Architectures;
APT::Architectures { "$arch"; };
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
Acquire::Languages "none";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
END
  # Debian's keys are found by every apt of Debian; another distribution has them in this file only.
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg delay
  [[ ! -f $keys ]] || echo "Dir::Etc::trusted \"$keys\";" >>"$apt_place/conf"
  # A mirror in the middle of its own update answers with an index that does not fit; it passes. Should
  # one index stay away, the others may well hold all that is needed.
  for delay in 2 10 0; do
    ! own_apt update || break
    sleep "$delay"
  done
}

# own_apt ARGUMENT… is that apt-get; what it says is in DIRECTORY/log.
own_apt() {
  apt-get -qq -c "$apt_place/conf" "$@" >>"$apt_place/log" 2>&1
}

# fetch_closure PACKAGE… leaves the packages and all that they depend on in DIRECTORY/archives.
fetch_closure() {
  own_apt install --download-only "$@" || {
    cat "$apt_place/log" >&2
    echo "error: apt cannot get these packages from this machine's sources; its words are above." >&2
    return 1
  }
}
