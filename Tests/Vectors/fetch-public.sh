#!/bin/sh
# Fetches the public test vectors that PyPI's package cryptography-vectors collects, once, and prints
# the folder for PINSTRIPE_PUBLIC_VECTORS:
#
#   PINSTRIPE_PUBLIC_VECTORS=$(Tests/Vectors/fetch-public.sh) swift test
#
# They are kept in PINSTRIPE_CACHE, else XDG_CACHE_HOME/pinstripe, else ~/.cache/pinstripe.
set -eu

version=48.0.0
cache=${PINSTRIPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pinstripe}
vectors=$cache/cryptography-vectors-$version

if [ ! -d "$vectors" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" \
    "cryptography-vectors==$version" >&2
  # Only what the tests read; the package holds 60 MB of certificates besides.
  python3 - "$work" <<'EOF'
import glob, sys, zipfile
work = sys.argv[1]
wanted = tuple("cryptography_vectors/" + f for f in (
    "HMAC/", "KDF/", "keywrap/", "ciphers/AES/CTR/", "ciphers/AES/ECB/", "ciphers/ChaCha20/",
    "ciphers/ChaCha20Poly1305/"))
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as package:
    package.extractall(work, [n for n in package.namelist() if n.startswith(wanted)])
EOF
  # Another run may have been faster; then its copy is as good.
  mv "$work/cryptography_vectors" "$vectors" 2>/dev/null || [ -d "$vectors" ]
fi
echo "$vectors"
