#!/bin/sh
# Every file that the kernel's documents and the captures name is there, with its mode, on a machine that has everything; what a
# captured directory lists and this one does not is said by name.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/full.yaml" <<'YAML'
kernel: {patches: {zswap_proactive_writeback: 1, ram_backed_swap: 1, reclaim_progress: 1}}
machine: {memory: 1GiB, cpus: 4, nodes: 2}
disks:
  - {name: vda, size: 512M, profile: virtio}
  - {name: vdb, size: 256M, profile: nvme}
  - {name: ram0, size: 64M, profile: ram}
  - {name: ram1, size: 64M, profile: ram}
zram: [{name: zram0, disksize: 64M}, {name: zram1, disksize: 64M, algorithm: zstd}]
zswap: {enabled: true, compressor: lzo}
swap: [{device: /dev/vda}, {device: /dev/ram0}]
YAML
start --manual --scenario "$scratch/full.yaml"
echo "+memory +pids +io +cpu +cpuset +misc" >"$cg/cgroup.subtree_control"
mkdir "$cg/work"
ctl 'task t cgroup=/work'

# there MODE PATH
there() {
    [ -e "$mnt$2" ] || [ -L "$mnt$2" ] || fail "no $2"
    expect_eq "mode of $2" "$1" "$(stat -c %a "$mnt$2")"
}

# Dumped captures say mode and path; other cgroups stand for the one here.
cat "$fixtures"/cgroup/*.txt "$fixtures"/sys/*.txt | sed -n 's/^== \([^ ]*\) \([0-7]*\)$/\2 \1/p' |
    sed 's,/work/leaf/,/work/,; s,/nomem_parent/kid/,/work/,; s,//,/,' | sort -u >"$scratch/captured"
sed -n 's,^\([0-7][0-7]*\) \([^ ]*\) =.*,\1 /proc/sys/vm/\2,p' "$fixtures/proc/sys_vm.txt" >>"$scratch/captured"
expect_num "captured paths" "$(wc -l <"$scratch/captured")" -gt 600
while read -r mode path; do
    there "$mode" "$path"
done <"$scratch/captured"

grep -v '^#\|^not ' "$root/tests/e2e/every-path.txt" >"$scratch/paths"
while read -r mode pattern; do
    found=0
    for file in "$mnt"$pattern; do
        there "$mode" "${file#"$mnt"}"
        found=$((found + 1))
    done
    case $pattern in
        *'*'*) expect_num "$pattern" "$found" -ge 2 ;;
    esac
done <"$scratch/paths"

# listed DIR <LISTING: each line of `ls -l` is of a file here, of the same mode and kind, or said to be none
listed() {
    grep '^[-dl][-r][-w]' | sed 's/ -> .*//' | awk '{ print $1, $NF }' | grep -v ' \.\{1,2\}$' >"$scratch/listing"
    [ -s "$scratch/listing" ] || fail "no listing of $1"
    while read -r mode name; do
        if grep -qxF "not $name $1" "$root/tests/e2e/every-path.txt"; then
            [ ! -e "$mnt$1/$name" ] || fail "$1/$name is there, but said not to be"
        else
            expect_eq "$1/$name" "$mode" "$(stat -c %A "$mnt$1/$name")"
        fi
    done <"$scratch/listing"
}
# Processes are not listed: the machine's tasks have no directory of their own.
sed -n '/ acpi$/,$p' "$fixtures/proc/ls.txt" | listed /proc
sed -n '/ acpi$/q; p' "$fixtures/proc/ls.txt" | grep -v ' [0-9]*$' | listed /proc/pressure
sed '/^ls: /,$d' "$fixtures/sys/debugfs_ls.txt" | listed /sys/kernel/debug
sed -n '/hot_/p; /^loop0/q' "$fixtures/sys/zram_control_ls.txt" | listed /sys/class/zram-control
