#!/bin/sh
# Servers that die at the worst moment, a few times, and mounts that are in use. The long form is tests/faults.sh --times N.
exec sh "$(dirname "$0")/../faults.sh" --times 4 --only kill,busy,namespace
