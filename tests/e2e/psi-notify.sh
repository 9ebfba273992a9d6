#!/bin/sh
# psi-notify reads the machine's pressure.
. "$(dirname "$0")/../lib.sh"
psi_notify=$(borrow psi-notify psi-notify libnotify4) || skip "psi-notify is neither installed nor to be had"
start --manual --scenario "$scenarios/zswap.yaml"
mkdir -p "$scratch/home/.config"
printf 'update 1\nlog_pressures true\nthreshold memory some avg10 99.00\nthreshold io full avg60 99.00\n' \
    >"$scratch/home/.config/psi-notify"
# shellcheck disable=SC2016 # the inner shell expands it
HOME=$scratch/home XDG_CONFIG_HOME=$scratch/home/.config on_machine timeout 3 "$psi_notify" >"$scratch/said" 2>&1 || true
for line in "CPU pressures: some" "memory pressures: some" "memory pressures: full" "I/O pressures: some" "I/O pressures: full"; do
    grep -qE "^INFO: Current $line avg10=[0-9.]+ avg60=[0-9.]+ avg300=[0-9.]+\$" "$scratch/said" ||
        fail "psi-notify does not tell $line: $(cat "$scratch/said")"
done
! grep -vE '^(INFO:|      |$)' "$scratch/said" || fail "psi-notify complains"
