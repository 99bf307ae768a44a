#!/bin/bash
# Kills a sync at random moments and judges what it leaves on the player; Sources/SyncKills.swift says
# what must hold. Ends with "N passed, N failed".
#
# usage: run.sh [KILLS]     500 by default, half of them on a player that cannot rename
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
swift build --product SyncKills >&2
"$(swift build --show-bin-path)/SyncKills" "$@"
