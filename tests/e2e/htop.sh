#!/bin/sh
# htop draws the meters of the pretend machine.
. "$(dirname "$0")/../lib.sh"
htop=$(borrow htop htop libnl-3-200 libnl-genl-3-200) || skip "htop is neither installed nor to be had"
command -v script >/dev/null || skip "there is no script(1)"
cat >"$scratch/machine.yaml" <<'YAML'
machine: {memory: 3GiB, cpus: 3}
disks: [{name: vda, size: 5GiB, profile: nvme}]
swap: [{device: /dev/vda}]
YAML
start --manual --scenario "$scratch/machine.yaml"
ctl 'task worker cgroup=/' 'alloc worker 512M' 'advance 10s'
mkdir "$scratch/home"
printf 'q' >"$scratch/keys"
# A terminal of 120 columns; q is typed after a moment.
# shellcheck disable=SC2016 # the inner shell expands it
on_machine sh -c 'export HOME="$2" TERM=xterm; (sleep 2; cat "$3"; sleep 1) |
    timeout 30 script -qefc "stty rows 40 cols 120; \"$1\" --no-color --delay=5" "$4" >/dev/null' \
    sh "$htop" "$scratch/home" "$scratch/keys" "$scratch/screen" || fail "htop: $(tail -c 500 "$scratch/screen")"
# What the terminal was told to do goes; so what is left is text.
sed 's/\x1b[[(][0-9;?]*[A-Za-z]//g; s/\x1b[=>]//g' "$scratch/screen" | tr -d '\r' >"$scratch/text"
total=$(awk '/^MemTotal/ { printf "%.2fG", $2 / 1048576 }' "$mnt/proc/meminfo")
grep -qF "/$total]" "$scratch/text" || fail "no meter of $total: $(cat "$scratch/text")"
grep -qF '/5.00G]' "$scratch/text" || fail "no meter of 5 GiB swap: $(cat "$scratch/text")"
grep -qE 'Load average: 0\.[0-9]+' "$scratch/text" || fail "no load average: $(cat "$scratch/text")"
