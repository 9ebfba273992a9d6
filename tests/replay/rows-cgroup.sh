# shellcheck shell=sh
# Rows below /sys/fs/cgroup. Sourced by replay.sh; t, ctl and put are its functions, $R is /sys/fs/cgroup.
# What the captured script did with real processes, mounts and devices is done by steps here.

limit_inputs() {
    for i in max 'max\n' MAX 0 1 4095 4096 4097 1M 1m 1k 1K 1G 1T 1P 1E 7E 8E 15E 16E 1Q 1KB 1KK 1.5M ' 1M ' '\t1M\n' \
        0x100000 010 '' '\n' ' ' -1 -4096 +1M 18446744073709551615 18446744073709551616 99999999999999999999999 \
        9223372036854771712 9223372036854775807 '1M junk' '1M\0junk' maxx 'max 1' '1 2' null '\0' '1M\n\n' '١'; do
        t "empty leaf b" w "$1" "$i"
    done
}

before_controllers() {
    t "fresh boot, root cgroup" w "$R/cgroup.subtree_control" "+memory"
    t "fresh boot, root cgroup" w "$R/cgroup.subtree_control" "+memory"
    t "root: memory enabled" w "$R/cgroup.subtree_control" "-memory"
    mkdir "$R/nomem"
    st="child of root, memory controller NOT enabled in root"
    t "$st" w "$R/nomem/memory.reclaim" "1M"
    t "$st" w "$R/nomem/memory.max" "1M"
    t "$st" wc "$R/nomem/memory.max" "1M"
    t "$st" r "$R/nomem/memory.stat"
    t "$st" w "$R/nomem/cgroup.subtree_control" "+memory"
    t "$st" w "$R/nomem/memory.pressure" "some 150000 1000000"
    rmdir "$R/nomem"
}

root_cgroup() {
    for i in memory + +nosuch '+memory +nosuch' '' ' ' '\n' '+memory -memory' '-memory +memory' +MEMORY +memory,+pids \
        '+memory\t+pids' '  +pids  \n' -pids -pids '+memory\0+pids' -nosuch '+ memory' '+memory\n+pids\n'; do
        t "root cgroup" w "$R/cgroup.subtree_control" "$i"
    done
    t "root cgroup" w "$R/cgroup.subtree_control" "+memory +pids +io +cpu +cpuset +misc"
    t "root cgroup" r "$R/cgroup.controllers"
    t "root cgroup" w "$R/cgroup.controllers" "memory"
    t "root cgroup" w "$R/cgroup.stat" "x"
    t "root cgroup" w "$R/memory.stat" "x"
    t "root cgroup" or "$R/memory.reclaim"
    t "root cgroup" r "$R/memory.reclaim"
    t "root cgroup" w "$R/memory.reclaim" "10M swappiness=201"
    t "root cgroup (only kernel+this shell: little reclaimable)" w "$R/memory.reclaim" "1M"
    t "root cgroup" w "$R/memory.reclaim" "10M source=zswap"
    t "root cgroup" w "$R/memory.reclaim" "0 source=zswap"
    for f in memory.max memory.high memory.low memory.min memory.events memory.swap.max memory.peak memory.current \
        memory.oom.group memory.zswap.max memory.zswap.current memory.zswap.writeback cgroup.events cgroup.freeze \
        cgroup.kill cgroup.type memory.pressure memory.swap.current; do
        t "root cgroup (does this file exist?)" or "$R/$f"
    done
}

# both STATE NAME: mkdir, then rmdir
both() {
    t "$1" mkdir "$R/$2"
    t "$1" rmdir "$R/$2"
}

