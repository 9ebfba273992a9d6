#!/usr/bin/env bash
# What `reclaimfs exec` needs of a shell: the namespaces' insides. Called by the launcher and the server, not by hand.
#
#   sandbox.sh outer CMD…                       in a mount namespace of the server's own: a private /run, then CMD
#   sandbox.sh inner TREE TIER SPEED CMD…       process 1 of the sandbox: mounts, then CMD, and its exit status
#
# Everything is mounted in these namespaces only, so the kernel takes it away when their last process ends, however.
set -euo pipefail

readonly host=/run/.host stand_ins=/run/.stand-ins
tree='' child='' interrupted=false

say() { printf 'reclaimfs: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

outer() {
    mount -t tmpfs -o mode=755 run /run || fail "cannot mount in a namespace of our own: is this a restricted container?"
    mkdir -p /run/.tree /run/.dev "$host" "$stand_ins"/{bin,start,show} /run/lock /run/reclaimfs
    # The sandbox' /dev: the process that keeps the block devices makes their nodes in it.
    mount -t tmpfs -o mode=755 dev /run/.dev
    exec "$@"
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
    local last tries
    ln -sf "$(type -P sleep)" "$stand_ins/bin/$2"
    last=$(</proc/sys/kernel/ns_last_pid)
    for ((tries = 0; tries < 20; tries++)); do
        # The next process gets the number after this one, unless somebody else's comes in between.
        echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
        exec_stand_in "$2" </dev/null >/dev/null 2>&1 &
        disown "$!" # whoever kills it, bash has nothing to say about it
        [[ $! != "$1" ]] || break
        kill -KILL "$!"
    done
    # The sandbox's own processes go on where they were, away from the machine's numbers.
    echo "$last" >/proc/sys/kernel/ns_last_pid
}

exec_stand_in() {
    exec setsid "$stand_ins/bin/$1" infinity
}

# The server's wishes: a file start/PID holds the name of a process to start, show/PID asks for the task's files in the place
# of the process' own. The binds go with the process.
serve_stand_ins() {
    local wish pid name
    for wish in "$stand_ins"/start/*; do
        [[ -e $wish ]] || continue
        name=$(<"$wish")
        rm -f "$wish"
        start_stand_in "${wish##*/}" "$name"
    done
    for wish in "$stand_ins"/show/*; do
        [[ -e $wish ]] || continue
        pid=${wish##*/}
        for name in "$stand_ins/proc/$pid"/*; do
            mount --bind "$name" "/proc/$pid/${name##*/}" 2>/dev/null || true
        done
        rm -f "$wish"
    done
}

inner() {
    tree=$1
    local tier=$2 speed=$3 status=0
    shift 3
    trap 'say "the server is gone: the sandbox ends"; exit 1' USR1
    trap 'interrupted=true; [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || true' TERM
    show_proc
    show_sys
    show_dev
    [[ $tier != syscalls ]] || name_devices
    # `reclaimfs ctl /run STEP` works in here.
    mount --bind "$tree/reclaimfs" /run/reclaimfs
    [[ $speed == - ]] || printf 'speed %s\n' "$speed" >/run/reclaimfs/clock
    if [[ $tree == /run/.tree ]]; then
        mkdir "$stand_ins/proc"
        mount --bind "$tree/proc" "$stand_ins/proc"
        trap 'interrupted=true; serve_stand_ins' USR2
        umount -l "$tree"
    fi
    # The server ignores the terminal's signals, and so do we; what is run here gets them as usual.
    env --default-signal=INT,QUIT -- "$@" <&0 &
    child=$!
    # A trap ends the wait, too. Bash remembers the status of a child that has ended, and tells it again.
    interrupted=true
    while $interrupted; do
        interrupted=false status=0
        wait "$child" || status=$?
    done
    : >"$stand_ins/ended"
    exit "$status"
}

case ${1-} in
    outer | inner) "$@" ;;
    *) fail "not for use by hand: see \`reclaimfs exec -h\`" ;;
esac
