#!/usr/bin/env bash
# Installs what is missing, builds the jar, prepares a fast start. Safe to run again.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: mount-scripts/setup.sh [-h]
       mount-scripts/setup.sh --install [PACKAGE…]
       mount-scripts/setup.sh --archive

Makes this checkout ready to use:
  1. installs a JDK (17 or newer), Maven, libfuse 2 and fusermount with apt-get, only if missing;
  2. builds target/reclaimfs.jar, only if a source is newer;
  3. writes target/reclaimfs.jsa, an archive of loaded classes that makes starting faster.

  --install   only step 1, for the given Debian packages too
  --archive   only step 3, for the jar that is there
  -h, --help  this text

Exit status: 0 done, 1 failed, 2 wrong usage.
USAGE
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
built=$root/target/build/reclaimfs.jar
jar=$root/target/reclaimfs.jar
archive=$root/target/reclaimfs.jsa
log=$root/target/setup.log

say() { printf 'setup: %s\n' "$*"; }

# fail MESSAGE WHAT-TO-DO: the end of the log, then what to do about it.
fail() {
    {
        if [[ -s $log ]]; then
            tail -n 25 "$log"
        fi
        printf 'setup: %s\nsetup: %s\n' "$1" "$2"
    } >&2
    exit 1
}

have_jdk() {
    local javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac version
    version=$("$javac" -version 2>/dev/null) || return 1
    version=${version#javac }
    ((${version%%[!0-9]*} >= 17))
}

have_libfuse2() {
    local library
    for library in /lib/*/libfuse.so.2 /usr/lib/*/libfuse.so.2 /usr/lib/libfuse.so.2 /usr/local/lib/libfuse.so.2; do
        [[ -e $library ]] && return 0
    done
    return 1
}

have_package() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

install_missing() {
    local missing=() package
    have_jdk || missing+=(default-jdk-headless)
    command -v mvn >/dev/null || missing+=(maven)
    have_libfuse2 || missing+=(libfuse2)
    command -v fusermount >/dev/null || missing+=(fuse3)
    for package; do
        have_package "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            fail "missing: ${missing[*]}" "as root, run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null ||
        fail "missing: ${missing[*]} (Debian names), and there is no apt-get here" \
            "install them with this system's package manager and run setup again"
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get -qq update >>"$log" 2>&1 ||
        fail "apt-get update failed" "check the network and the package sources, then run setup again"
    # Debian 13 and Ubuntu 24.04 renamed one of them.
    if [[ " ${missing[*]} " == *" libfuse2 "* ]] && ! apt-cache show libfuse2 2>/dev/null | grep -q '^Package:'; then
        missing=("${missing[@]/%libfuse2/libfuse2t64}")
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends install "${missing[@]}" >>"$log" 2>&1 ||
        fail "apt-get install ${missing[*]} failed" "see the lines above ($log), then run setup again"
    hash -r
    have_jdk || fail "no JDK 17 or newer" "install one, or point JAVA_HOME to one, and run setup again"
}

build() {
    if [[ ! -e $built || -n $(find "$root/pom.xml" "$root/src/main" -newer "$built" -print -quit) ]]; then
        say "building target/reclaimfs.jar (the first time Maven fetches its plugins, which takes a while)"
        # Without the classes of sources that are gone.
        rm -rf "$root"/target/build/{classes,maven-status}
        mvn -q -B -f "$root/pom.xml" -Dreclaimfs.build.dir="$root/target/build" -Dmaven.test.skip=true \
            package >>"$log" 2>&1 </dev/null ||
            fail "the build failed" "see the lines above ($log); without network access Maven cannot fetch its plugins"
    fi
    # A new file, not new bytes in the old one: a running server keeps the jar it started with.
    if ! cmp -s "$built" "$jar"; then
        cp "$built" "$jar.new"
        mv -f "$jar.new" "$jar"
    fi
}

# Starts a server on a private mount, looks at it, and lets the JVM keep the classes this took.
# Where FUSE is not available, checking a scenario loads a part of them.
archive_classes() {
    [[ -e $archive && $archive -nt $jar ]] && return 0
    local launcher=$root/mount-scripts/reclaimfs scratch scenario
    scratch=$(mktemp -d)
    mkdir "$scratch/mnt"
    rm -f "$archive"
    if RECLAIMFS_JAVA_OPTS="-XX:ArchiveClassesAtExit=$scratch/jsa" \
        timeout 60 "$launcher" mount "$scratch/mnt"; then
        cat "$scratch/mnt/sys/fs/cgroup/memory.stat" "$scratch/mnt/proc/meminfo" "$scratch/mnt/proc/swaps" || true
        timeout 10 ls -lR "$scratch/mnt" || true
        mkdir "$scratch/mnt/sys/fs/cgroup/setup" && rmdir "$scratch/mnt/sys/fs/cgroup/setup"
        printf 'task setup cgroup=/\n' >"$scratch/mnt/reclaimfs/ctl" || true
        timeout 60 "$launcher" umount "$scratch/mnt" || timeout 60 "$launcher" umount --lazy "$scratch/mnt" || true
    else
        for scenario in "$root"/tests/scenarios/*.yaml; do
            RECLAIMFS_JAVA_OPTS="-XX:ArchiveClassesAtExit=$scratch/jsa" \
                timeout 60 "$launcher" check "$scenario" || true
            break
        done
    fi >>"$log" 2>&1
    if [[ -s $scratch/jsa ]]; then
        cp "$scratch/jsa" "$archive.new" && mv -f "$archive.new" "$archive"
    else
        say "no class archive (see $log): all works, starting takes a little longer"
    fi
    rm -rf --one-file-system "$scratch"
}

only_install=false only_archive=false
case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
    --install)
        only_install=true
        shift
        ;;
    --archive) only_archive=true ;;
    '') ;;
    *)
        usage >&2
        exit 2
        ;;
esac

mkdir -p "$root/target" 2>/dev/null || true
[[ -w $root/target ]] || fail "cannot write to $root" "run setup as the owner of this checkout"
# Two setups at once (tests started side by side) take turns.
exec 9>"$root/target/setup.lock"
flock 9
: >"$log"
if ! $only_archive; then
    install_missing "$@"
    $only_install && exit 0
    build
fi
# The lock is not handed on: a server must not hold it.
archive_classes 9>&-
$only_archive && exit 0
say "ready: mount-scripts/reclaimfs -h, or mount-scripts/demo.sh to see it work"
