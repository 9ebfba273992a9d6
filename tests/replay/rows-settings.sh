# shellcheck shell=sh disable=SC2086,SC2154 # its paths have no blanks and are set by replay.sh
# Rows of the node, of zswap, /proc/sys/vm and /sys/kernel/mm. Sourced by replay.sh after rows-cgroup.sh.

node() {
    N=/sys/devices/system/node/node0
    for i in 1M '1M\n' '1M swappiness=0' '1M swappiness=201' '1M source=zswap' 0 '' x 10G -1; do
        t "node reclaim" w $N/reclaim "$i"
    done
    t "node reclaim" or $N/reclaim
    t "node reclaim" r $N/reclaim
    for i in 1 0 junk; do t "node compact" w $N/compact "$i"; done
}

zswap() {
    P=/sys/module/zswap/parameters
    for i in Y 1 y N 0 n on off true 2 '' '\n' 'Y\n' yes T; do t "zswap param bool" w $P/enabled "$i"; done
    for i in Y N 1 x '' Yes; do t "zswap param bool" w $P/shrinker_enabled "$i"; done
    for i in 20 0 100 101 -1 x '' '50\n' 0x10 010 4294967295 4294967296 '20 ' 20x; do
        t "zswap uint" w $P/max_pool_percent "$i"
        t "zswap uint" w $P/accept_threshold_percent "$i"
    done
    put 20 $P/max_pool_percent
    put 90 $P/accept_threshold_percent
    for i in lzo lz4 zstd 'zstd\n' deflate nosuch '' LZO ' lzo' '@@a*100@@' lzo-rle 842; do
        t "zswap compressor, zswap enabled" w $P/compressor "$i"
    done
    put N $P/enabled
    for i in nosuch lz4 lzo; do t "zswap compressor, zswap disabled" w $P/compressor "$i"; done
    t "zswap zpool (removed upstream?)" w $P/zpool "zsmalloc"
    t "zswap non_same_filled_pages_enabled (removed)" w $P/non_same_filled_pages_enabled "Y"
    t "zswap exclusive_loads (removed)" w $P/exclusive_loads "Y"
    t "debugfs read-only" w /sys/kernel/debug/zswap/stored_pages "0"
    t "debugfs" r /sys/kernel/debug/zswap/stored_pages
}

# one_sysctl NAME: what the guest wrote to most of them, then the old value again
one_sysctl() {
    old=$(tr '\t' ' ' 2>/dev/null <"$V/$1") || old=
    for i in 0 1 2 3 4 5 100 101 1000 1001 3000 3001 -1 x '' 'abc 1' 99999999999999999999; do
        if [ "$1" = min_free_kbytes ] && [ ${#i} -gt 6 ]; then continue; fi
        t "sysctl (was $old)" w "$V/$1" "$i"
    done
    if [ -n "$old" ]; then put "$old" "$V/$1" || true; fi
}

sysctls() {
    V=/proc/sys/vm
    for i in 0 60 100 200 201 -1 x '' '\n' '60\n' ' 60' 0x3c '1 2' 1.5 99999999999; do
        t "sysctl" w $V/swappiness "$i"
    done
    put 60 $V/swappiness
    for f in watermark_scale_factor watermark_boost_factor vfs_cache_pressure page-cluster overcommit_memory \
        overcommit_ratio min_free_kbytes panic_on_oom oom_kill_allocating_task dirty_ratio dirty_background_ratio \
        laptop_mode stat_interval zone_reclaim_mode compaction_proactiveness extfrag_threshold drop_caches \
        compact_memory admin_reserve_kbytes user_reserve_kbytes numa_stat vfs_cache_pressure_denom \
        lowmem_reserve_ratio percpu_pagelist_high_fraction min_slab_ratio min_unmapped_ratio dirty_expire_centisecs \
        dirty_writeback_centisecs defrag_mode; do
        one_sysctl $f
    done
    t "sysctl: nonexistent" w $V/nosuch 1
    t "sysctl: nonexistent O_CREAT" wc $V/nosuch 1
    t "sysctl: pwrite offset" pw $V/swappiness "1" 3
    t "sysctl: mmap_min_addr" w $V/mmap_min_addr "4096"
    t "sysctl: unlink" unlink $V/swappiness
    t "sysctl: mkdir" mkdir $V/foo
}

kernel_mm() {
    M=/sys/kernel/mm
    t "lru_gen" w $M/lru_gen/enabled "y"
    for i in 7 0x0007 0 n 8 x '' y; do t "lru_gen" w $M/lru_gen/enabled "$i"; done
    put 0 $M/lru_gen/enabled
    for i in 1000 0 -1 x ''; do t "lru_gen" w $M/lru_gen/min_ttl_ms "$i"; done
    put 0 $M/lru_gen/min_ttl_ms
    for i in true false 1 0 y x ''; do t "vma readahead" w $M/swap/vma_ra_enabled "$i"; done
    for i in always madvise never x '' 'always\n' ALWAYS; do t "thp" w $M/transparent_hugepage/enabled "$i"; done
    put madvise $M/transparent_hugepage/enabled
    for f in swaps meminfo vmstat loadavg; do t "proc" w /proc/$f "x"; done
}

node
zswap
sysctls
kernel_mm
ctl 'swapoff /dev/vda'
