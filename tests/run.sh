#!/usr/bin/env bash
# Every test: installs and builds what is missing, then unit tests, shell scripts, then tests on real mounts.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: tests/run.sh [-h] [--jdk N] [NAME…]

Runs every test and prints one line for each group or script; the last line counts them. Where there is a newer Java,
too, some scripts run once more on that.
With NAMEs, only the tests/e2e scripts whose name contains one of them.
With --jdk N everything, unit tests, too, on the Java of that release below /usr/lib/jvm, such as 25.

A test that cannot run here is skipped with its reason; with RECLAIMFS_NO_SKIP=1 (or CI) in the environment
that is a failure. Each script runs alone, too: sh tests/e2e/NAME.sh
Exit status: 0 all ran and passed, or were skipped; 1 otherwise; 2 wrong usage.
USAGE
}

jdk=''
case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
    --jdk)
        [[ ${2-} =~ ^[0-9]+$ ]] || { usage >&2 && exit 2; }
        jdk=$2
        shift 2
        ;;
    -*)
        usage >&2
        exit 2
        ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly seconds_per_script=120
passed=0 failed=0 skipped=0
no_skip=${RECLAIMFS_NO_SKIP:-${CI:-}}
[[ $no_skip == 0 || $no_skip == false ]] && no_skip=
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT

# under COMMAND…: runs it as a child, in a group of its own, so that this shell hears meanwhile that it is to end.
child='' beside=''
under() {
    local status=0
    set -m # without job control it would not hear SIGINT, and tests send it
    "$@" &
    set +m
    child=$!
    wait "$child" || status=$?
    child=''
    return "$status"
}

# give_up STATUS: ends what is under way, waits for it (a script unmounts what it has mounted), and ends.
# shellcheck disable=SC2317 # traps call it
give_up() {
    trap '' INT TERM HUP
    [[ ! $child$beside ]] || kill -TERM ${child:+"$child"} ${beside:+"$beside"} 2>/dev/null || true
    wait
    exit "$1"
}
trap 'give_up 130' INT
trap 'give_up 143' TERM HUP

# report ok|FAIL|SKIP NAME [NOTE]
report() { printf '%-4s %-44s %s\n' "$1" "$2" "${3-}"; }

# milliseconds since $1 (as of date +%s%3N), printed as seconds
since() {
    local ms=$(($(date +%s%3N) - $1))
    printf '%d.%ds' $((ms / 1000)) $((ms % 1000 / 100))
}

# The unit tests: counted from the reports, one line for each class.
unit_tests() {
    local begin build=target/build${jdk:+-$jdk} log=$output/maven xml name tests bad skips took status=0
    begin=$(date +%s%3N)
    # Without the classes of sources that are gone.
    rm -rf "$build"/{classes,test-classes,maven-status,surefire-reports}
    under mvn -B -Dreclaimfs.build.dir="$PWD/$build" verify >"$log" 2>&1 </dev/null || status=$?
    for xml in "$build"/surefire-reports/TEST-*.xml; do
        [[ -e $xml ]] || continue
        # The attributes of the one <testsuite …> element.
        read -r name tests bad skips took < <(tr '\n' ' ' <"$xml" | sed 's/^.*<testsuite \([^>]*\)>.*$/\1/' | awk '
            function of(key) { return match($0, " " key "=\"[^\"]*\"") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 4) : 0 }
            { $0 = " " $0; print of("name"), of("tests"), of("errors") + of("failures"), of("skipped"), of("time") }')
        passed=$((passed + tests - bad - skips))
        failed=$((failed + bad))
        skipped=$((skipped + skips))
        if ((bad)); then
            report FAIL "${name##*.}" "$bad of $tests failed"
        elif ((tests)); then
            report ok "${name##*.}" "${took}s, $tests tests"
        fi
    done
    if ((status)); then
        # A failure outside a test (compiler, formatter, dependency) counts as one.
        ((failed)) || failed=1
        report FAIL "build and unit tests" "$(since "$begin")"
        if grep -qE '<<< (FAILURE|ERROR)!$' "$log"; then
            sed -nE '/<<< (FAILURE|ERROR)!$/,/^(\[INFO\].*)?$/p' "$log" | sed -n '/^\[INFO\]/!s/^/     /;1,120p'
        elif grep -q '^\[ERROR\]' "$log"; then
            sed -n '/^\[ERROR\] *$/q; s/^\[ERROR\]/    /p' "$log"
        else
            tail -n 30 "$log"
        fi
    else
        report ok "build, formatter, unit tests" "$(since "$begin")"
    fi
}

