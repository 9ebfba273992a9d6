# shellcheck shell=sh disable=SC2086,SC2154 # its paths have no blanks and are set by replay.sh
# Rows of zram. Sourced by replay.sh; $Z is /sys/block/zram0, $C is /sys/class/zram-control.

reset() {
    ctl 'swapoff /dev/zram0' 2>/dev/null || true
    put 1 $Z/reset
}

# fill compressible|random|same FIRST-PAGE PAGES: what the captured script wrote to the device
fill() {
    case $1 in
        compressible) content=ratio:3.83,lz4:3.87,zstd:3.88 ;;
        *) content=$1 ;;
    esac
    ctl "io /dev/zram0 write $2 $3 content=$content"
}

# each STATE FILE INPUT…
each() {
    state=$1 file=$2
    shift 2
    for i in "$@"; do t "$state" w "$Z/$file" "$i"; done
}

closed_to_root() {
    for f in io_stat mm_stat bd_stat debug_stat initstate; do t "$1" w $Z/$f "0"; done
    for f in reset mem_limit mem_used_max idle writeback recompress compact algorithm_params; do t "$1" r $Z/$f; done
}

reads() {
    for f in disksize initstate comp_algorithm recomp_algorithm backing_dev writeback_limit writeback_limit_enable \
        writeback_batch_size compressed_writeback mm_stat io_stat bd_stat debug_stat; do
        t "$1" r $Z/$f
    done
}

# What can be tried in any state without changing it much.
common() {
    each "$1" mem_limit 0 1 1K 1M '10M\n' '' '\n' ' ' x -1 1Q 1.5M 0x100000 99999999999999999999999 '1M junk' max 16E 0
    each "$1" mem_used_max 0 '0\n' 1 '' x -1 ' 0' 00 0x0
    each "$1" idle all 'all\n' ALL 'all ' '' '\n' 0 1 86400 -1 x 4294967295 4294967296 1.5 0x10 010
    each "$1" compact 1 0 x '' '\n'
    each "$1" writeback_limit_enable 0 1 '1\n' 2 '' x -1 y 0
    each "$1" writeback_limit 0 1 100 '' x -1 1M 0x10 18446744073709551615 18446744073709551616
    each "$1" writeback_batch_size 0 1 32 '' x -1 100000 4294967296 32
    each "$1" compressed_writeback 1 0 yes no 2 '' x 0
    each "$1" algorithm_params 'algo=zstd level=3' 'algo=zstd priority=1 level=3' 'priority=0 level=5' level= level=x \
        level 'algo=nosuch level=1' 'priority=4 level=1' 'priority=-1 level=1' 'dict=/nosuch algo=zstd' '' '\n' foo=bar \
        junk deflate.winbits=99 'algo=zstd level=999'
    each "$1" comp_algorithm lzo lzo-rle lz4 lz4hc zstd deflate 842 nosuch '' '\n' LZO ' lzo' 'lzo\n' '@@a*200@@' lzo-rle
    each "$1" recomp_algorithm algo=zstd 'algo=zstd priority=1' 'algo=lz4 priority=2' 'algo=deflate priority=3' \
        'algo=zstd priority=0' 'algo=zstd priority=4' 'algo=zstd priority=-1' 'algo=zstd priority=x' algo=nosuch algo= \
        algo zstd '' priority=1 'foo=bar algo=zstd'
    each "$1" writeback huge idle huge_idle incompressible type=huge type=idle type=foo foo '' '\n' page_index=0 \
        page_index=1 page_index=99999999 page_index=-1 page_index=x page_index= page_indexes=0-3 page_indexes=3-0 \
        page_indexes=0 page_indexes=0-99999999 'page_indexes=1-2 page_index=7 page_indexes=4-5' 'idle huge' foo=bar HUGE \
        'huge\n'
    each "$1" recompress type=huge type=idle type=huge_idle type=foo type= huge idle '' '\n' threshold=3000 threshold=0 \
        threshold=4096 threshold=3264 threshold=100000 threshold=x threshold=-1 max_pages=10 max_pages=0 max_pages=x \
        'type=idle threshold=2000' algo=zstd algo=nosuch 'algo=lz4 type=huge' priority=1 priority=2 priority=0 priority=4 \
        priority=x 'algo=zstd priority=1' 'algo=lz4 priority=1' foo=bar junk
}

control() {
    t "boot" r $C/hot_add
    t "boot" r $C/hot_add
    t "boot" or $C/hot_add
    t "boot" w $C/hot_add "1"
    t "boot" or $C/hot_remove
    for i in 9 x '' -1 '\n' 2147483648 2 '1\n' 1; do t "after 2 hot_add reads" w $C/hot_remove "$i"; done
}

