#!/usr/bin/env bash
# What `reclaimfs exec` needs of a shell: the namespaces' insides. Called by the launcher and the server, not by hand.
#
#   sandbox.sh outer CMD…                       in a mount namespace of the server's own: a private /run, then CMD
#   sandbox.sh inner TREE TIER SPEED OOMD CMD…  process 1 of the sandbox: mounts, then CMD, and its exit status
#
# Everything is mounted in these namespaces only, so the kernel takes it away when their last process ends, however.
set -euo pipefail

readonly host=/run/.host stand_ins=/run/.stand-ins oomd_files=/run/.oomd oomd_log=/run/log/systemd-oomd.log
tree='' wishes=''

say() { printf 'reclaimfs: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# What root could do to the host from in here, past all namespaces: modules, ports, the clock, networks, the kernel's log. Neither the
# server nor what runs in the sandbox has any of it; what they mount, kill and own is theirs.
readonly beyond=-sys_module,-sys_rawio,-sys_boot,-sys_time,-syslog,-net_admin,-mac_admin,-mac_override,-audit_control,-linux_immutable\
,-wake_alarm,-block_suspend

outer() {
    local why left=1 narrow=(setpriv --inh-caps=-all "--bounding-set=$beyond" --)
    mount -t tmpfs -o mode=755 run /run || fail "cannot mount in a namespace of our own: is this a restricted container?"
    mkdir -p /run/.tree /run/.dev "$host" "$stand_ins/bin" /run/lock /run/reclaimfs
    mkfifo "$stand_ins/wishes"
    # The sandbox' /dev: the process that keeps the block devices makes their nodes in it.
    mount -t tmpfs -o mode=755 dev /run/.dev
    why=$(LC_ALL=C "${narrow[@]}" cat /proc/self/status 2>&1) || narrow=()
    # Of a root who may not drop any, setpriv says nothing.
    if [[ $why =~ CapBnd:[[:space:]]*([0-9a-f]+) ]]; then
        why='no CAP_SETPCAP' left=$((0x${BASH_REMATCH[1]} & 1 << 16)) # CAP_SYS_MODULE stands for all
    fi
    ((!left)) || say "the sandbox keeps all rights of root, which it cannot drop: ${why//$'\n'/; }"
    exec "${narrow[@]}" "$@"
}

# Room for a name that this host's sysfs does not have: a tmpfs over its directory, with links to what was there.
make_room() {
    local path=$1 above=${1%/*}
    [[ $above == /sys/* ]] || return 1
    [[ -d $above ]] || make_room "$above" || return 1
    if ! mkdir "$path" 2>/dev/null; then
        if [[ ! -d $host/sys ]]; then
            mkdir "$host/sys"
            # Without what is mounted below, where that may be left out: a user namespace may not.
            mount --bind /sys "$host/sys" 2>/dev/null || mount --rbind /sys "$host/sys"
        fi
        mount -t tmpfs -o mode=755 sysfs "$above" || return 1
        if [[ -n $(ls -A "$host$above" 2>/dev/null) ]]; then
            ln -s "$host$above"/* "$above/"
        fi
        mkdir "$path"
    fi
}

# show PATH…: the tree's file or directory in the place of the host's.
show() {
    local path
    for path; do
        [[ -e $tree$path ]] || continue
        if [[ -e $path ]] || make_room "$path"; then
            mount --bind "$tree$path" "$path" || fail "cannot show $path"
        else
            say "this host has no $path: the sandbox cannot show it either"
        fi
    done
}

# Directories that the pretend machine shares with the host; all others are its own, or the host's.
readonly shared=' /sys /sys/class /sys/dev /sys/devices /sys/devices/system /sys/devices/virtual /sys/fs /sys/kernel
 /sys/module '

# merge DIR: what the tree has below DIR in the place of what the host has.
merge() {
    local entry
    for entry in "$tree$1"/*; do
        entry=${entry#"$tree"}
        if [[ -d $entry && $shared == *[[:space:]]"$entry"[[:space:]]* ]]; then
            merge "$entry"
        else
            show "$entry"
        fi
    done
}

# Our own /proc shows only what runs in here; without it nothing that kills may be started.
show_proc() {
    local entry
    [[ $$ == 1 ]] || fail "not in a PID namespace of our own"
    mount -t proc -o nosuid,nodev,noexec proc /proc || fail "cannot mount /proc here: is this host's /proc masked?"
    for entry in "$tree"/proc/*; do
        entry=${entry#"$tree"}
        # Directories of processes are bound one by one, when there is such a process.
        [[ $entry == /proc/sys || $entry == /proc/[0-9]* ]] || show "$entry"
    done
    show /proc/sys/vm
    printf '0::/init.scope\n' >/run/.cgroup
    mount --bind /run/.cgroup /proc/1/cgroup
}

show_sys() {
    # The first cgroup2 in the mount table is the one tools take; in a user namespace the host's cannot be taken away.
    umount -R /sys/fs/cgroup 2>/dev/null || true
    mount -t cgroup2 cgroup2 /sys/fs/cgroup || say "cannot mount a cgroup2: tools that look for one will not find it"
    merge /sys
    # The machine has no memory hotplug, and lsmem is not to count the host's memory.
    if [[ -d /sys/devices/system/memory ]]; then
        mkdir "$host/nothing"
        mount --bind "$host/nothing" /sys/devices/system/memory
    fi
}

# Of the host's devices only those that do nothing to it.
show_dev() {
    local name device
    mkdir "$host/dev"
    mount --rbind /dev "$host/dev"
    mount --move /run/.dev /dev
    for name in null zero full random urandom tty ptmx kmsg; do
        device=$host/dev/$name
        [[ $name == kmsg ]] && device=$tree/dev/kmsg
        [[ -e $device ]] || continue
        : >"/dev/$name"
        mount --bind "$device" "/dev/$name"
    done
    for name in pts shm mqueue; do
        if [[ -d $host/dev/$name ]]; then
            mkdir "/dev/$name"
            mount --rbind "$host/dev/$name" "/dev/$name"
        fi
    done
    if [[ -L $host/dev/ptmx ]]; then
        umount /dev/ptmx
        rm /dev/ptmx
        ln -s pts/ptmx /dev/ptmx
    fi
    ln -s /proc/self/fd /dev/fd
    ln -s fd/0 /dev/stdin
    ln -s fd/1 /dev/stdout
    ln -s fd/2 /dev/stderr
    umount -l "$host/dev"
}

# What set-up scripts call, and what would change the host, goes to the machine.
stand_in() {
    local name
    mkdir /run/.bin
    for name in modprobe rmmod udevadm logger; do
        ln -s "${BASH_SOURCE[0]%/*}/stand-in.sh" "/run/.bin/$name"
    done
    : >/run/wrappers.log
    # The machine's drivers are built in, whoever looks there; the host's modules are none of its.
    if [[ -d /lib/modules ]]; then
        mount -t tmpfs -o mode=755 modules /lib/modules
        mkdir "/lib/modules/$(uname -r)"
        printf 'kernel/%s.ko\n' drivers/block/zram/zram drivers/block/brd drivers/block/loop mm/zsmalloc \
            >"/lib/modules/$(uname -r)/modules.builtin"
        : >"/lib/modules/$(uname -r)/modules.dep"
    fi
    export PATH=/run/.bin:$PATH
}

# Names for swapon(2) to be given: the model has the devices, nothing here can be read or written.
name_devices() {
    local device
    for device in "$tree"/sys/block/*; do
        device=/dev/${device##*/}
        [[ ! -e $device ]] || continue
        : >"$device"
        chmod 600 "$device"
    done
}

# start_stand_in PID COMM: an idle process of that number and name, in a session of its own: no terminal reaches it.
start_stand_in() {
    local last started='' tries
    # It is there already, or another has its number: the server asks again.
    [[ ! -e /proc/$1 ]] || return 0
    ln -sf "$(type -P sleep)" "$stand_ins/bin/$2"
    last=$(</proc/sys/kernel/ns_last_pid)
    for ((tries = 0; tries < 20; tries++)); do
        # The next process gets the number after this one, unless somebody else's comes in between. It is process 1's
        # child in the end: whoever kills it, there is no shell to say anything about it.
        started=$(
            echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
            exec_stand_in "$2" </dev/null >/dev/null 2>&1 {wishes}<&- &
            echo "$!"
        )
        [[ $started != "$1" ]] || break
        kill -KILL "$started"
    done
    # The sandbox's own processes go on where they were, away from the machine's numbers.
    echo "$last" >/proc/sys/kernel/ns_last_pid
}

exec_stand_in() {
    exec setsid "$stand_ins/bin/$1" infinity
}

# show_stand_in PID: the task's files in the place of the process' own; the binds go with the process.
show_stand_in() {
    local name
    for name in "$stand_ins/proc/$1"/*; do
        mount --bind "$name" "/proc/$1/${name##*/}" 2>/dev/null || [[ ! -e /proc/$1/${name##*/} ]] ||
            say "process $1 shows its own ${name##*/}, not the task's"
    done
}

