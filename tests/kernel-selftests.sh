#!/bin/sh
# Other people's tests, unchanged, in front of a machine: the kernel's own zram selftests, and LTP's for zram and swap. They are GPL, so
# none of their text is here: the user has it. They load modules, make file systems and switch swap: in the sandbox that is
# the machine's business, and this script sees to it that it is, before it starts one.
# shellcheck disable=SC2016 # the sandbox expands it
case ${1-} in
    -h | --help | '')
        cat <<'USAGE'
usage: tests/kernel-selftests.sh DIR

Runs the tests found in DIR on a copy, in `reclaimfs exec --tier block`, and prints what each one says last.

  DIR   a kernel's source tree (Debian: apt-get source linux, or the package linux-source-6.1), or its
        tools/testing/selftests/zram: zram01.sh and zram02.sh; or a tree of the Linux Test Project in which
        `./configure` and `make -C lib`, and make in libs/swap, testcases/lib and the directories of the tests, were done:
        zram01 to zram03, swapon01 to swapon03, swapoff01, swapoff02, as far as they are built

Exit status: 0 all passed (in LTP's words also: parts of them are not for this machine), 1 one failed, 2 wrong usage,
77 this host has no block devices for sandboxes.
USAGE
        [ -n "${1-}" ] || exit 2
        exit 0
        ;;
esac
dir=$(readlink -f "$1")
. "$(dirname "$0")/lib.sh"

cat >"$scratch/m.yaml" <<'YAML'
machine: {memory: 2GiB, cpus: 2}
disks: [{name: vda, size: 1GiB}]
YAML
blocks_in_sandbox --stand-ins --scenario "$scratch/m.yaml"
host_swaps=$(cat /proc/swaps)
host_zrams=$(ls -d /sys/block/zram* 2>/dev/null || true)

# Nothing in there reaches the host, or nothing is started. A /proc of its own shows the host's swap in there, too.
cat >"$scratch/probe" <<'SH'
set -eu
[ "$(command -v modprobe) $(command -v rmmod)" = '/run/.bin/modprobe /run/.bin/rmmod' ]
grep -q '^Seccomp:.2$' /proc/self/status
mkdir /run/host && mount -t proc proc /run/host
before=$(cat /run/host/swaps)
mkswap -q /dev/vda && swapon /dev/vda
grep -q '^/dev/vda ' /proc/swaps
[ "$before" = "$(cat /run/host/swaps)" ]
swapoff /dev/vda
SH
in_it sh "$scratch/probe" || fail "swap or modules would reach the host: nothing was run"

# one NAME WORD COMMAND…: runs a test in a sandbox of its own; the last line with WORD is what it said.
failures=0
one() {
    name=$1 word=$2
    shift 2
    status=0
    # shellcheck disable=SC2086 # words
    timeout 900 "$reclaimfs" exec $exec_arguments -- "$@" >"$scratch/said" 2>&1 || status=$?
    case $word in
        PASS) grep -q "$name : \[PASS\]" "$scratch/said" && ! grep -q FAIL "$scratch/said" || status=1 ;;
        *) [ "$status" != 32 ] || status=0 ;; # TCONF
    esac
    if [ "$word" = PASS ]; then
        said=$(tail -n 1 "$scratch/said")
    else
        said=$(sed -n 's/^\(passed\|failed\|broken\|skipped\|warnings\)  *\([0-9]*\)$/\2 \1/p' "$scratch/said" | paste -sd, | sed 's/,/, /g')
    fi
    printf '%-4s %-10s %s\n' "$([ "$status" = 0 ] && echo ok || echo FAIL)" "$name" "$said"
    if [ "$status" != 0 ]; then
        failures=$((failures + 1))
        sed 's/^/     /' "$scratch/said"
    fi
}

selftests=$dir
[ ! -d "$dir/tools/testing/selftests/zram" ] || selftests=$dir/tools/testing/selftests/zram
if [ -e "$selftests/zram01.sh" ] && [ -e "$selftests/zram_lib.sh" ]; then
    cp -r "$selftests" "$scratch/zram"
    for name in zram01 zram02; do
        one "$name" PASS sh -c 'cd "$1" && exec bash "./$2.sh"' sh "$scratch/zram" "$name"
    done
elif [ -d "$dir/testcases/kernel/device-drivers/zram" ]; then
    mkdir "$scratch/ltp"
    cp "$dir"/testcases/lib/tst_* "$dir"/testcases/kernel/device-drivers/zram/* "$scratch/ltp/"
    cp "$dir"/testcases/kernel/syscalls/swapo*/swapo* "$scratch/ltp/"
    # /dev/vda is the machine's. Where the host has no /lib/modules the sandbox cannot have one; LTP looks for drivers there.
    cat >"$scratch/run" <<'SH'
if [ ! -d /lib/modules ]; then
    mkdir -p "/run/lib/modules/$(uname -r)"
    echo kernel/drivers/block/zram/zram.ko >"/run/lib/modules/$(uname -r)/modules.builtin"
    : >"/run/lib/modules/$(uname -r)/modules.dep"
    mount -t overlay -o "lowerdir=/run/lib:$(readlink -f /lib)" overlay "$(readlink -f /lib)"
fi
mkdir /run/ltp
cd "$1"
export PATH=$1:$PATH LTPROOT=$1 LTP_DEV=/dev/vda TMPDIR=/run/ltp KCONFIG_SKIP_CHECK=1 LTP_COLORIZE_OUTPUT=0
exec "./$2"
SH
    for name in zram01.sh zram02.sh zram03 swapon01 swapon02 swapon03 swapoff01 swapoff02; do
        if [ -x "$scratch/ltp/$name" ]; then
            one "${name%.sh}" ltp sh "$scratch/run" "$scratch/ltp" "$name"
        else
            echo "SKIP ${name%.sh}: not built"
        fi
    done
else
    fail "$dir has neither the zram selftests of a kernel nor LTP"
fi
expect_eq "the host's swap" "$host_swaps" "$(cat /proc/swaps)"
expect_eq "the host's zram devices" "$host_zrams" "$(ls -d /sys/block/zram* 2>/dev/null || true)"
expect_no_loops
[ "$failures" = 0 ] || fail "$failures of them"
