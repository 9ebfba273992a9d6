#!/bin/sh
# Every bad form of memory.reclaim gets the kernel's errno and changes nothing.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$scenarios/zswap.yaml"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
ctl 'task t cgroup=/w' 'alloc t 8M content=ratio:3'
before=$(cat "$cg/w/memory.stat")

for form in '' foo -1 +1M swappiness=60 max K 10MB 1.5G '10M x' '10M 20M' '10M swappiness=201' '10M swappiness=-1' \
    '10M swappiness=60x' '10M swappiness' '10M swappiness=' '10M swappiness=MAX' '10M Swappiness=1' '10M,swappiness=60' \
    'source=zswap' '10M source=' '10M source' '10M source=zswapx' '10M source=ZSWAP' '10M source=zswap,' \
    '10M source=lru' '10M source="zswap"' '10M source=zswap23456789012' '10M source=zswap swappiness=60' \
    '10M swappiness=60 source=zswap' '10M source=zswap swappiness=max' '-1 source=zswap' '10M foo=1'; do
    expect_errno "$cg/w/memory.reclaim" "$form" EINVAL
done
expect_errno "$cg/w/memory.reclaim" "$(printf '10M swappiness=1\tswappiness=2')" EINVAL
expect_errno "$cg/w/memory.reclaim" "$(printf '%5000s' 1)" 'E2BIG'
expect_eq "memory.stat is unchanged" "$before" "$(cat "$cg/w/memory.stat")"

for form in 0 4095 010 '0 source=zswap' '  0  '; do
    expect_ok "$cg/w/memory.reclaim" "$form"
done
expect_eq "nothing was asked, nothing done" "$before" "$(cat "$cg/w/memory.stat")"

expect_errno "$cg/w/memory.reclaim" '10M source=zswap' EAGAIN
echo 0 >"$cg/w/memory.zswap.writeback"
expect_errno "$cg/w/memory.reclaim" '10M source=zswap' EINVAL
expect_errno "$cg/w/memory.reclaim" '0 source=zswap' EINVAL
echo 1 >"$cg/w/memory.zswap.writeback"

for form in 64K '64K swappiness=60' '64K   swappiness=60' 64Kswappiness=60 '64K swappiness=max' 0x10000; do
    expect_ok "$cg/w/memory.reclaim" "$form"
done
expect_errno "$cg/w/memory.reclaim" 1G EAGAIN
expect_error EINVAL cat "$cg/w/memory.reclaim"
rmdir_says=$(LC_ALL=C rmdir "$cg/w" 2>&1) && fail "a cgroup with a task was removed"
expect_eq "rmdir with a task" "rmdir: failed to remove '$cg/w': Device or resource busy" "$rmdir_says"
