#!/bin/sh
# min_free_kbytes, lowmem_reserve_ratio and watermark_boost_factor move the marks that zoneinfo shows.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/marks.yaml" <<'YAML'
machine: {memory: 6GiB, cpus: 2}
YAML
start --manual --scenario "$scratch/marks.yaml"
vm=$mnt/proc/sys/vm

# zone NAME KEY: the value of a key of that zone of node 0.
zone() {
    awk -v zone="$1" -v key="$2" '/^Node/ { here = $2 == "0," && $4 == zone }
        here && ($1 == key || $1 == "pages" && $2 == key) { print $NF; exit }' "$mnt/proc/zoneinfo"
}
marks() { echo $(($(zone DMA32 min) + $(zone Normal min))); }

expect_ok "$vm/min_free_kbytes" 20000
expect_eq "both minima" 4999 "$(marks)"
low=$(zone Normal low)
expect_num "low above min" "$low" -gt "$(zone Normal min)"
expect_ok "$vm/watermark_scale_factor" 500
expect_num "a larger gap" "$(zone Normal low)" -gt "$low"
expect_errno "$vm/watermark_scale_factor" 0 EINVAL

managed=$(zone Normal managed)
expect_ok "$vm/lowmem_reserve_ratio" "128	32	0"
case $(awk '/^Node/ { here = $4 == "DMA32" } here && /protection:/' "$mnt/proc/zoneinfo") in
    *", $((managed / 128)), "*) ;;
    *) fail "DMA32 keeps no $((managed / 128)) pages from requests that may use Normal: $(grep protection: "$mnt/proc/zoneinfo")" ;;
esac
expect_ok "$vm/lowmem_reserve_ratio" "0	32	0"
expect_line "$mnt/proc/zoneinfo" '        protection: (0, 0, 0)'

# A boost is an event of the allocator's, so it needs a machine that is short of memory: a run shows it.
for factor in 15000 0; do
    cat >"$scratch/boost.yaml" <<YAML
machine: {memory: 256MiB, cpus: 2}
zram: [{disksize: 1GiB}]
swap: [{device: /dev/zram0}]
sysctl: {vm.watermark_boost_factor: $factor}
timeline: [{0s: task hog cgroup=/}, {0s: alloc hog 300M content=ratio:3}]
end: 20s
YAML
    "$reclaimfs" run --out "$scratch/boost$factor" "$scratch/boost.yaml" >/dev/null || fail "run with factor $factor"
done
# boosts FACTOR: the highest boost in timeline.csv
boosts() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "watermark_boost_bytes") at = i }
        NR > 1 && $at > most { most = $at } END { print most + 0 }' "$scratch/boost$1/timeline.csv"
}
expect_num "boosted" "$(boosts 15000)" -gt 0
expect_eq "boost switched off" 0 "$(boosts 0)"
