#!/bin/sh
# A full heap, a full disk, clients killed in a blocking write: said, survived, nothing left. The long form is tests/faults.sh.
exec sh "$(dirname "$0")/../faults.sh" --only heap,disk,clients
