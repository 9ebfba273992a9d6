#!/bin/sh
# `ls -l` of cgroup directories: names, modes, links, owners and sizes as captured, and the order of getdents.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$root/tests/replay/guest.yaml"
echo "+memory +pids +io +cpu +cpuset +misc" >"$cg/cgroup.subtree_control"
mkdir "$cg/work"

# Cgroup ids are inode numbers: the root's is 1, its 24 files have the next (golden sys/debug_lru_gen: /work is 26).
expect_eq "cgroup ids" "1 26" "$(stat -c %i "$cg" "$cg/work" | paste -sd' ')"
expect_line "$mnt/sys/kernel/debug/lru_gen" "memcg 26 /work"

# as_captured FIXTURE DIR: what is above the mount of the captured machine has links of its own
as_captured() {
    sed -n '/^[-d][-r][-w]/p' "$fixtures/cgroup/$1.txt" | awk '$NF != ".." { print $1, $2, $3, $4, $5, $NF }' >"$scratch/captured"
    (cd "$2" && LC_ALL=C ls -lan) | awk '/^[-d]/ && $NF != ".." { print $1, $2, $3, $4, $5, $NF }' >"$scratch/here"
    [ -s "$scratch/captured" ] || fail "no listing in $1"
    expect_same_text "$scratch/captured" "$scratch/here"
}
as_captured root_1_controllers_on "$cg"
as_captured child_0_empty "$cg/work"
echo "+memory +pids" >"$cg/work/cgroup.subtree_control"
mkdir "$cg/work/leaf"
as_captured parent_with_subtree "$cg/work"
as_captured leaf_0_empty "$cg/work/leaf"
mkdir "$cg/nomem_parent" "$cg/nomem_parent/kid"
as_captured kid_of_cgroup_without_subtree_control "$cg/nomem_parent/kid"

# spec/20: children by the hash of their name
echo "-memory -pids" >"$cg/work/cgroup.subtree_control"
echo "-pids -io -cpu -cpuset -misc" >"$cg/cgroup.subtree_control"
order='cgroup.events memory.events io.pressure cgroup.procs memory.events.local memory.swap.peak memory.swap.current
memory.swap.max memory.zswap.current memory.swap.events cgroup.max.descendants cgroup.stat.local cpu.stat memory.pressure
memory.current memory.stat memory.low cpu.pressure cgroup.type cgroup.stat memory.swap.high cpu.stat.local cgroup.threads
memory.numa_stat cgroup.kill memory.peak cgroup.freeze memory.min cgroup.controllers memory.oom.group
memory.zswap.writeback memory.max memory.high memory.zswap.max cgroup.subtree_control memory.reclaim cgroup.max.depth
cgroup.pressure'
# shellcheck disable=SC2086 # words on purpose
expect_eq "order" "$(printf '%s\n' . .. $order)" "$(cd "$cg/work/leaf/.." && rmdir leaf && LC_ALL=C ls -aU)"

# recursively, nothing is out of place
# shellcheck disable=SC2086
expect_eq "files of a tree" "$(printf '%s\n' $order | wc -l)" "$(find "$cg/work" -mindepth 1 | wc -l)"
expect_eq "types" "f" "$(find "$cg/work" -mindepth 1 -printf '%y\n' | sort -u)"

# Any number is a position: what comes from there on is the listing's end, and the name of no other place in memory.
mkdir "$cg/many"
i=0
while [ $i -lt 400 ]; do
    mkdir "$cg/many/c$i"
    i=$((i + 1))
done
cat >"$scratch/positions.py" <<'PY'
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)

def names(fd):
    """All names from where the directory is now, each with the position behind it."""
    found, buffer = [], ctypes.create_string_buffer(2048)
    while (n := libc.syscall(ctypes.c_long(217), fd, buffer, len(buffer))) > 0:
        at = 0
        while at < n:
            behind, length = struct.unpack_from("=qH", buffer.raw, at + 8)
            found.append((buffer.raw[at + 19:at + length].split(b"\0")[0].decode(), behind))
            at += length
    return found if n == 0 else os.strerror(ctypes.get_errno())

os.chdir(sys.argv[1])
fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
everything = names(fd)
assert len(set(everything)) == len(everything) == len(os.listdir()) + 2, everything
for position in list(range(0, 450)) + [1 << 31, 1 << 32, (1 << 32) + 7, (1 << 63) - 1]:
    os.lseek(fd, position, os.SEEK_SET)
    assert names(fd) == everything[position:], (position, names(fd))
for name, behind in everything: # also after the end was reached
    os.lseek(fd, behind, os.SEEK_SET)
    assert names(fd) == everything[everything.index((name, behind)) + 1:], name
# What is removed while one reads comes neither twice nor hides its neighbours; from the beginning it is gone.
os.lseek(fd, 0, os.SEEK_SET)
os.rmdir("c0")
gone = [entry[0] for entry in names(fd)]
assert sorted(gone) == sorted(name for name, _ in everything if name != "c0")
print("positions:", len(everything))
PY
expect_eq "every position" "positions: $(($(find "$cg/many" -maxdepth 1 | wc -l) + 1))" "$(timeout 60 python3 "$scratch/positions.py" "$cg/many")"