names() {
    t "absent" mkdir "$R/a"
    t "exists" mkdir "$R/a"
    t "parent missing" mkdir "$R/none/x"
    t "in a" mkdir "$R/a/b"
    t "has child" rmdir "$R/a"
    t "absent" rmdir "$R/zz"
    both "name w/ space" 'sp\sace'
    t "name w/ newline" mkdir "$R/"'new\nline'
    both "name w/ tab" 't\tab'
    both "name w/ utf8" 'é'
    both "name w/ backslash" 'b\\s'
    both "name with dots only" ...
    both "name begins with dot" .hid
    both "name begins like a file: memory.foo" memory.foo
    t "name begins like a file: cgroup.foo" mkdir "$R/cgroup.foo"
    t "name equals an interface file" mkdir "$R/cgroup.procs"
    both "255 byte name" '@@n*255@@'
    both "256 byte name" '@@n*256@@'
    both "1000 byte name" '@@n*1000@@'
    t "4090 byte path" mkdir "$R/@@n*4090@@"
    t "create regular file in cgroupfs" creat "$R/a/foo"
    t "create symlink in cgroupfs" symlink "$R/a/lnk" "foo"
    t "unlink interface file" unlink "$R/a/memory.max"
    t "rename cgroup dir" rename "$R/a" "$R/a2"
    t "rmdir of cgroup root" rmdir "$R"
    t "rmdir of a file" rmdir "$R/a/memory.max"
    t "chmod interface file" chmod "$R/a/memory.max" 0600
    t "chmod interface file" chmod "$R/a/memory.max" 0644
    t "chown interface file" chown "$R/a/memory.max" 1000
    t "truncate interface file" truncate "$R/a/memory.max" 0
    t "truncate interface file" truncate "$R/a/memory.max" 100
    t "hard link interface file" link "$R/a/memory.max" "$R/a/hl"
}

processes() {
    ctl 'task sleeper cgroup=/a/b comm=sleep'
    t "has process (leaf)" rmdir "$R/a/b"
    t "child b has process, parent a has none" w "$R/a/cgroup.subtree_control" "+memory"
    t "a has subtree_control on: moving proc into a" w "$R/a/cgroup.procs" "0"
    t "a has subtree_control on" w "$R/a/cgroup.subtree_control" "-memory"
    t "b has process, a lacks memory" w "$R/a/b/cgroup.subtree_control" "+memory"
    put "+memory +pids" "$R/a/cgroup.subtree_control"
    t "b has process, a has memory enabled" w "$R/a/b/cgroup.subtree_control" "+memory"
    t "a lacks memory in subtree_control" w "$R/a/b/cgroup.subtree_control" "+cpuset"
    t "b populated" w "$R/a/b/cgroup.type" "threaded"
    t "b" w "$R/a/b/cgroup.type" "domain"
    t "b" w "$R/a/b/cgroup.type" ""
    mkdir "$R/thr"
    t "empty thr" w "$R/thr/cgroup.type" 'threaded\n'
    t "thr threaded" w "$R/thr/cgroup.type" "threaded"
    t "thr threaded" w "$R/thr/cgroup.type" "domain"
    t "thr threaded" r "$R/thr/cgroup.procs"
    t "thr threaded" w "$R/thr/cgroup.subtree_control" "+memory"
    rmdir "$R/thr"
    for i in 99999999 -1 abc '' ' ' '\n' '1 2' 0x1 '1\n' 999999999999999 '\0' 0; do
        t "cgroup.procs input" w "$R/a/b/cgroup.procs" "$i"
    done
    t "kthread pid 2" w "$R/a/b/cgroup.procs" "2"
    t "cgroup.threads" w "$R/a/b/cgroup.threads" "99999999"
    put 1 "$R/cgroup.procs"
    for i in 1 1 0 2 -1 '' x '1\n' 01 '1 ' 0; do t "b has 1 sleeper" w "$R/a/b/cgroup.freeze" "$i"; done
    for i in 0 2 '' x -1; do t "b has 1 sleeper" w "$R/a/b/cgroup.kill" "$i"; done
    t "b" r "$R/a/b/cgroup.kill"
    t "b" or "$R/a/b/cgroup.kill"
    t "b has 1 sleeper" w "$R/a/b/cgroup.kill" '1\n'
    ctl 'advance 200ms'
    t "b after kill" r "$R/a/b/cgroup.procs"
    t "b now empty" w "$R/a/b/cgroup.kill" "1"
}

