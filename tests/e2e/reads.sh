#!/bin/sh
# Reading as tools do: small buffers, again from the start on one descriptor, while reclaim runs.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$scenarios/zswap.yaml"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
ctl 'task t cgroup=/w' 'alloc t 32M content=ratio:3'

for file in "$cg/w/memory.stat" "$mnt/proc/meminfo" "$mnt/proc/vmstat" "$mnt/proc/swaps"; do
    expect_eq "$file byte by byte" "$(cat "$file")" "$(dd if="$file" bs=7 status=none)"
done
expect_eq "an offset" "$(tail -c +6 "$cg/w/memory.current")" "$(dd if="$cg/w/memory.current" bs=1 skip=5 status=none)"
expect_eq "the same twice" "$(cat "$cg/w/memory.stat")" "$(cat "$cg/w/memory.stat")"

# one descriptor, read again from offset 0, sees the new value
exec 3<"$cg/w/memory.current"
first=$(cat <&3)
ctl 'alloc t 1M content=ratio:3'
again=$(dd bs=64 count=1 status=none iflag=skip_bytes skip=0 <"$cg/w/memory.current")
expect_num "it has grown" "$again" -gt "$first"
exec 3<&-

printf 7 >"$mnt/proc/sys/vm/swappiness"
expect_line "$mnt/proc/sys/vm/swappiness" 7
expect_errno "$mnt/proc/sys/vm/swappiness" 201 EINVAL
expect_errno "$mnt/proc/sys/vm/swappiness" junk EINVAL
expect_line "$mnt/proc/sys/vm/swappiness" 7
expect_eq "find sees types" 0 "$(find "$mnt/sys" "$mnt/proc" -type f -name memory.stat -newermt 2100-01-01 | wc -l)"
# hot_add makes a device of each read; block_state is EINVAL until its device has a size; trace waits for events
find "$mnt/proc" "$mnt/sys" "$mnt/reclaimfs" -type f -perm -u+r ! -name hot_add ! -name block_state ! -name trace >"$scratch/files"
while IFS= read -r file; do
    cat "$file" >/dev/null || fail "cannot read $file"
done <"$scratch/files"
expect_num "files there are" "$(wc -l <"$scratch/files")" -gt 200
