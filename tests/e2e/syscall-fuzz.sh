#!/bin/sh
# Ten seconds of random system calls: each returns, by an errno that it may give; one that is refused changes nothing.
. "$(dirname "$0")/../lib.sh"
command -v gcc >/dev/null || skip "there is no gcc"
gcc -O2 -Wall -Wextra -Werror -o "$scratch/syscalls" "$root/tests/stress/syscalls.c" "$root/tests/stress/tree.c"
mkdir -m 700 "$scratch/state"
export XDG_RUNTIME_DIR="$scratch/state" # the server's log is below
start --manual --scenario "$root/tests/stress/soak.yaml"
echo "+memory +pids" >"$cg/cgroup.subtree_control"
mkdir "$cg/fuzz"
echo "+memory +pids" >"$cg/fuzz/cgroup.subtree_control"
mkdir "$cg/fuzz/a" "$cg/fuzz/b"
"$scratch/syscalls" "$mnt" "${SECONDS_OF_FUZZ:-10}" "${SEED:-1}" "${CALLS:-1000000000}" || fail "see above, and: $(cat "$scratch"/state/*/*.log)"
logs=$(find "$scratch/state" -name '*.log')
[ -n "$logs" ] || fail "the server has no log"
# shellcheck disable=SC2086 # a word for each
expect_eq "what the server says was a fault of its own" '' "$(cat $logs)"
ctl check
