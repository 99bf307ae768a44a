#!/bin/sh
# The suite on QEMU's own player, by the tool alone: it refuses to delete what lies in its root
# (PartialDeletion), where LabCases works.
# shellcheck source=suite.sh
. /tests/suite.sh

suite qemu
apart qemu "LabCases, which has it, does not run on a player that refuses to delete what lies in its root"
check "the player was never reset" [ "$(resets)" = 0 ]
done_with suite-qemu
