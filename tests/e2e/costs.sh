#!/bin/sh
# Work takes virtual time, by a table of costs: children come by and go, a kill of a large task is not instant.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/time.yaml" <<'YAML'
machine: {memory: 2GiB, cpus: 2}
cgroups: {/a: {}, /b: {}}
timeline:
  - 0s: task shell cgroup=/a
  - 0s: fork shell rate=20/s
  - 0s: task big cgroup=/b
  - 0s: alloc big 1G
  - 5s: expect /proc/vmstat:pgfault > 1000
  - 5s: expect /sys/fs/cgroup/b/memory.current > 1000M
  - 5s: kill big
  - 6s: expect /sys/fs/cgroup/b/memory.current < 1M
end: 6s
YAML
"$reclaimfs" run --out "$scratch/server" "$scratch/time.yaml" || fail "with the costs of a server"
# when WORD: the virtual time of the first event with this word, in ns
when() { sed -n "/$2/{s/^{\"atNs\":\([0-9]*\),.*/\1/p;q}" "$scratch/$1/trace.jsonl"; }
expect_num "the kill is done later than it is sent" "$(when server '"step":"kill big"')" -gt 5000000000
filled=$(when server '"step":"alloc big 1G"')
sed 's/cpus: 2/cpus: 2, costs: golden-guest/; s/1G$/256M/; s/> 1000M/> 250M/' "$scratch/time.yaml" >"$scratch/guest.yaml"
"$reclaimfs" run --out "$scratch/guest" "$scratch/guest.yaml" || fail "with the costs of the captured guest"
expect_num "the guest fills a quarter as slowly" "$(when guest '"step":"alloc big 256M"')" -gt "$filled"

# The scenarios that restate a capture run with the guest's costs: the hog dies, and the trace tells why.
"$reclaimfs" run --out "$scratch/golden" "$scenarios/golden/c1-zram-random.yaml" >/dev/null || true # near misses are golden.sh's
for event in direct-reclaim retry oom kmsg kill; do
    grep -q "\"event\":\"$event\"" "$scratch/golden/trace.jsonl" || fail "no $event in the trace"
done
grep -q '"event":"kill","task":"hog"' "$scratch/golden/trace.jsonl" || fail "the hog was not killed"

# On a mount as well: with time at a standstill a kill is done at once, with the clock running it takes a while.
start --manual
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
ctl 'task t cgroup=/w' 'alloc t 512M' 'kill t'
expect_line "$cg/w/cgroup.events" 'populated 0'
ctl 'task u cgroup=/w' 'fork u rate=5/s' 'advance 1s' 'exit u'
expect_line "$cg/w/cgroup.events" 'populated 0'