# serve END: the server's wishes, a line each, until the one that is END.
serve() {
    local wish pid name
    while read -r wish pid name <&"$wishes"; do
        case $wish in
            start) start_stand_in "$pid" "$name" ;;
            show) show_stand_in "$pid" ;;
            "$1") break ;;
        esac
    done
}

# Who may own a name and call whom is nobody's concern in here.
bus_config() {
    cat <<'XML'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
  </policy>
</busconfig>
XML
}

start_bus() {
    local tries
    if ! type -P dbus-daemon >/dev/null; then
        say "there is no dbus-daemon: systemd-oomd works without, but oomctl does not"
        return
    fi
    bus_config >"$oomd_files/bus.conf"
    setsid dbus-daemon --config-file="$oomd_files/bus.conf" --nofork --nopidfile </dev/null >"$oomd_files/bus.log" 2>&1 &
    disown "$!"
    for ((tries = 0; tries < 200; tries++)); do
        [[ ! -S /run/dbus/system_bus_socket ]] || return 0
        sleep 0.02
    done
    say "dbus-daemon does not start: $(tail -n 1 "$oomd_files/bus.log")"
}

# Stays as long as systemd-oomd does, and says so when that has ended. In a session of its own: Ctrl-C is not for it.
attend_oomd() {
    local status=0
    SYSTEMD_LOG_TARGET=console setsid "$1" </dev/null >"$oomd_log" 2>&1 || status=$?
    say "systemd-oomd has ended with status $status; its last words:"
    tail -n 3 "$oomd_log" >&2
    : >"$oomd_files/ended"
}

