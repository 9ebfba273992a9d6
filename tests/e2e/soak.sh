#!/bin/sh
# Half a minute of many clients: nothing hangs, breaks or is left behind. The long form is tests/soak.sh --minutes N.
exec sh "$(dirname "$0")/../soak.sh" --seconds 8 --clients 64
