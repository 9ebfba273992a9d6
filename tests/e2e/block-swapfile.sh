#!/bin/sh
# A swap file made with dd or fallocate and mkswap in the sandbox becomes the machine's swap, by unchanged tools, and never the host's.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/m.yaml" <<'YAML'
machine: {memory: 256MiB, cpus: 2}
disks: [{name: vdb, size: 128MiB}]
YAML
host_swaps=$(cat /proc/swaps)
cat >"$scratch/calls.py" <<'PY'
# calls.py [swapon|swapoff PATH [FLAGS]]…: makes the calls themselves and prints each one's errno, as no tool looks first.
import ctypes, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
for call in sys.argv[1:]:
    name, path, *flags = call.rsplit("|")
    arguments = [path.encode()] + ([int(flags[0], 0) if flags else 0] if name == "swapon" else [])
    failed = getattr(libc, name)(*arguments) != 0
    print(name, path.replace(sys.path[0], "DIR"), *flags, errno.errorcode[ctypes.get_errno()] if failed else "OK")
PY
cat >"$scratch/tour" <<'SH'
set -eu
cd "$1"
area() { tail -n +2 /proc/swaps | sed "s#$PWD#DIR#" | tr -s ' \t' ' '; }
copy() { cat "$1" >"$2" && chmod 600 "$2"; } # cp might share the blocks
log() { dmesg | tail -n "$1" | sed "s/^\[[^]]*\] //; s#$PWD#DIR#"; }

dd if=/dev/zero of="a file" bs=1M count=64 status=none
chmod 600 "a file"
python3 calls.py "swapon|$PWD/a file" && log 1
mkswap -L attic "a file" >/dev/null
swapon -p 7 "a file"
area
log 1
swapon --noheadings --raw --show=TYPE,SIZE,PRIO,LABEL

# The same file by other names; swapoff knows it by each of them.
ln "a file" hard
ln -s "a file" soft
: >bound && mount --bind "a file" bound
python3 calls.py "swapon|a file" "swapon|hard" "swapon|soft" "swapon|bound"
"$2" ctl /run 'task t cgroup=/' 'alloc t 250M' >/dev/null
awk '/^SwapFree/ { print "used:", ($2 < 60000) }' /proc/meminfo
"$2" ctl /run 'exit t'
python3 calls.py "swapoff|hard" "swapoff|a file"
swapon soft && swapoff bound && umount bound
area

# A smaller area than the file, and one that is larger.
mkswap "a file" 16384 >/dev/null 2>&1
swapon "a file"
area
swapoff "a file"
truncate -s 8M "a file"
python3 calls.py "swapon|a file" && log 1

# Only promised blocks will do, none will not, wherever they are missing.
fallocate -l 16M promised && chmod 600 promised && mkswap promised >/dev/null
python3 calls.py "swapon|promised" "swapoff|promised"
fallocate -l 16M promised2 && chmod 600 promised2 && mkswap promised2 >/dev/null
truncate -s 16M holes && mkswap holes >/dev/null 2>&1
python3 calls.py "swapon|holes" && log 1
fallocate --punch-hole -o 8M -l 4096 promised
python3 calls.py "swapon|promised"
: >empty
mkfifo fifo
python3 calls.py "swapon|empty" "swapon|$PWD" "swapon|fifo" "swapon|/dev/null" "swapon|nosuch" "swapon|empty/x" "swapoff|empty" \
    "swapoff|$PWD" "swapoff|nosuch" "swapon|a file|0x100000" "swapon|nosuch|0x100000"

# Bad pages are for devices; other versions for nobody; the other byte order is as good.
head -c 1M /dev/zero >bad && chmod 600 bad && mkswap bad >/dev/null
edit() { python3 -c 'import sys; f = open(sys.argv[1], "r+b"); f.seek(int(sys.argv[2])); f.write(bytes.fromhex(sys.argv[3]))' "$@"; }
edit bad 1032 01000000
python3 calls.py "swapon|bad"
edit bad 1032 00000000 && edit bad 1024 02000000
python3 calls.py "swapon|bad" && log 1
edit bad 1024 00000001000000ff00000000
python3 calls.py "swapon|bad" "swapoff|bad"
log 1

# Where Linux has no swap files, or cannot write to this one.
copy bad /run/memory
: >ro && mount --bind bad ro && mount -o remount,ro,bind ro
python3 calls.py "swapon|/run/memory" "swapon|ro"
umount ro

