#!/bin/sh
# What is installed works where it stands: the launcher, its version, the man page and the completion, made from the help.
. "$(dirname "$0")/../lib.sh"
[ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh"
RECLAIMFS_JAR=${RECLAIMFS_JAR:-$root/target/reclaimfs.jar}
export RECLAIMFS_JAR

"$root/mount-scripts/install.sh" --prefix "$scratch/usr" >"$scratch/out" 2>"$scratch/err" || fail "install: $(cat "$scratch/err")"
expect_eq "what install says" "install: $scratch/usr/bin/reclaimfs" "$(cat "$scratch/out")"

# The installed program, which finds its own jar.
unset RECLAIMFS_JAR
installed=$scratch/usr/bin/reclaimfs
version=$(cd / && "$installed" --version 2>"$scratch/err")
case $version in
    'reclaimfs '[0-9]*', mirrors Linux 7.2.13') ;;
    *) fail "--version says '$version'" ;;
esac
[ ! -s "$scratch/err" ] || fail "--version says on stderr: $(cat "$scratch/err")"
expect_eq "--version from the checkout" "$version" "$(RECLAIMFS_JAR=$scratch/usr/lib/reclaimfs/target/reclaimfs.jar "$reclaimfs" -V)"
if [ -r /dev/fuse ] && [ -w /dev/fuse ]; then
    "$installed" mount --manual "$mnt" || fail "the installed program does not mount"
    expect_num "MemTotal" "$(key "$mnt/proc/meminfo" MemTotal)" -gt 0
    "$installed" umount "$mnt" || fail "the installed program does not unmount"
    [ -s "$scratch/usr/lib/reclaimfs/target/reclaimfs.jsa" ] || fail "there is no archive of classes"
fi

# The man page: a section for each verb, with each of its options.
page=$scratch/usr/share/man/man1/reclaimfs.1
if command -v groff >/dev/null; then
    wrong=$(groff -man -ww -z -Tutf8 "$page" 2>&1)
    [ -z "$wrong" ] || fail "groff: $wrong"
fi
verbs=0
for verb in $("$installed" -h | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    verbs=$((verbs + 1))
    expect_line "$page" ".SS $verb"
    "$installed" "$verb" -h | sed 's/…/.../g' | while IFS= read -r line; do
        [ -z "$line" ] || sed -e 's/\\-/-/g' -e 's/\\e/\\/g' -e 's/^\\&//' "$page" | grep -qxF -e "$line" || fail "the man page lacks '$line'"
    done || exit 1
done
expect_num "verbs in the man page" "$verbs" -ge 8

# The completion, as bash calls it: complete WORD… prints what the last word may become.
cat >"$scratch/complete" <<'BASH'
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_reclaimfs 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' '
BASH
completed() { bash "$scratch/complete" "$scratch/usr/share/bash-completion/completions/reclaimfs" reclaimfs "$@"; }

expect_eq "a verb" "umount" "$(completed um)"
expect_eq "two verbs" "check compare ctl" "$(completed c)"
expect_eq "mount's options" "--foreground --help --manual --scenario --speed -h" "$(completed mount -)"
expect_eq "options of a verb in Java" "--out= --patch=" "$(completed run --o) $(completed run --p)"
expect_eq "a tier" "syscalls" "$(completed exec --tier s)"
expect_eq "a tier behind =" "auto block files syscalls" "$(completed exec --tier =)"
expect_eq "a patch" "ram_backed_swap" "$(completed compare --patch = ram)"
expect_eq "steps" "madvise mlock munlock" "$(completed ctl /mnt m | cut -d' ' -f1-2) $(completed ctl /mnt mu)"
expect_eq "directories only" "$scratch/usr/bin $scratch/usr/lib" "$(completed umount "$scratch/usr/" | tr ' ' '\n' | grep -v share | paste -sd' ')"
touch "$scratch/a.yaml"
expect_eq "a file" "$scratch/a.yaml" "$(completed mount --scenario "$scratch/a.y")"
expect_eq "nothing for a number" "" "$(completed mount --speed 1)"
