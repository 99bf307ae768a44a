# shellcheck shell=bash
# Debian's packages of another architecture, fetched and never installed, without root. apt works in a
# private place with an empty status, so that what it calls missing is exactly a package's closure.
# Sourced, never run.

# The machine's own sources, Debian's only where that is known: others seldom have every architecture.
# indextargets knows a source's origin once `apt-get update` has seen it.
list_apt_sources() {
  apt-get indextargets \
    --format "deb [arch=$1] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' "${@:2}" |
    sort -u
}

# make_apt ARCH FOLDER: an apt for that architecture in FOLDER, with up-to-date lists.
make_apt() {
  local arch=$1 folder=$2 delay
  mkdir -p "$folder/"{lists/partial,archives/partial}
  : >"$folder/status"
  list_apt_sources "$arch" 'Origin: Debian' >"$folder/sources.list"
  [[ -s $folder/sources.list ]] || list_apt_sources "$arch" >"$folder/sources.list"
  [[ -s $folder/sources.list ]] || {
    echo "error: apt has no package source on this machine; see man sources.list." >&2
    return 1
  }
  cat >"$folder/conf" <<EOF
Dir::State "$folder";
Dir::State::status "$folder/status";
Dir::Cache "$folder";
Dir::Etc::sourcelist "$folder/sources.list";
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
EOF
  # Debian's keys are found by every apt of Debian; another distribution has them in this file only.
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ ! -f $keys ]] || echo "Dir::Etc::trusted \"$keys\";" >>"$folder/conf"
  # A mirror in the middle of its own update answers with an index that does not fit; it passes. Should
  # one index stay away, the others may well hold all that is needed.
  for delay in 2 10 0; do
    ! run_apt "$folder" update || break
    sleep "$delay"
  done
}

# run_apt FOLDER ARGUMENT… : the apt-get of `make_apt`; what it says goes to FOLDER/log.
run_apt() {
  apt-get -qq -c "$1/conf" "${@:2}" >>"$1/log" 2>&1
}

# fetch_closure FOLDER PACKAGE… : leaves the packages and all that they depend on in FOLDER/archives.
fetch_closure() {
  local folder=$1
  shift
  run_apt "$folder" install --download-only "$@" || {
    cat "$folder/log" >&2
    echo "error: apt cannot get these packages from this machine's sources; its words are above." >&2
    return 1
  }
}
