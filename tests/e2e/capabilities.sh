#!/bin/sh
# A server of root keeps what it needs to mount and unmount, in every thread, and can get no more; a sandbox nothing that reaches past it.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "a plain user has no capabilities to drop"
setpriv --inh-caps=-all --bounding-set=-all,+sys_admin -- true 2>/dev/null || skip "this root may not drop capabilities"

# What of a set (a line of /proc/PID/status) is beyond the capabilities named by their numbers.
beyond() {
    set_of=$1
    shift
    allowed=0
    for number; do
        allowed=$((allowed | 1 << number))
    done
    printf '%x\n' $((0x$set_of & ~allowed))
}
sys_admin=21 dac_read_search=2

# expect_narrow CAPABILITY…: every thread of $server has those and no others, for good.
expect_narrow() {
    for thread in "/proc/$server/task"/*; do
        status=$(cat "$thread/status" 2>/dev/null) || continue # it has ended
        for line in CapInh CapPrm CapEff CapBnd CapAmb; do
            bits=$(printf '%s\n' "$status" | awk -v key="$line:" '$1 == key { print $2 }')
            expect_eq "$line of thread ${thread##*/} beyond what is needed ($bits)" 0 "$(beyond "$bits" "$@")"
        done
        expect_eq "NoNewPrivs of thread ${thread##*/}" 1 "$(printf '%s\n' "$status" | awk '$1 == "NoNewPrivs:" { print $2 }')"
    done
}

start
server=$(cat "$mnt/reclaimfs/pid")
expect_narrow $sys_admin
# It does its work all the same, and SIGTERM unmounts.
ctl 'task t cgroup=/' 'alloc t 1M' check
kill "$server"
wait_until 20 "the end of the mount" sh -c "! grep -qF ' $mnt ' /proc/self/mounts"
wait_until 20 "the end of the server" sh -c "! [ -e /proc/$server/exe ]"

# Below a directory of somebody else's that is closed: root gets there by CAP_DAC_READ_SEARCH, and keeps no more than that.
mkdir -m 700 "$scratch/closed"
mkdir "$scratch/closed/mnt"
cp "$scenarios/zswap.yaml" "$scratch/closed/"
chown -R 65534 "$scratch/closed"
"$reclaimfs" mount --scenario "$scratch/closed/zswap.yaml" "$scratch/closed/mnt" || fail "mount below a closed directory"
server=$(cat "$scratch/closed/mnt/reclaimfs/pid")
expect_narrow $sys_admin $dac_read_search
"$reclaimfs" umount "$scratch/closed/mnt" || fail "umount below a closed directory"

# In a sandbox: modules, ports, the clock, the network and the log of the host are out of reach; mounts are not.
in_sandbox --tier files
bits=$(in_it sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
for number in 9 12 16 17 22 25 30 32 33 34 35 36; do
    expect_eq "capability $number in the sandbox ($bits)" 0 $((0x$bits >> number & 1))
done
expect_eq "CAP_SYS_ADMIN in the sandbox" 1 $((0x$bits >> sys_admin & 1))

# A root who may not drop any, and one without setpriv, hear of it in one line, and are served.
mkdir "$scratch/bin"
for program in /usr/bin/* /bin/*; do
    [ "${program##*/}" = setpriv ] || ln -sf "$program" "$scratch/bin/"
done
undropped='keeps all rights of root'
# expect_said WHY: $said is one line that says so, with the reason.
expect_said() {
    case $said in *"$undropped"*"$1"*) ;; *) fail "it does not say that it $undropped for '$1': '$said'" ;; esac
    expect_eq "lines said" 1 "$(printf '%s\n' "$said" | wc -l)"
}
said=$(setpriv --inh-caps=-setpcap --bounding-set=-setpcap "$reclaimfs" mount "$mnt" 2>&1) || fail "mount without CAP_SETPCAP: $said"
expect_said 'no CAP_SETPCAP'
ctl check
stop
said=$(PATH="$scratch/bin" "$reclaimfs" mount "$mnt" 2>&1) || fail "mount without setpriv: $said"
expect_said 'setpriv is missing'
stop
said=$(setpriv --inh-caps=-setpcap --bounding-set=-setpcap "$reclaimfs" exec --tier files -- true 2>&1) || fail "exec without CAP_SETPCAP: $said"
expect_said 'no CAP_SETPCAP'
said=$("$reclaimfs" mount "$mnt" 2>&1) || fail "mount: $said"
expect_eq "what is said where they can be dropped" '' "$said"