limits_of_the_tree() {
    for f in cgroup.max.depth cgroup.max.descendants; do
        for i in max 'max\n' 0 1 -1 abc '' 2147483647 2147483648 ' 5 ' '5 6' 0x10 MAX; do t "a" w "$R/a/$f" "$i"; done
    done
    put max "$R/a/cgroup.max.depth"
    put max "$R/a/cgroup.max.descendants"
    put 0 "$R/a/b/cgroup.max.depth"
    t "cgroup.max.depth=0 in parent" mkdir "$R/a/b/c"
    put max "$R/a/b/cgroup.max.depth"
    put 1 "$R/a/cgroup.max.descendants"
    t "a: max.descendants=1 and already 1" mkdir "$R/a/b/c"
    t "a: max.descendants=1 and already 1" mkdir "$R/a/c"
    put max "$R/a/cgroup.max.descendants"
}

pressure() {
    for i in 'some 150000 1000000' 'full 150000 1000000\n' 'some 150000' 'some 150000 400000' 'some 150000 499999' \
        'some 150000 500000' 'some 150000 10000000' 'some 150000 10000001' 'some 0 1000000' 'some 1000001 1000000' \
        'some 1000000 1000000' 'none 150000 1000000' '' '\n' 'some a b' 'SOME 150000 1000000' \
        'some 150000 1000000 junk' 'full 50000 2000000'; do
        t "cgroup pressure file" w "$R/a/memory.pressure" "$i"
    done
    t "second trigger on same fd" w2 "$R/a/memory.pressure" "some 150000 1000000"
    t "proc pressure" w /proc/pressure/memory "some 150000 1000000"
    st="proc pressure: last byte of the write is dropped"
    t "$st" w /proc/pressure/memory 'some 150000 1000000\n'
    t "$st" w /proc/pressure/memory 'some 150000 1000000\0'
    t "proc pressure" w /proc/pressure/memory "bogus"
    t "proc pressure" r /proc/pressure/memory
    for i in 0 1 2 '' x -1 1; do t "cgroup.pressure" w "$R/a/cgroup.pressure" "$i"; done
    put 0 "$R/a/cgroup.pressure"
    t "cgroup.pressure=0" or "$R/a/memory.pressure"
    t "cgroup.pressure=0" r "$R/a/memory.pressure"
    t "cgroup.pressure=0" w "$R/a/memory.pressure" "some 150000 1000000"
    put 1 "$R/a/cgroup.pressure"
}

memory_limits() {
    for f in memory.min memory.low memory.high memory.max memory.swap.high memory.swap.max memory.zswap.max; do
        limit_inputs "$R/a/b/$f"
        for i in 4095 4096 5000 70000; do t "long string $i digits" w "$R/a/b/$f" "@@1*$i@@"; done
        t "pwrite at offset 4" pw "$R/a/b/$f" "1M" 4
        t "O_APPEND" wa "$R/a/b/$f" "2M"
        t "O_RDWR" rw "$R/a/b/$f" "3M"
        t "O_TRUNC" wt "$R/a/b/$f" "4M"
        t "two writes on one fd" w2 "$R/a/b/$f" "5M"
        t "split write '12'+'3M'" wcat "$R/a/b/$f" "123M" 2
        t "pread offset 2" pr "$R/a/b/$f" "" 2
        t "pread offset 100" pr "$R/a/b/$f" "" 100
        case $f in
            *.min | *.low) put 0 "$R/a/b/$f" ;;
            *) put max "$R/a/b/$f" ;;
        esac
    done
    for f in memory.zswap.writeback memory.oom.group; do
        for i in 0 1 '0\n' '1\n' 2 -1 '' '\n' ' ' x 01 '1 ' ' 1' y Y true 0x1 +1 '1\0' '1 1' 18446744073709551616; do
            t "b" w "$R/a/b/$f" "$i"
        done
    done
    put 1 "$R/a/b/memory.zswap.writeback"
    put 0 "$R/a/b/memory.oom.group"
    for f in memory.peak memory.swap.peak; do
        for i in 0 reset '' '\n' 1 x; do t "b: any non-empty string resets this fd" w "$R/a/b/$f" "$i"; done
        t "" rw "$R/a/b/$f" 'reset\n'
    done
    for f in memory.current memory.events memory.events.local memory.stat memory.numa_stat memory.swap.current \
        memory.swap.events memory.zswap.current cgroup.events cgroup.controllers cgroup.stat pids.current pids.events; do
        t "read-only file, root user" w "$R/a/b/$f" "0"
        t "read-only file" ow "$R/a/b/$f"
        t "read-only file O_RDWR" rw "$R/a/b/$f" "0"
        t "read-only file O_TRUNC" wt "$R/a/b/$f" "0"
    done
    t "write-only file" or "$R/a/b/memory.reclaim"
    t "write-only file" r "$R/a/b/memory.reclaim"
    t "write-only file" rw "$R/a/b/memory.reclaim" "0"
}

