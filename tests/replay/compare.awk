# Compares rows of the replay with those of tests/fixtures/linux-7.2/errno.tsv.
# usage: awk -f compare.awk KNOWN ACTUAL EXPECTED
#   KNOWN     rows that differ, and why: PATH OP STATE INPUT REASON
#   ACTUAL    what replay.sh printed, in the script's order
#   EXPECTED  captured rows, a part of the script's, in the same order
# Prints every difference, then "N rows, M equal". Exit status 1 if a row differs that KNOWN does not name, or if one
# that it names does not.
BEGIN {
    FS = "\t"
    # Made by swapon(2) and by device files, which a directory of files cannot show: unit tests replay these.
    elsewhere = "^/(dev|mnt)/"
    # Numbers that the state does not fix: other processes run there, or pages compress otherwise.
    live = "memory\\.(stat|numa_stat|current|peak|zswap\\.current)$|cgroup\\.(procs|threads)$|^/proc/(pressure|[a-z]+)"
}

function key(path, state, input, op) {
    sub(/ \(was [^)]*\)$/, "", state)
    return path FS op FS state FS input
}

function skeleton(path, text) {
    if (path ~ live && path !~ /^\/proc\/sys/) {
        sub(/\.\.\.\([0-9]+ bytes\)$/, "", text)
        gsub(/[0-9]+/, "#", text)
        if (length(text) > 100) {
            text = substr(text, 1, 100) # captured up to 160 characters, which more digits fill sooner
        }
    }
    return text
}

function answer(path, op, result, bytes, stage, readback) {
    readback = skeleton(path, readback)
    if (op ~ /^p?r/ && path ~ live && bytes > 0) {
        bytes = "#"
    }
    return result FS bytes FS stage FS readback
}

function of(row, field) {
    split(row, f, FS)
    return answer(f[1], f[6], f[4], f[5], f[7], f[8])
}

# The rows of this key from the last match on; the next captured row decides how far to look.
function find(k, expected,    at, found) {
    found = 0
    for (at = last + 1; at <= last + reach && at <= made; at++) {
        if (keys[at] == k) {
            if (of(actual[at]) == expected) {
                return at
            }
            if (!found) {
                found = at
            }
        }
    }
    return found
}

FILENAME == ARGV[1] {
    if ($0 !~ /^#/ && NF) {
        reason[$1 FS $2 FS $3 FS $4] = $5
    }
    next
}

FILENAME == ARGV[2] {
    keys[++made] = key($1, $2, $3, $6)
    actual[made] = $0
    next
}

/^#/ || $1 == "path" && FNR == 1 { next }

$1 ~ elsewhere || $6 ~ /^swap/ {
    left++
    next
}

{
    rows++
    k = key($1, $2, $3, $6)
    expected = answer($1, $6, $4, $5, $7, $8)
    reach = 40
    at = find(k, expected)
    if (!at) { # the capture left out more than that
        reach = made
        at = find(k, expected)
    }
    if (at && at > last) {
        last = at
    }
    got = at ? of(actual[at]) : "no such row"
    if (got == expected) {
        equal++
        if (k in reason) {
            print "KNOWN TO DIFFER, BUT EQUAL: " k
            wrong++
        }
        next
    }
    gsub(FS, " | ", expected)
    gsub(FS, " | ", got)
    line = k
    gsub(FS, " | ", line)
    if (k in reason) {
        print "differs: " line "\n    captured " expected "\n    here     " got "\n    because " reason[k]
        known++
    } else {
        print "DIFFERS: " line "\n    captured " expected "\n    here     " got
        wrong++
    }
}

END {
    printf "%d rows, %d equal (%d differ for known reasons, %d wrong", rows, equal, known, wrong
    if (left) {
        printf "; %d more are of swapon(2), devices and mounted files, which unit tests replay", left
    }
    print ")"
    exit wrong > 0
}
