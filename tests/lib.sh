# Helpers for tests/e2e/*.sh, in plain sh. A test is:
#
#   #!/bin/sh
#   # What it shows, in one line.
#   . "$(dirname "$0")/../lib.sh"
#   start --manual                     # mounts a machine on $mnt; --scenario F and so on as in `reclaimfs mount`
#   echo +memory >"$cg/cgroup.subtree_control"
#   mkdir "$cg/web"
#   ctl 'task t cgroup=/web' 'alloc t 8M'
#   expect_eq "anon of web" 8388608 "$(key "$cg/web/memory.stat" anon)"
#   expect_errno "$cg/web/memory.reclaim" 1.5M EINVAL
#
# Whatever happens, the machine is unmounted when the script ends. Exit status: 0 passed, 1 failed, 77 skipped.
# shellcheck shell=sh
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
while [ ! -e "$here/pom.xml" ]; do
    here=${here%/*}
    [ -n "$here" ] || { echo "lib.sh: no pom.xml above $0" >&2; exit 1; }
done
root=$here
reclaimfs=$root/mount-scripts/reclaimfs
scenarios=$root/tests/scenarios
fixtures=$root/tests/fixtures/linux-7.2
scratch=$(mktemp -d)
mnt=$scratch/mnt
cg=$mnt/sys/fs/cgroup
zswap=$mnt/sys/module/zswap/parameters
zswap_debug=$mnt/sys/kernel/debug/zswap
patches=$mnt/reclaimfs/patches
mkdir "$mnt"
: "$scenarios" "$fixtures" "$cg" "$zswap" "$zswap_debug" "$patches" # for the tests

mounted() { grep -qF " $mnt " /proc/self/mounts; }

# Unmounts, whatever state the mount is in.
stop() {
    cd /
    mounted || return 0
    timeout 30 "$reclaimfs" umount "$mnt" && return 0
    timeout 30 "$reclaimfs" umount --lazy "$mnt" || true
    return 1
}

# finish [STATUS]: the end of the script, by default with the status it has come here with.
finish() {
    status=${1:-$?}
    trap - EXIT
    # What a test that has failed has left running.
    jobs -p >"$scratch/jobs"
    while read -r job; do
        kill -KILL "$job" 2>/dev/null || true
    done <"$scratch/jobs"
    # A test that has passed but cannot be unmounted has not passed.
    stop || [ "$status" -ne 0 ] || status=1
    rm -rf --one-file-system "$scratch"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

skip() {
    echo "SKIP: $*"
    exit 77
}

# start [ARG…]: mounts a machine on $mnt, with the arguments of `reclaimfs mount`.
start() {
    [ -e /dev/fuse ] || skip "there is no /dev/fuse"
    { [ -r /dev/fuse ] && [ -w /dev/fuse ]; } || skip "no permission for /dev/fuse"
    if [ -z "${RECLAIMFS_JAR-}" ] && [ ! -e "$root/target/reclaimfs.jar" ]; then
        "$root/mount-scripts/setup.sh" || fail "setup failed"
    fi
    "$reclaimfs" mount "$@" "$mnt" || fail "mount ended with status $?"
}

# in_sandbox [ARG…]: the arguments of `reclaimfs exec` for each in_it COMMAND….
in_sandbox() {
    { [ -r /dev/fuse ] && [ -w /dev/fuse ]; } || skip "no permission for /dev/fuse"
    if [ -z "${RECLAIMFS_JAR-}" ] && [ ! -e "$root/target/reclaimfs.jar" ]; then
        "$root/mount-scripts/setup.sh" || fail "setup failed"
    fi
    unshare -m true 2>/dev/null || unshare -U -r -m true 2>/dev/null || skip "no mount namespaces for this user"
    exec_arguments=$*
}
# shellcheck disable=SC2086 # words
in_it() { "$reclaimfs" exec $exec_arguments -- "$@"; }

# unpack PACKAGE: a Debian package's files, and those of the libraries it needs, below $unpacked. Nothing is installed: no daemon
# of it is to run on this machine.
unpack() {
    unpacked=$root/target/unpacked/$1
    if [ ! -d "$unpacked" ]; then
        rm -rf "$scratch/deb"
        mkdir "$scratch/deb"
        (
            cd "$scratch/deb"
            apt-cache depends -i "$1" | sed -n 's/^ *Depends: \(lib[^ ]*\)$/\1/p' |
                grep -vxE 'libc6|libgcc-s1|libstdc\+\+6|libsystemd0' >libraries || true
            # shellcheck disable=SC2046 # words
            apt-get download -q "$1" $(cat libraries)
            for deb in ./*.deb; do
                dpkg -x "$deb" files
            done
        ) >"$scratch/apt" 2>&1 || skip "no package $1: $(tail -n 1 "$scratch/apt")"
        mkdir -p "$root/target/unpacked"
        mv "$scratch/deb/files" "$unpacked"
    fi
    for libraries in "$unpacked"/usr/lib/*-linux-gnu*; do
        export LD_LIBRARY_PATH="$libraries"
    done
}

# The mirror that this machine has its own packages from.
# shellcheck disable=SC2016 # apt-get expands it
debian_mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/*$'; }

# unpack_oomd SUITE: the systemd-oomd of a Debian suite (bookworm: 252, trixie: 257, sid: 262 or newer) as $oomd, and its
# $oomctl; with its own C library, so that this machine's does not matter. Nothing is installed.
unpack_oomd() {
    unpacked=$root/target/unpacked/systemd-oomd-$1
    if [ ! -e "$unpacked/systemd-oomd" ]; then
        apt=$scratch/apt-$1
        mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
        mirror=$(debian_mirror || { apt-get -qq update && debian_mirror; }) || skip "no mirror of Debian is known"
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] $mirror $1 main" >"$apt/list"
        for option in Etc::sourcelist="$apt/list" Etc::sourceparts=- Etc::preferencesparts=- State="$apt/state" \
            State::status=/dev/null Cache="$apt/cache"; do
            echo "Dir::${option%%=*} \"${option#*=}\";"
        done >"$apt/conf"
        echo 'APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";' >>"$apt/conf"
        (
            export APT_CONFIG="$apt/conf"
            cd "$apt"
            apt-get -qq update || exit 1
            apt-cache depends --recurse -i systemd-oomd |
                sed -n 's/^ *\(Pre\)\{0,1\}Depends: \(lib[a-z0-9.+-]*\)$/\2/p' | sort -u >libraries
            # shellcheck disable=SC2046 # words
            apt-get -qq download systemd-oomd $(cat libraries) || exit 1
            for deb in ./*.deb; do
                dpkg -x "$deb" files || exit 1
            done
        ) >"$scratch/apt-log" 2>&1 || skip "no systemd-oomd of $1: $(tail -n 1 "$scratch/apt-log")"
        for program in systemd-oomd oomctl; do
            cat >"$apt/files/$program" <<'SH'
#!/bin/sh
here=${0%/*}
for program in "$here/lib/systemd/${0##*/}" "$here/usr/lib/systemd/${0##*/}" "$here/usr/bin/${0##*/}"; do
    [ ! -x "$program" ] || break
done
for loader in "$here"/lib*/ld-linux-*.so.* "$here"/lib/*/ld-linux-*.so.* "$here"/usr/lib*/ld-linux-*.so.*; do
    [ ! -e "$loader" ] || break
done
libraries=$(printf %s: "$here"/lib/*-linux-gnu* "$here"/usr/lib/*-linux-gnu* "$here"/usr/lib/*-linux-gnu*/systemd)
exec "$loader" --library-path "${libraries%:}" "$program" "$@"
SH
            chmod +x "$apt/files/$program"
        done
        mkdir -p "$root/target/unpacked"
        rm -rf "$unpacked"
        mv "$apt/files" "$unpacked"
    fi
    # shellcheck disable=SC2034 # for the tests
    oomd=$unpacked/systemd-oomd oomctl=$unpacked/oomctl
}

