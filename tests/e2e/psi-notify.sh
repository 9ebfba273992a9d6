#!/bin/sh
# psi-notify reads the machine's pressure.
. "$(dirname "$0")/../lib.sh"
psi_notify=$(borrow psi-notify psi-notify libnotify4) || skip "psi-notify is neither installed nor to be had"
for libraries in "$root"/target/borrowed/usr/lib/*-linux-gnu; do
    [ ! -d "$libraries" ] || export LD_LIBRARY_PATH="$libraries"
done
start --manual --scenario "$scenarios/zswap.yaml"
mkdir -p "$scratch/home/.config"
printf 'update 1\nlog_pressures true\nthreshold memory some avg10 99.00\nthreshold io full avg60 99.00\n' \
    >"$scratch/home/.config/psi-notify"
# shellcheck disable=SC2016 # the inner shell expands it
HOME=$scratch/home XDG_CONFIG_HOME=$scratch/home/.config on_machine timeout 3 "$psi_notify" >"$scratch/said" 2>&1 || true
grep -qi 'memory' "$scratch/said" || fail "psi-notify: $(cat "$scratch/said")"
