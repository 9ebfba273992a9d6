#!/bin/sh
# Inside the sandbox: waits for hog.service of system.slice to come, and then for its end, at most about a minute.
cd /sys/fs/cgroup/system.slice || exit 1
n=0
until [ -n "$(cat hog.service/cgroup.procs)" ]; do sleep 0.1; done
while [ -n "$(cat hog.service/cgroup.procs)" ] && [ $n -lt 500 ]; do
    sleep 0.1
    n=$((n + 1))
done
