#!/bin/sh
# exec's status is its program's; signals and the terminal reach the program; wrong usage is status 2.
. "$(dirname "$0")/../lib.sh"
in_sandbox --tier auto
status() { "$@" >"$scratch/said" 2>&1 && echo 0 || echo $?; }

expect_eq "status" 7 "$(status in_it sh -c 'exit 7')"
expect_eq "status after SIGSEGV" 139 "$(status in_it sh -c 'kill -SEGV $$')"
expect_eq "status of what is not there" 127 "$(status in_it /nonexistent/program)"
expect_eq "standard input" hello "$(echo hello | in_it cat)"

# Descriptors that are closed stay so: no file of the server's comes under their numbers.
expect_eq "closed input" 1 "$(status in_it cat <&-)"
expect_eq "what is read from it" "cat: -: Bad file descriptor" "$(head -n 1 "$scratch/said" | tr -cd '[:print:]')"
# shellcheck disable=SC2016 # the inner shell expands it
in_it sh -c 'echo x; echo "$?" >"$0"' "$scratch/written" >&- 2>/dev/null
expect_eq "written to a closed output" 1 "$(cat "$scratch/written")"

# SIGTERM is passed on, and the program has the last word.
# shellcheck disable=SC2016,SC2086 # the sandbox expands it; words
"$reclaimfs" exec $exec_arguments -- sh -c 'trap "echo told; kill \$!; exit 5" TERM; echo up; sleep 60 & wait' >"$scratch/out" &
pid=$!
wait_until 60 "the program is up" grep -q up "$scratch/out"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
expect_eq "status after SIGTERM" 5 "$status"
expect_line "$scratch/out" told

# Ctrl-C on a terminal ends the program, not the server before it; Ctrl-Z and job control belong to the shell inside.
# shellcheck disable=SC2016
printf 'trap "echo got-int; exit 3" INT; echo up; kill -INT 0; sleep 10 & wait\n' >"$scratch/int"
expect_eq "status on a terminal" 3 "$(status on_terminal sh "$scratch/int")"
grep -q got-int "$scratch/said" || fail "no SIGINT: $(cat "$scratch/said")"

for usage in "exec" "exec --" "exec --tier nope -- true" "exec --scenario /nonexistent -- true" \
    "exec --speed 2 $mnt -- true" "exec --nope -- true"; do
    # shellcheck disable=SC2086 # words
    expect_eq "$usage" 2 "$(status "$reclaimfs" $usage)"
done
expect_eq "no machine there" 1 "$(status "$reclaimfs" exec "$mnt" -- true)"