shell_scripts() {
    local scripts=() script
    for script in mount-scripts/* tests/*.sh tests/bench/*.sh tests/e2e/*.sh tests/replay/*.sh .ci/run; do
        if [[ -f $script ]] && { [[ $script == *.sh ]] || grep -qm1 '^#!.*sh$' "$script"; }; then
            scripts+=("$script")
        fi
    done
    if shellcheck "${scripts[@]}" >"$output/shellcheck" 2>&1; then
        passed=$((passed + 1))
        report ok shellcheck "${#scripts[@]} scripts"
    else
        failed=$((failed + 1))
        report FAIL shellcheck
        sed 's/^/     /' "$output/shellcheck"
    fi
}

# e2e SCRIPT [NOTE]: a word into $output/results, and one write(2) to stdout: there are others at the same time.
e2e() {
    local name begin log status=0
    log=$(mktemp "$output/e2e.XXXXXX")
    name=$(basename "$1" .sh)${2:+ ($2)}
    begin=$(date +%s%3N)
    under timeout -k 15 "$seconds_per_script" sh "$1" >"$log" 2>&1 </dev/null || status=$?
    if ((status == 0)); then
        echo passed >>"$output/results"
        report ok "$name" "$(since "$begin")"
        return
    fi
    if ((status == 77)) && [[ -z $no_skip ]]; then
        echo skipped >>"$output/results"
        report SKIP "$name" "$(sed -n 's/^SKIP: //p' "$log")"
        return
    fi
    echo failed >>"$output/results"
    {
        case $status in
            77) report FAIL "$name" "skipped, where no test may be" ;;
            124 | 137) report FAIL "$name" "no end after $seconds_per_script s" ;;
            *) report FAIL "$name" "$(since "$begin")" ;;
        esac
        sed 's/^/     /' "$log"
    } >"$log.told"
    cat "$log.told"
}

# count WORD: how many e2e scripts ended so.
count() { grep -cx "$1" "$output/results" || true; }

selected() {
    local part
    (($# == 1)) && return 0
    for part in "${@:2}"; do
        [[ $(basename "$1" .sh) == *"$part"* ]] && return 0
    done
    return 1
}

# Sandboxes one after the other: some count the loop devices that are left.
sandboxes() {
    local script
    child='' beside=''
    trap 'give_up 143' TERM
    for script in tests/e2e/{block,exec}-*.sh; do
        ! selected "$script" "$@" || e2e "$script"
    done
    (($#)) || newer_java
}

mounts() {
    local script
    for script in tests/e2e/*.sh; do
        [[ $script == tests/e2e/@(block|exec)-* ]] || ! selected "$script" "$@" || e2e "$script"
    done
}

# java_release HOME: the number of its release; fails if there is none.
java_release() { [[ -x $1/bin/java ]] && sed -nE 's/^JAVA_VERSION="([0-9]+).*/\1/p' "$1/release" 2>/dev/null | grep .; }

# Some scripts that go through every layer, once more on the newest other Java here, if it is newer than the usual one.
newer_java() {
    local usual home release newest=0 at='' script
    usual=$(dirname "$(dirname "$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")")")")
    newest=$(java_release "$usual") || return 0
    for home in /usr/lib/jvm/*; do
        if release=$(java_release "$home") && ((release > newest)); then
            newest=$release at=$home
        fi
    done
    [[ $at ]] || return 0
    for script in no-warnings cgroup-tree reads interrupt notify zswap-reclaim zram exec-status foreground; do
        JAVA_HOME=$at e2e "tests/e2e/$script.sh" "Java $newest"
    done
}

if [[ $jdk ]]; then
    for home in /usr/lib/jvm/*; do
        [[ $(java_release "$home") != "$jdk" ]] || export JAVA_HOME=$home
    done
    if [[ ! ${JAVA_HOME-} || $(java_release "$JAVA_HOME") != "$jdk" ]]; then
        echo "tests/run.sh: no Java $jdk below /usr/lib/jvm" >&2
        exit 1
    fi
    # Maven's own libraries would have such JVMs warn.
    ((jdk < 24)) || export MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS-}"
fi

packages=()
(($#)) || packages=(shellcheck)
mount-scripts/setup.sh --install procps util-linux bsdutils busybox-static systemd dbus-daemon python3 curl gcc libc6-dev "${packages[@]}"
if (($# == 0)); then
    # compare.sh looks at its page in a browser; without one it is skipped, and says so.
    mount-scripts/setup.sh --install chromium >/dev/null 2>&1 || true
    echo "building and running the unit tests (a minute or two)"
    unit_tests
    shell_scripts
fi
if mount-scripts/setup.sh >"$output/setup" 2>&1; then
    : >"$output/results"
    # Sandboxes run in real time and mostly wait: they go beside the others.
    sandboxes "$@" &
    beside=$!
    mounts "$@"
    # It counts its failures itself; if it ends by another, scripts were not run.
    if ! wait "$beside"; then
        failed=$((failed + 1))
        report FAIL sandboxes "ended early"
    fi
    beside=''
    passed=$((passed + $(count passed))) failed=$((failed + $(count failed))) skipped=$((skipped + $(count skipped)))
else
    failed=$((failed + 1))
    report FAIL setup
    sed 's/^/     /' "$output/setup"
fi

status=0
((failed == 0 && passed > 0)) || status=1
printf '%d passed, %d failed' "$passed" "$failed"
((skipped == 0)) || printf ', %d skipped' "$skipped"
printf '\n'
exit "$status"