# What to write to memory.reclaim, each up to the bar.
reclaim_inputs() {
    cat <<'INPUTS'
0|
1|
4095|
4096|
1M|
10M|
10m|
10K|
10k|
1G|
10E|
15E|
16E|
17E|
1Q|
10MB|
10MK|
1.5M|
-1|
-10M|
+1M|
0x1000|
010|
08|
max|
|
\n|
 |
\t|
 10M |
\t10M|
10M\n|
10M\n\n|
10M \n|
10M swappiness=0|
10M swappiness=60|
10M swappiness=200|
10M swappiness=201|
10M swappiness=-1|
10M swappiness=max|
10M swappiness=MAX|
10M swappiness=|
10M swappiness|
10M swappiness=6 0|
10M swappiness = 60|
10M  swappiness=60|
10M   swappiness=60   |
10M\tswappiness=1|
10M\nswappiness=1|
10M swappiness=1\n|
10M swappiness=1\tswappiness=2|
10M swappiness=1 swappiness=2|
10M swappiness=1 swappiness=max|
10M swappiness=max swappiness=300|
10M swappiness=0x10|
10M swappiness=010|
10M swappiness=+5|
10M swappiness=60x|
10M swappiness=99999999999|
10M swappiness=max1|
10M Swappiness=1|
10Mswappiness=1|
10swappiness=1|
swappiness=60|
swappiness=60 10M|
10M,swappiness=60|
10M foo|
10M foo=1|
10M 20M|
10M source=zswap|
10M source=zswap\n|
10M  source=zswap  |
10M\tsource=zswap|
10Msource=zswap|
10M source=foo|
10M source=|
10M source|
10M source=ZSWAP|
10M source=zswap,|
10M source=zswapx|
10M source=zswa|
10M source=zswap2345678901|
10M source=zswap23456789012|
10M source=@@z*15@@|
10M source=@@z*16@@|
10M source=@@z*1000@@|
10M source=zswap source=zswap|
10M source=foo source=zswap|
10M source=zswap source=foo|
10M source=zswap swappiness=10|
10M swappiness=10 source=zswap|
10M source=zswap swappiness=max|
10M swappiness=max source=zswap|
10M source=zswap swappiness=201|
10M source=zswap foo|
source=zswap|
source=zswap 10M|
0 source=zswap|
1 source=zswap|
4095 source=zswap|
4096 source=zswap|
1K source=zswap|
1G source=zswap|
10E source=zswap|
16E source=zswap|
1Q source=zswap|
-1 source=zswap|
0x1000 source=zswap|
max source=zswap|
 source=zswap|
10M source=all|
10M source=lru|
10M source=anon|
10M source=file|
10M zswap_writeback_only|
10M type=anon|
10M nodes=0|
10M\0|
10M\0 source=foo|
\0|
10M source=zs\0wap|
10M source="zswap"|
INPUTS
}

reclaim_grammar() {
    st="empty leaf b, zswap disabled, no swap"
    reclaim_inputs | while IFS='|' read -r i _; do t "$st" w "$R/a/b/memory.reclaim" "$i"; done
    for i in '@@1*4095@@' '@@1*4096@@' '0@@ *4094@@' '0@@ *4095@@' '0@@ *9000@@' '0@@ *4070@@source=zswap'; do
        t "$st" w "$R/a/b/memory.reclaim" "$i"
    done
    t "$st" pw "$R/a/b/memory.reclaim" "0" 1
    t "$st" pw "$R/a/b/memory.reclaim" "10M source=foo" 7
    t "$st" w2 "$R/a/b/memory.reclaim" "0"
    t "$st" wa "$R/a/b/memory.reclaim" "0"
    t "$st" wt "$R/a/b/memory.reclaim" "0"
    t "$st" wcat "$R/a/b/memory.reclaim" "10M source=zswap" 4
}