# A name that cannot be shown as it is, and who may ask.
name=$(printf 'tab\tnew\nline \\ \303\244 ')
copy bad "$name"
LC_ALL=C python3 calls.py "swapon|$name" >/dev/null
tail -n 1 /proc/swaps | sed "s#$PWD#DIR#"
swapoff "$name" && area
setpriv --bounding-set -sys_admin python3 calls.py "swapon|bad" "swapoff|bad" "swapon|bad|0x100000"

# It is gone while it is swap, which Linux would not let happen: the area is still known by its path.
mkfs.ext4 -q -O ^has_journal /dev/vdb
mkdir fs && mount /dev/vdb fs
fallocate -l 32M fs/file && chmod 600 fs/file && mkswap fs/file >/dev/null && swapon fs/file
area
"$2" ctl /run 'task u cgroup=/' 'alloc u 240M' >/dev/null
awk '$3 == "vdb" { print "on vdb:", ($10 > 20000) }' /proc/diskstats
"$2" ctl /run 'exit u'
rm fs/file && umount fs
swapoff "$PWD/fs/file" && area

# All there can be: the next one is refused before its path is looked at.
for i in $(seq 100 128); do
    copy bad "many$i"
done
python3 calls.py $(seq -f 'swapon|many%g' 100 128) | awk '{ print $NF }' | sort | uniq -c | tr -s ' '
python3 calls.py "swapon|nosuch"
swapoff -a 2>/dev/null
area
SH
cat >"$scratch/expected" <<'TEXT'
swapon DIR/a file EINVAL
Unable to find swap-space signature
DIR/a\040file file 65532 0 7
Adding 65532k swap on DIR/a file.  Priority:7 extents:1 across:65532k SS
file 64M 7 attic
swapon a file EBUSY
swapon hard EBUSY
swapon soft EBUSY
swapon bound EBUSY
used: 1
swapoff hard OK
swapoff a file EINVAL
DIR/a\040file file 16380 0 -1
swapon a file EINVAL
Swap area shorter than signature indicates
swapon promised OK
swapoff promised OK
swapon holes EINVAL
swapon: swapfile has holes
swapon promised EINVAL
swapon empty EINVAL
swapon DIR EISDIR
swapon fifo EINVAL
swapon /dev/null EINVAL
swapon nosuch ENOENT
swapon empty/x ENOTDIR
swapoff empty EINVAL
swapoff DIR EISDIR
swapoff nosuch ENOENT
swapon a file 0x100000 EINVAL
swapon nosuch 0x100000 EINVAL
swapon bad EINVAL
swapon bad EINVAL
Unable to handle swap header version 2
swapon bad OK
swapoff bad OK
Adding 1020k swap on DIR/bad.  Priority:-1 extents:1 across:1020k SS
swapon /run/memory EINVAL
swapon ro EROFS
DIR/tab\011new\012line\040\134\040ä\040 file		1020		0		-1
swapon bad EPERM
swapoff bad EPERM
swapon bad 0x100000 EINVAL
DIR/fs/file file 32764 0 -1
on vdb: 1
 1 EPERM
 28 OK
swapon nosuch EPERM
TEXT
blocks_in_sandbox --scenario "$scratch/m.yaml"
files=$scratch/files
mkdir "$files"
[ "$(stat -fc %T "$files")" != tmpfs ] || skip "a tmpfs has no swap files: set TMPDIR to another directory"
cp "$scratch/calls.py" "$files"
in_it bash "$scratch/tour" "$files" "$reclaimfs" >"$scratch/seen" 2>&1 || fail "status $?: $(cat "$scratch/seen")"
expect_same_text "$scratch/expected" "$scratch/seen"
expect_no_loops

# Without block devices, too; a plain user's files are as good (exec-user.sh has the user).
in_sandbox --tier syscalls
in_it sh -c 'cd "$1" && swapon -p 3 promised2 && tail -n 1 /proc/swaps && swapoff promised2 && tail -n +2 /proc/swaps' sh "$files" \
    >"$scratch/seen" 2>&1 || fail "tier syscalls: $(cat "$scratch/seen")"
grep -q "promised2 .*file.*16380.*0.*3$" "$scratch/seen" || fail "tier syscalls: $(cat "$scratch/seen")"
expect_eq "the host's swap" "$host_swaps" "$(cat /proc/swaps)"
