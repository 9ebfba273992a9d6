#!/bin/sh
# memory.reclaim moves anonymous memory into zswap, and every file tells the same story about it.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$scenarios/zswap.yaml"

echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/web"
ctl 'task worker cgroup=/web' 'alloc worker 128M content=ratio:4'
expect_eq "anon at first" $((128 * 1048576)) "$(key "$cg/web/memory.stat" anon)"

echo 64M >"$cg/web/memory.reclaim"

stat=$cg/web/memory.stat
anon=$(key "$stat" anon)
stored=$(key "$stat" zswapped)
expect_eq "pages in memory and in zswap" $((128 * 1048576)) $((anon + stored))
expect_num "reclaimed at least what was asked" "$stored" -ge $((64 * 1048576))
expect_num "but hardly more" "$stored" -le $((65 * 1048576))
expect_eq "zswap.current is memory.stat's zswap" "$(key "$stat" zswap)" "$(cat "$cg/web/memory.zswap.current")"
expect_eq "ratio:4 shrinks to a quarter" $((stored / 4)) "$(key "$stat" zswap)"
expect_eq "swap.current counts slots" "$stored" "$(cat "$cg/web/memory.swap.current")"
expect_eq "one store a page" $((stored / 4096)) "$(key "$stat" zswpout)"
expect_eq "nothing reached the disk" 0 "$(key "$stat" pswpout)"
expect_eq "pgsteal is proactive" "$(key "$stat" pgsteal)" "$(key "$stat" pgsteal_proactive)"
expect_eq "debugfs stored_pages" $((stored / 4096)) "$(cat "$zswap_debug/stored_pages")"
expect_eq "meminfo Zswapped" $((stored / 1024)) "$(key "$mnt/proc/meminfo" Zswapped)"
expect_eq "meminfo Zswap is the pool" $(($(cat "$zswap_debug/pool_total_size") / 1024)) "$(key "$mnt/proc/meminfo" Zswap)"
expect_eq "vmstat zswpout" $((stored / 4096)) "$(key "$mnt/proc/vmstat" zswpout)"
expect_eq "/proc/swaps Used" $((stored / 1024)) "$(awk 'NR == 2 { print $4 }' "$mnt/proc/swaps")"
total=$(key "$mnt/proc/meminfo" SwapTotal)
expect_eq "SwapFree" $((total - stored / 1024)) "$(key "$mnt/proc/meminfo" SwapFree)"

# memory.current = anon + kernel (page tables and the compressed bytes, in pages) + what each CPU has charged ahead
cpus=$(grep -c '^cpu[0-9]' "$mnt/proc/stat")
ahead=$(($(cat "$cg/web/memory.current") - anon - $(key "$stat" kernel)))
expect_num "memory.current has all that is in use" "$ahead" -ge 0
expect_num "and at most 64 pages a CPU more" "$ahead" -le $((cpus * 64 * 4096))

ctl 'touch worker'
expect_eq "all back" $((128 * 1048576)) "$(key "$stat" anon)"
expect_eq "zswap is empty" 0 "$(cat "$cg/web/memory.zswap.current")"
expect_eq "loads" $((stored / 4096)) "$(key "$stat" zswpin)"

ctl 'exit worker'
expect_eq "slots are free" 0 "$(cat "$cg/web/memory.swap.current")"
expect_num "only what CPUs have charged ahead is left" "$(cat "$cg/web/memory.current")" -le $((cpus * 64 * 4096))
rmdir "$cg/web"