# beside NAME ARGUMENT… -- COMMAND…: a sandbox in the background, for tests that wait for daemons in several at a time.
beside() {
    beside=$1
    shift
    "$reclaimfs" exec "$@" >"$scratch/$beside.out" 2>"$scratch/$beside.err" </dev/null &
    echo $! >"$scratch/$beside.pid"
}

# finished NAME: waits for that sandbox, whose command must have succeeded; its words are in $scratch/NAME.out and NAME.err.
finished() {
    status=0
    wait "$(cat "$scratch/$1.pid")" || status=$?
    [ "$status" = 0 ] || fail "$1: status $status: $(cat "$scratch/$1.out" "$scratch/$1.err")"
}

# killed_after NAME MS: by what scenarios/oomd/test-55.sh said in that sandbox, systemd-oomd has killed when pressure was above
# the limit for MS, and at most 2.5 s later: it looks every second, with up to 250 ms of slack in its timers.
killed_after() {
    least=$(sed -n 's/^above for \([0-9]*\) to \([0-9]*\) ms$/\1/p' "$scratch/$1.out")
    most=$(sed -n 's/^above for \([0-9]*\) to \([0-9]*\) ms$/\2/p' "$scratch/$1.out")
    echo "$1: killed after $least to $most ms"
    expect_num "$1: ms from pressure to kill" "$most" -ge "$2"
    expect_num "$1: ms from pressure to kill" "$least" -le $(($2 + 2500))
}