reclaim_with_pages() {
    P=/sys/module/zswap/parameters
    ctl 'swapon /dev/vda'
    t "zswap disabled, swap on" w "$R/a/b/memory.reclaim" "10M source=zswap"
    put Y $P/enabled
    t "zswap enabled, empty leaf" w "$R/a/b/memory.reclaim" "10M source=zswap"
    ctl 'task alloc cgroup=/a/b' 'alloc alloc 24M content=ratio:3.731'
    t "leaf b: 24M anon resident, zswap on, nothing in zswap" w "$R/a/b/memory.reclaim" "10M source=zswap"
    t "leaf b: 24M anon resident" w "$R/a/b/memory.reclaim" "12M"
    t "leaf b: ~12M anon in zswap" r "$R/a/b/memory.zswap.current"
    put 0 "$R/a/b/memory.zswap.writeback"
    st="zswap pages present, memory.zswap.writeback=0"
    t "$st" w "$R/a/b/memory.reclaim" "1M source=zswap"
    t "$st" w "$R/a/b/memory.reclaim" "0 source=zswap"
    t "$st" w "$R/a/b/memory.reclaim" "1M source=foo"
    t "child writeback=0; write on parent a (writeback=1)" w "$R/a/memory.reclaim" "1M source=zswap"
    put N $P/enabled
    t "writeback=0 but zswap module disabled: writeback=0 is not honoured" w "$R/a/b/memory.reclaim" "0 source=zswap"
    t "writeback=0 but zswap module disabled, pages still stored" w "$R/a/b/memory.reclaim" "4K source=zswap"
    put Y $P/enabled
    put 1 "$R/a/b/memory.zswap.writeback"
    put 0 "$R/a/memory.zswap.writeback"
    t "parent writeback=0, own 1" w "$R/a/b/memory.reclaim" "1M source=zswap"
    t "parent writeback=0, own file reads" r "$R/a/b/memory.zswap.writeback"
    t "parent writeback=0" w "$R/a/memory.reclaim" "1M source=zswap"
    t "a.writeback=0; write on root" w "$R/memory.reclaim" "1M source=zswap"
    put 1 "$R/a/memory.zswap.writeback"
    put N $P/enabled
    t "zswap now disabled but pages still stored" w "$R/a/b/memory.reclaim" "100K source=zswap"
    t "zswap now disabled but pages still stored (2nd)" w "$R/a/b/memory.reclaim" "100K source=zswap"
    put Y $P/enabled
    t "leaf b with zswap pages" w "$R/a/b/memory.reclaim" "100K source=zswap"
    t "via parent a" w "$R/a/memory.reclaim" "100K source=zswap"
    t "via root" w "$R/memory.reclaim" "100K source=zswap"
    t "more than stored" w "$R/a/b/memory.reclaim" "1G source=zswap"
    t "after drain" w "$R/a/b/memory.reclaim" "1M source=zswap"
    t "after drain" r "$R/a/b/memory.zswap.current"
    put 1 "$R/a/b/cgroup.freeze"
    ctl 'advance 200ms'
    t "frozen cgroup" w "$R/a/b/memory.reclaim" "1M"
    put 0 "$R/a/b/cgroup.freeze"
    t "leaf b: swap.max=0" w "$R/a/b/memory.swap.max" "0"
    t "leaf b: swap.max=0, anon only" w "$R/a/b/memory.reclaim" "1M swappiness=max"
    t "leaf b: swap.max=0, anon only" w "$R/a/b/memory.reclaim" "1M"
    t "swap.max=max" w "$R/a/b/memory.swap.max" "max"
    t "memory.max below usage: forced reclaim" w "$R/a/b/memory.max" "4M"
    t "memory.max=max" w "$R/a/b/memory.max" "max"
    t "memory.high below usage: sync reclaim" w "$R/a/b/memory.high" "1M"
    t "memory.high=max" w "$R/a/b/memory.high" "max"
    put 1 "$R/a/b/cgroup.kill"
    ctl 'advance 300ms'
    rmdir "$R/a/b"
    t "removed" w "$R/a/b/memory.reclaim" "1M"
    t "removed" rmdir "$R/a/b"
}

before_controllers
root_cgroup
names
processes
limits_of_the_tree
pressure
memory_limits
reclaim_grammar
reclaim_with_pages
