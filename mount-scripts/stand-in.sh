#!/usr/bin/env bash
# In the sandbox of `exec --tier block`, under the names modprobe, rmmod, udevadm and logger, first in the PATH: what set-up scripts
# call, done to the machine instead of the host. Not for use by hand. Each call is a line in /run/wrappers.log, with its status.
set -euo pipefail

readonly log=/run/wrappers.log control=/sys/class/zram-control
me=${0##*/}

fail() {
    printf '%s: %s\n' "$me" "$*" >&2
    exit 1
}

devices() {
    local dir
    for dir in /sys/block/zram*; do
        [[ ! -e $dir ]] || printf '%s\n' "${dir##*/zram}"
    done
}

# load zram [num_devices=N]: a machine has its driver built in; what is missing of the devices asked for is added.
load() {
    local module=$1 word count=1 there
    shift
    case ${module//-/_} in
        zram)
            for word; do
                [[ $word != num_devices=* ]] || count=${word#*=}
            done
            [[ $count =~ ^[0-9]{1,5}$ ]] || fail "ERROR: could not insert 'zram': Invalid argument"
            there=$(devices | wc -l)
            for (( ; there < count; there++)); do
                cat "$control/hot_add" >/dev/null || fail "ERROR: could not insert 'zram': Cannot allocate memory"
            done
            ;;
        zsmalloc | brd | loop | lz4 | lz4hc | lzo | lzo_rle | zstd | deflate | 842 | crypto_*) ;;
        *) fail "FATAL: Module $module not found in directory /lib/modules/$(uname -r)" ;;
    esac
}

unload() {
    local module=$1 device
    [[ $module == zram ]] || fail "FATAL: Module $module is builtin."
    # The module is in use as a whole, or not at all.
    if grep -q '^/dev/zram' /proc/swaps /proc/self/mounts; then
        fail "FATAL: Module zram is in use."
    fi
    for device in $(devices); do
        { echo "$device" >"$control/hot_remove"; } 2>/dev/null || fail "FATAL: Module zram is in use."
    done
}

do_modprobe() {
    local remove=false dry=false words=() word
    for word; do
        case $word in
            -r | --remove) remove=true ;;
            -n | --dry-run | --show) dry=true ;;
            -*) ;;
            *) words+=("$word") ;;
        esac
    done
    ((${#words[@]})) || fail "ERROR: missing parameters. See -h."
    if $dry; then
        return
    elif $remove; then
        for word in "${words[@]}"; do
            unload "$word"
        done
    else
        load "${words[@]}"
    fi
}

do_rmmod() {
    local word
    for word; do
        [[ $word == -* ]] || unload "$word"
    done
}

# There are no events to wait for: a device has its node before whoever made it goes on.
do_udevadm() {
    case ${1-} in
        settle | trigger | control) ;;
        *) fail "only settle, trigger and control are known in the sandbox" ;;
    esac
}

# What is said stays in our own log, and on stderr where that is asked for.
do_logger() {
    local loud=false words=()
    while (($#)); do
        case $1 in
            -s | --stderr) loud=true ;;
            -t | --tag | -p | --priority) shift ;;
            --) ;;
            -*) ;;
            *) words+=("$1") ;;
        esac
        shift || true
    done
    ! $loud || printf '%s\n' "${words[*]}" >&2
}

line="$me $*"
trap 'printf "%s = %d\n" "$line" "$?" >>"$log"' EXIT
case $me in
    modprobe | rmmod | udevadm | logger) "do_$me" "$@" ;;
    *) fail "not for use by hand: see \`reclaimfs exec -h\`" ;;
esac
