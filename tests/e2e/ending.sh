#!/bin/sh
# A server that is told to end while it mounts leaves nothing; an unmount that meets another's is no failure.
. "$(dirname "$0")/../lib.sh"
start
stop

# Told to end in the very moment the mount is there, nobody serves it yet, and as soon as it answers.
for delay in 0 0 0 0.01 0.03; do
    "$reclaimfs" mount --foreground "$mnt" >"$scratch/out" 2>&1 &
    server=$!
    deadline=$(($(date +%s) + 60))
    until mounted; do
        [ "$(date +%s)" -lt "$deadline" ] || fail "the server does not mount: $(cat "$scratch/out")"
    done
    sleep "$delay"
    kill -TERM "$server"
    status=0
    wait "$server" || status=$?
    expect_eq "status of a server told to end after $delay s: $(cat "$scratch/out")" 0 "$status"
    ! mounted || fail "told to end after $delay s, it has left its mount"
done

# Unmounts as they go while somebody else unmounts: busy with him, for longer than a moment; in the end he has it.
mkdir "$scratch/bin"
cat >"$scratch/bin/umount" <<'SH'
#!/bin/sh
PATH=${PATH#*:}
calls=$(($(cat "$MEETING/calls") + 1))
echo "$calls" >"$MEETING/calls"
if [ "$calls" -lt 6 ]; then
    echo "umount: $MEETING/mnt: target is busy." >&2
else
    fusermount -u -z "$MEETING/mnt"
    echo "umount: $MEETING/mnt: not mounted." >&2
fi
exit 32
SH
chmod +x "$scratch/bin/umount"
ln -s umount "$scratch/bin/fusermount"
for options in '' --lazy; do
    start
    pid=$(cat "$mnt/reclaimfs/pid")
    # A lazy unmount is not refused for being busy: it meets the last of them only.
    echo "${options:+5}" | sed 's/^$/0/' >"$scratch/calls"
    # shellcheck disable=SC2086 # at most one word
    said=$(MEETING="$scratch" PATH="$scratch/bin:$PATH" "$reclaimfs" umount $options "$mnt" 2>&1) ||
        fail "umount $options that meets another: $said"
    expect_eq "umount $options that meets another says" '' "$said"
    ! mounted || fail "still mounted after umount $options"
    expect_eq "tries of umount $options" 6 "$(cat "$scratch/calls")"
    [ "$options" ] || ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q . || fail "the server is still there after umount"
    wait_until 15 "the end of the server" sh -c "! [ -e /proc/$pid/exe ]"
done

# A server that cannot be asked for its number (it is stopped) is found all the same, and is gone after umount.
start
pid=$(cat "$mnt/reclaimfs/pid")
kill -STOP "$pid"
trap 'kill -CONT "$pid" 2>/dev/null; finish 1' EXIT
(
    wait_until 30 "the mount is taken away" sh -c "! grep -qF ' $mnt ' /proc/self/mounts"
    kill -CONT "$pid"
) &
timeout -k 5 60 "$reclaimfs" umount "$mnt" || fail "umount of a server that does not answer"
! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q . || fail "the server that did not answer is still there"
wait
trap finish EXIT