# on_terminal COMMAND…: in the sandbox, on a terminal of its own; what it says on the terminal, and its status.
on_terminal() {
    # shellcheck disable=SC2086
    # exec: script's shell would be in the foreground, too, and end by the terminal's SIGINT.
    script -qec "exec $reclaimfs exec $exec_arguments -- $*" /dev/null </dev/null
}

# wait_until SECONDS WHAT COMMAND…: tries COMMAND until it succeeds.
wait_until() {
    seconds=$1 awaited=$2
    shift 2
    deadline=$(($(date +%s) + seconds + 1))
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || fail "not within $seconds s: $awaited"
        sleep 0.05
    done
}

# ctl STEP…: does the steps, all of which must succeed.
ctl() { "$reclaimfs" ctl "$mnt" "$@" || fail "ctl: $*"; }

# refused STEP [WORD]: the step is refused, and the reason has the word in it.
refused() {
    if why=$("$reclaimfs" ctl "$mnt" "$1" 2>&1); then
        fail "step '$1' was not refused"
    fi
    case $why in
        *"${2-}"*) ;;
        *) fail "step '$1' was refused with '$why', which does not mention '$2'" ;;
    esac
}

# key FILE KEY: the value of a key in a flat keyed file.
key() { awk -v key="$2" '$1 == key || $1 == key ":" { print $2; found = 1 } END { exit !found }' "$1"; }

# expect_eq WHAT EXPECTED ACTUAL
expect_eq() { [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"; }

# expect_num WHAT ACTUAL OP NUMBER, with OP as in test: -gt, -le, …
expect_num() { test "$2" "$3" "$4" || fail "$1: $2 is not $3 $4"; }

# expect_line FILE LINE: the file has this line.
expect_line() { grep -qxF -e "$2" "$1" || fail "$1 has no line '$2': $(cat "$1")"; }

# expect_no_key FILE KEY
expect_no_key() { ! key "$1" "$2" >/dev/null || fail "$1 has the key $2"; }

# What the C library says for an errno.
words_of() {
    case $1 in
        EACCES) echo 'Permission denied' ;;
        EAGAIN) echo 'Resource temporarily unavailable' ;;
        E2BIG) echo 'Argument list too long' ;;
        EBUSY) echo 'Device or resource busy' ;;
        EEXIST) echo 'File exists' ;;
        EFAULT) echo 'Bad address' ;;
        EINTR) echo 'Interrupted system call' ;;
        EINVAL) echo 'Invalid argument' ;;
        EIO) echo 'Input/output error' ;;
        EISDIR) echo 'Is a directory' ;;
        ENODEV) echo 'No such device' ;;
        ENOENT) echo 'No such file or directory' ;;
        ENOMEM) echo 'Cannot allocate memory' ;;
        ENOSPC) echo 'No space left on device' ;;
        ENOTDIR) echo 'Not a directory' ;;
        ENOTEMPTY) echo 'Directory not empty' ;;
        EOPNOTSUPP) echo 'Operation not supported' ;;
        EPIPE) echo 'Broken pipe' ;;
        EPERM) echo 'Operation not permitted' ;;
        ERANGE) echo 'Numerical result out of range' ;;
        EROFS) echo 'Read-only file system' ;;
        ESRCH) echo 'No such process' ;;
        *) fail "lib.sh does not know $1" ;;
    esac
}

# The errno by which "write TEXT and a newline to FILE" ends, as words; empty when it succeeds.
# tee is used because it says why, for open(2) and for write(2) alike.
write_error() {
    if said=$(printf '%s\n' "$2" | LC_ALL=C tee -- "$1" 2>&1 >/dev/null); then
        return 0
    fi
    printf '%s\n' "${said##*: }"
}

# expect_errno FILE TEXT ERRNO: the write is refused with this errno.
expect_errno() {
    expected=$(words_of "$3")
    got=$(write_error "$1" "$2")
    [ "$got" = "$expected" ] || fail "'$2' > $1: expected $3 ($expected), got ${got:-success}"
}

# expect_ok FILE TEXT: the write succeeds.
expect_ok() {
    got=$(write_error "$1" "$2")
    [ -z "$got" ] || fail "'$2' > $1: expected success, got $got"
}

# expect_error ERRNO COMMAND…: a command (mkdir, rmdir, cat, …) fails and says this errno.
expect_error() {
    expected=$(words_of "$1")
    shift
    if said=$(LC_ALL=C "$@" 2>&1); then
        fail "$* succeeded, expected: $expected"
    fi
    case $said in
        *"$expected"*) ;;
        *) fail "$*: expected '$expected', got '$said'" ;;
    esac
}

# expect_same_text FIXTURE FILE: byte for byte.
expect_same_text() { diff -u "$1" "$2" || fail "$2 differs from $1"; }

