# shellcheck shell=bash disable=SC2034
# Debian packages that the leakage benchmark and its self-test need. Sourced, never run.
leakage_packages=(
  python3 python3-numpy python3-scipy python3-pil
  # Decoders.
  ffmpeg mpg123 madplay faad vorbis-tools opus-tools flac
  # Encoders and sounds; corpus.py has the licences.
  lame twolame flake libvo-aacenc0 espeak-ng sox
  asterisk-core-sounds-en-g722 asterisk-core-sounds-ru-g722 extremetuxracer-data)
