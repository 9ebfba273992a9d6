#!/bin/sh
# Servers and clients that die at the worst moment, a few times. The long form is tests/faults.sh --times N.
exec sh "$(dirname "$0")/../faults.sh" --times 4
