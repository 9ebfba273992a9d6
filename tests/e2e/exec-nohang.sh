#!/bin/sh
# nohang, unchanged, with its package's own configuration: it kills the task it should, once, and the machine recovers.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
command -v python3 >/dev/null || skip "no python3"
in_sandbox
unpack nohang
cat >"$scratch/full.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
cgroups: {/a: {}, /b: {}}
timeline:
  - 0s: task small cgroup=/a
  - 0s: alloc small 100M
  - 0s: task big cgroup=/b
  - 0s: alloc big 700M
  - 6s: alloc big 105M region=more      # 4.6 % is left, and stays
YAML
# shellcheck disable=SC2016 # the sandbox expands it
beside nohang --stand-ins --scenario "$scratch/full.yaml" -- sh -c '
    [ "$(ps -e -o pid= | wc -l)" -le 10 ] || { echo "the host is in sight"; exit 1; }
    timeout 60 python3 "$1" --monitor --config "$2" >"$3" 2>&1 &
    n=0
    until [ -n "$(cat /sys/fs/cgroup/b/cgroup.procs)" ]; do sleep 0.1; done
    while [ -n "$(cat /sys/fs/cgroup/b/cgroup.procs)" ] && [ $n -lt 500 ]; do
        sleep 0.1
        n=$((n + 1))
    done
    sleep 2
    kill $!
    echo "a: $(cat /sys/fs/cgroup/a/cgroup.procs)"
    sed -n "s/^MemAvailable: *\([0-9]*\) kB/available \1/p" /proc/meminfo
' sh "$unpacked/usr/sbin/nohang" "$unpacked/etc/nohang/nohang.conf" "$scratch/log"
finished nohang
grep -q 'big of /b was killed at .* by a signal from the sandbox' "$scratch/nohang.err" ||
    fail "$(cat "$scratch/log" "$scratch/nohang.out" "$scratch/nohang.err")"
expect_eq "kills" 1 "$(grep -c 'was killed at' "$scratch/nohang.err")"
grep -q 'a: [0-9]' "$scratch/nohang.out" || fail "$(cat "$scratch/log" "$scratch/nohang.out")"
expect_num "available afterwards, kB" "$(sed -n 's/^available //p' "$scratch/nohang.out")" -gt 800000
grep -qE 'SIGTERM|SIGKILL' "$scratch/log" || fail "nohang says nothing of it: $(cat "$scratch/log")"
