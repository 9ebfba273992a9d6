#!/bin/sh
# A full heap, a full disk, clients killed in a blocking write, a wall clock that jumps: said, survived, nothing left.
exec sh "$(dirname "$0")/../faults.sh" --only heap,disk,clients,clock