# fill CGROUP-DIRECTORY PAGES: reclaims until at least PAGES pages of the cgroup are in zswap (reclaim may take
# a batch more, so allocate just PAGES where the number matters).
fill() {
    tries=0
    while [ "$(key "$1/memory.stat" zswapped)" -lt $(($2 * 4096)) ]; do
        [ "$tries" -lt 50 ] || fail "only $(key "$1/memory.stat" zswapped) bytes of $1 are in zswap"
        write_error "$1/memory.reclaim" "$((($2 - $(key "$1/memory.stat" zswapped) / 4096) * 4))K" >/dev/null
        tries=$((tries + 1))
    done
}

# on_machine COMMAND…: runs it in a private mount namespace where the machine's files stand in the host's places, and the
# mount table says cgroup2.
on_machine() {
    [ "$(id -u)" = 0 ] || skip "binding files over /proc needs root"
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare -m sh -eu -c '
        mnt=$1
        shift
        mount --make-rprivate /
        for file in buddyinfo diskstats loadavg meminfo partitions pressure stat swaps uptime vmstat zoneinfo sys/vm; do
            mount --bind "$mnt/proc/$file" "/proc/$file"
        done
        # Nobody is to find the hierarchies of the host.
        umount -R -l /sys/fs/cgroup 2>/dev/null || true
        mount --bind "$mnt/sys" /sys
        if mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null; then
            mount --bind "$mnt/sys/fs/cgroup" /sys/fs/cgroup
        fi
        "$@"
    ' sh "$mnt" "$@"
}

# borrow PROGRAM PACKAGE…: prints the path of a program of a Debian package. One that is not installed is only unpacked,
# below target/, with the packages of its libraries: installing it might start a service.
borrow() {
    program=$1
    shift
    command -v "$program" && return 0
    borrowed=$root/target/borrowed
    if [ ! -x "$borrowed/run/$program" ]; then
        mkdir -p "$borrowed/packages" "$borrowed/run"
        fetch() { (cd "$borrowed/packages" && timeout 120 apt-get -qq -o APT::Sandbox::User=root download "$@" >&2); }
        fetch "$@" || { timeout 300 apt-get -qq update >&2 && fetch "$@"; } || return 1
        for package in "$@"; do
            for deb in "$borrowed/packages/${package}_"*.deb; do
                dpkg-deb -x "$deb" "$borrowed" || return 1
            done
        done
        libraries=$(find "$borrowed" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd: -)
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$borrowed/usr/bin/$program" \
            >"$borrowed/run/$program"
        chmod +x "$borrowed/run/$program"
    fi
    echo "$borrowed/run/$program"
}

# blocks_in_sandbox [ARG…]: in_sandbox with block devices; skips where this host has none.
blocks_in_sandbox() {
    missing=$("$reclaimfs" doctor | sed -n 's/^exec, tier block *no (\(.*\))$/\1/p')
    [ -z "$missing" ] || skip "no block devices: $missing"
    in_sandbox --tier block "$@"
    losetup -a | grep -F /run/.tree >"$scratch/loops" || true
}

# expect_no_loops: what the sandbox had of the host's loop devices has been given back.
expect_no_loops() {
    # shellcheck disable=SC2317 # called by wait_until
    none_left() { ! losetup -a | grep -F /run/.tree | grep -qvxFf "$scratch/loops"; }
    wait_until 10 "our loop devices are free again: $(losetup -a)" none_left
}

# for_plain_user: makes $scratch a place where another user finds the jar, the launcher and a home of its own.
for_plain_user() {
    [ -e /dev/fuse ] || skip "there is no /dev/fuse"
    [ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh"
    mkdir -p "$scratch/home" "$scratch/mount-scripts"
    cp "${RECLAIMFS_JAR:-$root/target/reclaimfs.jar}" "$scratch/reclaimfs.jar"
    cp "$root/mount-scripts/reclaimfs" "$root/mount-scripts/sandbox.sh" "$scratch/mount-scripts/"
    mknod "$scratch/fuse" c 10 229
    chmod 666 "$scratch/fuse"
    chmod 755 "$scratch" "$scratch/mount-scripts"
    chown -R 65534:65534 "$scratch/home"
}

# as_plain_user COMMAND…: as nobody, at home, where /dev/fuse is open to all; the launcher is ../mount-scripts/reclaimfs.
# shellcheck disable=SC2016 # the inner shell expands it
as_plain_user() {
    unshare -m sh -eu -c '
        mount --bind "$1/fuse" /dev/fuse
        cd "$1/home"
        home=$1
        shift
        exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$home/home" XDG_RUNTIME_DIR="$home/home" \
            RECLAIMFS_JAR="$home/reclaimfs.jar" "$@"
    ' sh "$scratch" "$@"
}
