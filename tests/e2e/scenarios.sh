#!/bin/sh
# Scenarios: the shipped ones are valid and run alike each time; a wrong one says everything that is wrong.
. "$(dirname "$0")/../lib.sh"
for file in "$scenarios"/*.yaml "$scenarios"/lab/*.yaml; do
    "$reclaimfs" check "$file" >/dev/null || fail "check $file"
done
cat >"$scratch/bad.yaml" <<'YAML'
machine: {memory: lots, cpus: 0}
zswop: {enabled: true}
swap: [{device: /dev/nosuch}]
timeline:
  - 0s: alloc
YAML
status=0
said=$("$reclaimfs" check "$scratch/bad.yaml" 2>&1) || status=$?
expect_eq "exit status" 2 "$status"
for place in 1:19 1:31 2:1 3:17 5:14; do
    case $said in *"bad.yaml:$place"*) ;; *) fail "no error at $place in: $said" ;; esac
done
status=0
"$reclaimfs" mount --scenario "$scratch/bad.yaml" "$mnt" >/dev/null 2>&1 || status=$?
expect_eq "mounting it" 2 "$status"
! mounted || fail "it was mounted all the same"

cat >"$scratch/good.yaml" <<'YAML'
machine: {memory: 512MiB, cpus: 2, seed: 7}
disks: [{name: vda, size: 512MiB, profile: nvme}]
zswap: {enabled: true, compressor: lz4}
swap: [{device: /dev/vda}]
cgroups: {/a: {memory.max: 64M}}
timeline:
  - 0s: task t cgroup=/a
  - 0s: alloc t 96M content=ratio:3 rate=32M/s
  - 4s: touch t pattern=zipf:1.1 for=2s rate=64M/s
  - 7s: expect /sys/fs/cgroup/a/memory.stat:zswpout > 0
end: 8s
YAML
for i in 1 2; do
    "$reclaimfs" run --out "$scratch/out$i" "$scratch/good.yaml" >/dev/null || fail "run $i"
    sed -i 's/"wallMs" *: *[0-9.]*/"wallMs": 0/' "$scratch/out$i/summary.json"
done
diff -r "$scratch/out1" "$scratch/out2" >/dev/null || fail "two runs of one seed differ"
sed 's/zswpout > 0/zswpout < 0/' "$scratch/good.yaml" >"$scratch/wrong.yaml"
status=0
said=$("$reclaimfs" run "$scratch/wrong.yaml" 2>&1) || status=$?
expect_eq "a failed expect" 1 "$status"
case $said in *zswpout*) ;; *) fail "it does not say which: $said" ;; esac
