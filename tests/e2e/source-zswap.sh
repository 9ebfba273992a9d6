#!/bin/sh
# source=zswap: second chance, batches of 64, 16 failures, round-robin, the counter, and the switch.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$scenarios/zswap.yaml"
echo +memory >"$cg/cgroup.subtree_control"

# fresh NAME PAGES: a cgroup with that many referenced entries
fresh() {
    mkdir "$cg/$1"
    ctl "task $1 cgroup=/$1" "alloc $1 $(($2 * 4))K content=ratio:4"
    write_error "$cg/$1/memory.reclaim" 1G >/dev/null
    expect_eq "pages of $1 in zswap" $(($2 * 4096)) "$(key "$cg/$1/memory.stat" zswapped)"
}

fresh below 1023
expect_ok "$cg/below/memory.reclaim" '200K source=zswap'
# the 16th batch of the first lap ends with the entry looked at first, then four batches of 64 make up 200K
expect_eq "written at the first call" 257 "$(key "$cg/below/memory.stat" zswpwb)"
expect_eq "bytes counted" $((257 * 1024)) "$(key "$cg/below/memory.stat" zswpwb_proactive_b)"

fresh at 1024
expect_errno "$cg/at/memory.reclaim" '200K source=zswap' EAGAIN
expect_eq "nothing was written" 0 "$(key "$cg/at/memory.stat" zswpwb)"
expect_eq "nor counted" 0 "$(key "$cg/at/memory.stat" zswpwb_proactive_b)"
expect_ok "$cg/at/memory.reclaim" '200K source=zswap'
expect_ok "$cg/at/memory.reclaim" '1 source=zswap'
expect_eq "one byte costs a batch" 320 "$(key "$cg/at/memory.stat" zswpwb)"

# the slots stay, the pages sit in the swap cache, memory.current rises
before=$(cat "$cg/at/memory.current")
slots=$(cat "$cg/at/memory.swap.current")
expect_ok "$cg/at/memory.reclaim" '64K source=zswap'
expect_num "memory.current rises" "$(cat "$cg/at/memory.current")" -gt "$before"
expect_eq "swap.current stays" "$slots" "$(cat "$cg/at/memory.swap.current")"
expect_eq "swap cache" $((384 * 4096)) "$(key "$cg/at/memory.stat" swapcached)"
expect_eq "on the device" 384 "$(key "$cg/at/memory.stat" pswpout)"

# more than there is: everything is written, the call says EAGAIN
expect_errno "$cg/at/memory.reclaim" '1G source=zswap' EAGAIN
expect_eq "zswap is empty" 0 "$(cat "$cg/at/memory.zswap.current")"
expect_eq "all pages written" 1024 "$(key "$cg/at/memory.stat" zswpwb)"

# from the parent: members with writeback 0 are skipped, the counter is the owner's and its ancestors'
mkdir "$cg/p"
echo +memory >"$cg/p/cgroup.subtree_control"
fresh p/a 300
fresh p/b 300
echo 0 >"$cg/p/a/memory.zswap.writeback"
expect_ok "$cg/p/memory.reclaim" '64K source=zswap'
expect_eq "a is skipped" 0 "$(key "$cg/p/a/memory.stat" zswpwb)"
expect_num "b pays" "$(key "$cg/p/b/memory.stat" zswpwb)" -gt 0
expect_eq "counted for the parent" "$(key "$cg/p/b/memory.stat" zswpwb_proactive_b)" \
    "$(key "$cg/p/memory.stat" zswpwb_proactive_b)"
expect_errno "$cg/p/a/memory.reclaim" '64K source=zswap' EINVAL

# without the patch
echo 0 >"$patches/zswap_proactive_writeback"
expect_errno "$cg/p/b/memory.reclaim" '64K source=zswap' EINVAL
expect_no_key "$cg/p/b/memory.stat" zswpwb_proactive_b
expect_ok "$cg/p/b/memory.reclaim" 4K
echo 1 >"$patches/zswap_proactive_writeback"
expect_num "the statistic is back" "$(key "$cg/p/b/memory.stat" zswpwb_proactive_b)" -gt 0