# start_oomd PROGRAM: systemd-oomd, and a bus for it; returns when it has told the managers of units that it is there.
start_oomd() {
    local words tries
    mkdir -p "$oomd_files" /run/dbus /run/systemd/oom "${oomd_log%/*}"
    words=$("$1" --version 2>&1) || fail "$1 does not run here: ${words%%$'\n'*}"
    words=${words#systemd }
    printf '%s\n' "${words%%[!0-9]*}" >"$oomd_files/version"
    start_bus
    attend_oomd "$1" &
    disown "$!"
    for ((tries = 0; tries < 500; tries++)); do
        [[ ! -e $oomd_files/ended ]] || exit 1
        if [[ -S /run/systemd/oom/io.systemd.ManagedOOM || -S /run/systemd/oom/io.system.ManagedOOM ]]; then
            return 0
        fi
        sleep 0.02
    done
    fail "systemd-oomd does not listen: $(tail -n 1 "$oomd_log")"
}

inner() {
    tree=$1
    local tier=$2 speed=$3 oomd=$4 program status=0
    shift 4
    trap 'say "the server is gone: the sandbox ends"; exit 1' USR1
    show_proc
    show_sys
    show_dev
    [[ $tier != syscalls ]] || name_devices
    [[ $tier != block ]] || stand_in
    # `reclaimfs ctl /run STEP` works in here.
    mount --bind "$tree/reclaimfs" /run/reclaimfs
    [[ $speed == - ]] || printf 'speed %s\n' "$speed" >/run/reclaimfs/clock
    if [[ $tree == /run/.tree ]]; then
        mkdir "$stand_ins/proc"
        mount --bind "$tree/proc" "$stand_ins/proc"
        umount -l "$tree"
    fi
    [[ $oomd == - ]] || start_oomd "$oomd"
    exec {wishes}<>"$stand_ins/wishes"
    # Those of the beginning come before the program, and no process of its can be in the way of their numbers.
    serve run
    # The server ignores the terminal's signals, and so do we; what is run here gets them as usual.
    env --default-signal=INT,QUIT -- "$@" <&0 {wishes}<&- &
    program=$!
    # A process apart, and SIGTERM comes to the program from the server: bash might take a trap's signal for the status.
    serve end >/dev/null &
    exec {wishes}<&-
    echo "$program" >"$stand_ins/program.new"
    mv "$stand_ins/program.new" "$stand_ins/program"
    wait "$program" || status=$?
    : >"$stand_ins/ended"
    exit "$status"
}

case ${1-} in
    outer | inner) "$@" ;;
    *) fail "not for use by hand: see \`reclaimfs exec -h\`" ;;
esac
