#!/bin/sh
# prometheus-node-exporter reads the machine by its path options, all collectors of the files there are succeed.
. "$(dirname "$0")/../lib.sh"
exporter=$(borrow prometheus-node-exporter prometheus-node-exporter) || skip "node exporter is neither installed nor to be had"
command -v curl >/dev/null || skip "there is no curl"
start --manual --scenario "$scenarios/zswap.yaml"
ctl 'task worker cgroup=/' 'alloc worker 256M' 'advance 60s'
port=$((20000 + $$ % 20000))
collectors="buddyinfo cpu diskstats loadavg meminfo meminfo_numa pressure stat vmstat"
set -- --path.procfs="$mnt/proc" --path.sysfs="$mnt/sys" --path.rootfs="$mnt" --path.udev.data="$scratch" --web.listen-address="127.0.0.1:$port" \
    --collector.disable-defaults --log.level=warn
for collector in $collectors; do
    set -- "$@" "--collector.$collector"
done
"$exporter" "$@" >"$scratch/log" 2>&1 &
pid=$!
tries=0
until curl -sf "http://127.0.0.1:$port/metrics" >"$scratch/metrics"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ] || ! kill -0 "$pid"; then
        fail "node exporter does not answer: $(cat "$scratch/log")"
    fi
    sleep 0.1
done
kill "$pid"
wait "$pid" 2>/dev/null || true
for collector in $collectors; do
    expect_line "$scratch/metrics" "node_scrape_collector_success{collector=\"$collector\"} 1"
done
# It does not like to be root; that is not about the machine.
if grep -v 'running as root user' "$scratch/log"; then
    fail "node exporter complains"
fi

# metric NAME: its value as an integer.
metric() { awk -v name="$1" '$1 == name { printf "%.0f\n", $2; found = 1 } END { exit !found }' "$scratch/metrics" || fail "no $1"; }
expect_eq MemTotal $(($(key "$mnt/proc/meminfo" MemTotal) * 1024)) "$(metric node_memory_MemTotal_bytes)"
expect_eq SwapFree $(($(key "$mnt/proc/meminfo" SwapFree) * 1024)) "$(metric node_memory_SwapFree_bytes)"
expect_eq "of node 0" "$(metric node_memory_MemTotal_bytes)" "$(metric 'node_memory_numa_MemTotal{node="0"}')"
expect_eq pgfault "$(key "$mnt/proc/vmstat" pgfault)" "$(metric node_vmstat_pgfault)"
expect_eq "context switches" "$(key "$mnt/proc/stat" ctxt)" "$(metric node_context_switches_total)"
expect_num "idle of CPU 3" "$(metric 'node_cpu_seconds_total{cpu="3",mode="idle"}')" -ge 59
expect_eq "pressure" 0 "$(metric node_pressure_memory_stalled_seconds_total)"