uninitialised() {
    S=uninit
    reads "$S"
    closed_to_root "$S"
    each "$S" disksize 0 '' '\n' x -1 0M
    each "$S" reset 1 0 2 '' x -1 '1\n' 65535 65536 01 ' 1' '1 '
    common "$S"
    each "$S" backing_dev none 'none\n' '' '\n' /dev/nope /dev/null /run /bin/busybox relative '@@x*5000@@' /dev/zram0 \
        '/dev/vdb\n'
    t "uninit, backing_dev=/dev/vdb" r $Z/backing_dev
    t "uninit, backing_dev=/dev/vdb: second set" w $Z/backing_dev "/dev/vda"
    t "uninit, backing_dev=/dev/vdb: set back none" w $Z/backing_dev "none"
    t "uninit" r $Z/backing_dev
    reset
    t "backing dev is a mounted fs device" w $Z/backing_dev "/dev/vdc"
    t "backing dev is a regular file" w $Z/backing_dev "/mnt/fs/back"
    ctl 'swapon /dev/vda'
    t "backing dev is an active swap device" w $Z/backing_dev "/dev/vda"
    ctl 'swapoff /dev/vda'
    reset
    for i in 4096 1 4095 4097 1M 1m 1K 1G 1.5M '1M\n' ' 1M' '1M junk' 0x100000 010 10T 16E 1Q 18446744073709551615 \
        '1M\0x' +1M; do
        t "uninit, fresh" w $Z/disksize "$i"
        t "after disksize write '$i'" r $Z/disksize
        put 1 $Z/reset
    done
}

initialised() {
    S="init (64M, no backing_dev, primary only)"
    put 64M $Z/disksize
    reads "$S"
    closed_to_root "$S"
    each "$S" disksize 64M 0 128M ''
    common "$S"
    each "$S" backing_dev /dev/vdb none ''
    # A mount has no block device that somebody could hold open: those two rows are left out.
    each "$S" reset 0 ''
    fill compressible 0 100
    t "$S with data" w $Z/reset "1"
    for f in disksize initstate comp_algorithm mm_stat; do t "after reset" r $Z/$f; done
}

with_data() {
    S="init (64M, backing_dev=/dev/vdb, lzo-rle + zstd prio1 + lz4 prio2, data present)"
    put /dev/vdb $Z/backing_dev
    put lzo-rle $Z/comp_algorithm
    put "algo=zstd priority=1" $Z/recomp_algorithm
    put "algo=lz4 priority=2" $Z/recomp_algorithm
    put 64M $Z/disksize
    fill compressible 0 500
    fill random 500 500
    fill same 1000 100
    reads "$S"
    common "$S"
    reads "$S, after the sequence above"
    put 0 $Z/mem_limit
    t "$S" w $Z/backing_dev "none"
    reset
}

in_use() {
    S="in use by swapon (64M)"
    put 64M $Z/disksize
    ctl 'swapon /dev/zram0'
    reads "$S"
    closed_to_root "$S"
    each "$S" disksize 32M
    each "$S" reset 1 0
    t "$S" w $C/hot_remove "0"
    t "$S" w $Z/backing_dev "/dev/vdb"
    common "$S"
    ctl 'swapoff /dev/zram0'
    t "after swapoff" w $Z/reset "1"
    t "after swapoff+reset" w $C/hot_remove "0"
    t "hot_remove'd" or $Z/disksize
    t "no zram0" r $C/hot_add
    t "re-added: device number reused" r $Z/disksize
}

sysfs() {
    t "sysfs" creat $Z/foo
    t "sysfs" mkdir $Z/foo
    t "sysfs" unlink $Z/disksize
    t "sysfs" rmdir $Z
    t "sysfs" truncate $Z/disksize 0
    t "sysfs" wt $Z/mem_limit "0"
    t "sysfs" pw $Z/mem_limit "1M" 4
    t "sysfs" w2 $Z/mem_limit "1M"
    t "sysfs" pr $Z/disksize "" 1
    for i in '@@1*4095@@' '@@1*4096@@' '@@1*5000@@' '@@0*5000@@'; do t "sysfs: >PAGE_SIZE" w $Z/mem_limit "$i"; done
    t "ram0" r /sys/block/ram0/size
    t "ram0" w /sys/block/ram0/ro "1"
}

control
uninitialised
initialised
with_data
in_use
sysfs
