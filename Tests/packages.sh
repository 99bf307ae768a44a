# shellcheck shell=bash disable=SC2034
# Debian packages that building and testing need. Sourced, never run.

# What the library and the tool are built with.
build_packages=(libusb-1.0-0-dev libssl-dev libjansson-dev libtagc0-dev libturbojpeg0-dev
  libpng-dev pkg-config git)

# need_debian_packages NAME… installs those that are missing, and nothing else.
need_debian_packages() {
  local name missing=()
  for name; do
    [[ $(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) == 'install ok installed' ]] ||
      missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  local root=()
  ((EUID == 0)) || root=(sudo)
  echo "Installing ${missing[*]}" >&2
  # One at a time: apt-get does not wait for another one's lists.
  (
    flock 9
    "${root[@]}" apt-get update -qq >&2 &&
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
  ) 9</var/lib/dpkg
}

# need_swift ends with a sentence when there is no Swift 6.3 or later.
need_swift() {
  local version
  version=$({ swift --version 2>/dev/null || true; } |
    sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
  if [[ -z $version || $(printf '6.3\n%s\n' "$version" | sort -V | head -n 1) != 6.3 ]]; then
    echo "Swift 6.3 or later is needed, and ${version:-none} was found; see swift.org/install." >&2
    return 1
  fi
}
