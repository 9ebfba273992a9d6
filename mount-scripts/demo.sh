#!/usr/bin/env bash
# The main job on a real mount, in under a minute, every step shown and explained.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: mount-scripts/demo.sh [-h]

Sets up if needed, mounts a pretend machine of 2 GiB in a temporary directory, runs reclaim on it with echo and
cat, and ends with a finding about a kernel patch series. Nothing of this computer's memory settings is touched,
and nothing is left behind.

Exit status: 0 all went as explained, 1 failed (for example, no FUSE here), 2 wrong usage.
USAGE
}

case ${1-} in
    '') ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
reclaimfs=$root/mount-scripts/reclaimfs
PATH=$root/mount-scripts:$PATH
export LC_ALL=C
bold='' dim='' plain=''
if [[ -t 1 ]]; then
    bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

title() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
why() { printf '%s   %s%s\n' "$dim" "$*" "$plain"; }

# show COMMAND: prints a command line, runs it in $mnt, prints what it says. Its status is in $status.
show() {
    printf '%s$ %s%s\n' "$bold" "$1" "$plain"
    status=0
    said=$(cd "$mnt" && bash -c "$1" 2>&1) || status=$?
    # The errno is the point, not which shell it was and at which line.
    said=${said//bash: line 1: /}
    [[ -z $said ]] || printf '%s\n' "$said"
}

# must WORD: the demo ends here if the last command did not say WORD (or, for "ok", failed).
must() {
    if [[ $1 == ok ]]; then
        ((status == 0)) && return 0
    elif [[ $said == *"$1"* ]]; then
        return 0
    fi
    printf 'demo: expected %s: this is a bug of reclaimfs, please report it\n' "$1" >&2
    exit 1
}

finish() {
    local code=$?
    trap - EXIT
    cd /
    if grep -qF " $mnt " /proc/self/mounts; then
        "$reclaimfs" umount "$mnt" || "$reclaimfs" umount --lazy "$mnt" || true
    fi
    rm -rf --one-file-system "$scratch"
    exit "$code"
}

[[ -e /dev/fuse ]] || {
    echo "demo: there is no /dev/fuse: load the module (modprobe fuse), or start the container with --device /dev/fuse" >&2
    exit 1
}
[[ -r /dev/fuse && -w /dev/fuse ]] || {
    echo "demo: no permission for /dev/fuse: run as root, or let an administrator chmod 666 /dev/fuse" >&2
    exit 1
}
"$root/mount-scripts/setup.sh"

scratch=$(mktemp -d)
mnt=$scratch/machine
mkdir "$mnt"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

title "1. A machine with 2 GiB of memory, a swap disk and zswap"
printf '%s$ reclaimfs mount --scenario tests/scenarios/zswap.yaml %s%s\n' "$bold" "$mnt" "$plain"
"$reclaimfs" mount --scenario "$root/tests/scenarios/zswap.yaml" "$mnt"
why "From here on, every command runs inside that directory, which looks like the / of that machine."
show 'cat proc/swaps'
must vda
show 'head -2 proc/meminfo; cat sys/module/zswap/parameters/enabled sys/module/zswap/parameters/compressor'
must ok
why "These are the files of Linux 7.2, with a model of its memory management behind them."

title "2. A cgroup, made as on any system, and a simulated process in it with 64 MiB"
show 'echo +memory > sys/fs/cgroup/cgroup.subtree_control'
must ok
show 'mkdir sys/fs/cgroup/web'
must ok
show "reclaimfs ctl . 'task worker cgroup=/web' 'alloc worker 64M content=ratio:3.7'"
must ok
show 'cat sys/fs/cgroup/web/memory.current; grep -w anon sys/fs/cgroup/web/memory.stat'
must anon
why "memory.current is a little more than 64 MiB: page tables are charged, too. The data shrinks 3.7 : 1."

title "3. Reclaim 48 MiB: the pages go, compressed, into zswap"
show 'echo 48M > sys/fs/cgroup/web/memory.reclaim'
must ok
show 'grep -wE "anon|zswap|zswapped|zswpout|zswpwb|zswpwb_proactive_b" sys/fs/cgroup/web/memory.stat'
must zswapped
show 'cat sys/fs/cgroup/web/memory.zswap.current sys/fs/cgroup/web/memory.swap.current'
must ok
show 'cat proc/swaps; cat sys/kernel/debug/zswap/stored_pages sys/kernel/debug/zswap/pool_total_size'
must ok
why "All agree: each page has a slot in the swap device, but its bytes are still in RAM, in zswap's pool."

title "4. Write zswap back to the disk with the proposed interface: source=zswap"
calls=0
while true; do
    calls=$((calls + 1))
    show 'echo "10M source=zswap" > sys/fs/cgroup/web/memory.reclaim'
    ((status == 0)) && break
    must 'Resource temporarily unavailable'
    ((calls < 40)) || must 'success within 40 calls'
    if ((calls == 1)); then
        why "EAGAIN, and nothing was written. Every entry of zswap enters with a mark 'referenced', and the first"
        why "look at it only takes the mark away (the second chance). We keep calling:"
    fi
done
why "Call $calls did it. One call looks at no more than 1024 entries before it gives up, and more than 12,000 had"
why "the mark, so that many calls only took marks away."
show 'grep -wE "zswap|zswapped|zswpwb|zswpwb_proactive_b" sys/fs/cgroup/web/memory.stat'
must zswpwb_proactive_b
show 'cat sys/fs/cgroup/web/memory.swap.current sys/kernel/debug/zswap/written_back_pages'
must ok
why "zswap shrank by what zswpwb_proactive_b counts. swap.current is as before: writeback keeps the slot."

title "5. Wrong forms get the kernel's errno and change nothing"
for form in 'source=zswap' '10M source=' '10M source=disk' '10M source=zswap swappiness=60' '1.5M' '10M 20M'; do
    show "echo \"$form\" > sys/fs/cgroup/web/memory.reclaim"
    must 'Invalid argument'
done
why "A size is required, the only source is zswap, and it does not go together with swappiness."

title "6. The same kernel without the patch series"
show 'echo 0 > reclaimfs/patches/zswap_proactive_writeback'
must ok
show 'echo "10M source=zswap" > sys/fs/cgroup/web/memory.reclaim'
must 'Invalid argument'
show 'grep -c zswpwb_proactive_b sys/fs/cgroup/web/memory.stat'
must 0
why "As in an unpatched 7.2: the key is unknown, and memory.stat does not have the new line."
show 'echo 1 > reclaimfs/patches/zswap_proactive_writeback'
must ok

# fresh NAME PAGES: a cgroup whose PAGES pages are all in zswap, and none of them looked at yet.
fresh() {
    local tries=0
    show "mkdir sys/fs/cgroup/$1 && reclaimfs ctl . 'task $1 cgroup=/$1' 'alloc $1 $(($2 * 4))K content=ratio:2'"
    must ok
    while [[ $(awk '$1 == "zswapped" { print $2 / 4096 }' "$mnt/sys/fs/cgroup/$1/memory.stat") != "$2" ]]; do
        ((++tries <= 50)) || must "$2 pages in zswap"
        show "echo $(($2 * 4))K > sys/fs/cgroup/$1/memory.reclaim"
    done
    show "awk '\$1 == \"zswapped\" { print \$2 / 4096, \"pages in zswap\" }' sys/fs/cgroup/$1/memory.stat"
    must "$2 pages"
}

title "7. A finding: the selftest of that series (v5) cannot pass"
why "It pushes 1024 + 3 fresh pages into zswap and makes one call for all of their bytes:"
fresh selftest 1027
# shellcheck disable=SC2016 # show expands it
show 'echo "$(cat sys/fs/cgroup/selftest/memory.zswap.current) source=zswap" > sys/fs/cgroup/selftest/memory.reclaim'
must 'Resource temporarily unavailable'
show 'grep -wE "zswpwb|zswpwb_proactive_b" sys/fs/cgroup/selftest/memory.stat'
must 'zswpwb 0'
why "EAGAIN, and both counters that the selftest wants to see grow are 0. Why: each entry starts referenced; the"
why "call goes in batches of 64; a batch that only takes marks away counts as a failure; 16 failures end the"
why "call; and 16 x 64 = 1024. With one entry fewer than 1024 the same call comes round to the first entries again:"
fresh below 1023
show 'echo "1M source=zswap" > sys/fs/cgroup/below/memory.reclaim'
must ok
show 'grep -wE "zswpwb|zswpwb_proactive_b" sys/fs/cgroup/below/memory.stat'
must zswpwb
[[ $said != *'zswpwb 0'* ]] || must 'pages written back'
why "1023 fresh pages: written at the first call. A real 7.2.13 with the series applied answers the same in both cases."

title "Done"
echo "By hand: mkdir /tmp/machine; mount-scripts/reclaimfs mount --scenario tests/scenarios/zswap.yaml /tmp/machine"
echo "and when you have seen enough: mount-scripts/reclaimfs umount /tmp/machine"
