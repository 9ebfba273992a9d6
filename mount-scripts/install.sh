#!/usr/bin/env bash
# Installs the jar, its launcher, a man page and shell completion. The last two are made from what `-h` says.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: mount-scripts/install.sh [--prefix DIR]
       mount-scripts/install.sh --print man|completion

Builds what is missing and installs below DIR (default /usr/local): bin/reclaimfs, lib/reclaimfs, the man page
share/man/man1/reclaimfs.1 and share/bash-completion/completions/reclaimfs. With DESTDIR in the environment
everything goes below $DESTDIR, for packagers. Safe to run again; to uninstall, remove these four.

  --print     only write the man page, or the completion for bash, to stdout
  -h, --help  this text

Exit status: 0 done, 1 failed, 2 wrong usage.
USAGE
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
reclaimfs=$root/mount-scripts/reclaimfs

# The verbs, as `reclaimfs -h` lists them.
verbs() { "$reclaimfs" -h | sed -nE 's/^  ([a-z]+) .*$/\1/p' | sort -u; }

# roff that shows stdin as it is.
verbatim() {
    printf '.nf\n'
    sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/" -e 's/…/.../g'
    printf '.fi\n'
}

man_page() {
    local verb version
    version=$("$reclaimfs" --version)
    cat <<ROFF
.TH RECLAIMFS 1 "" "${version%%,*}" "User Commands"
.SH NAME
reclaimfs \\- a pretend Linux memory interface with a model of memory reclaim behind it
.SH SYNOPSIS
ROFF
    "$reclaimfs" -h | verbatim
    printf '.SH VERBS\n'
    for verb in $(verbs); do
        printf '.SS %s\n' "$verb"
        "$reclaimfs" "$verb" -h | verbatim
    done
}

# options VERB: its options, one a line; --opt= for one with its value behind the sign.
options() {
    "$reclaimfs" "$1" -h | sed -nE 's/^ {2,}((-[a-zA-Z], +)?--?[-a-zA-Z]+=?).*/\1/p' | grep -oE -e '--?[-a-zA-Z]+=?' | sort -u
}

completion() {
    local verb tiers patches steps
    tiers=$("$reclaimfs" exec -h | sed -nE '/not in this/d; s/^  --tier T  +([a-z]+) .*/\1/p; s/^ {18}([a-z]+) {2,}.*/\1/p')
    patches=$("$reclaimfs" compare -h | sed -n '/a patch:/,/killer=/p' | grep -oE '[a-z]+(_[a-z]+)+')
    steps=$("$reclaimfs" ctl -h | sed -nE '/^  [a-z]/p' | sed -E 's/ {2,}/\n/g; s/ \| /\n/g' | grep -oE '^[a-z|-]+' | tr '|' '\n')
    printf '# bash completion for reclaimfs; made by install.sh from what -h says.\n'
    printf 'declare -A _reclaimfs_options=(\n'
    for verb in $(verbs); do
        printf '    [%s]="%s"\n' "$verb" "$(options "$verb" | paste -sd' ')"
    done
    printf ')\n_reclaimfs_tiers="%s"\n' "$(paste -sd' ' <<<"$tiers")"
    printf '_reclaimfs_patches="%s"\n' "$(sort -u <<<"$patches" | paste -sd' ')"
    printf '_reclaimfs_steps="%s"\n' "$(sort -u <<<"$steps" | paste -sd' ')"
    cat <<'BASH'
_reclaimfs() {
    local verb=${COMP_WORDS[1]-} cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words='' i places=0
    # readline takes the = of --option=value for a word.
    [[ $cur == = ]] && cur=''
    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "${!_reclaimfs_options[*]} --help --version" -- "$cur")
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        # What comes after -- is a command with its own arguments.
        [[ ${COMP_WORDS[i]} == -- ]] && { compopt -o default 2>/dev/null; return; }
        [[ ${COMP_WORDS[i]} == -* ]] || places=$((places + 1))
    done
    case $before in
        --tier) words=$_reclaimfs_tiers ;;
        --patch) words=$_reclaimfs_patches ;;
        --speed | --seed) return ;;
        --scenario) ;;
        --out)
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            return
            ;;
        *)
            if [[ $cur == -* ]]; then
                words=${_reclaimfs_options[$verb]-}
            elif [[ $verb == ctl ]] && ((places)); then
                words=$_reclaimfs_steps
            elif [[ $verb == mount || $verb == umount || $verb == ctl ]]; then
                mapfile -t COMPREPLY < <(compgen -d -- "$cur")
                return
            fi
            ;;
    esac
    if [[ $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _reclaimfs reclaimfs
BASH
}

prefix=/usr/local print=
while (($#)); do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --prefix | --print)
            if (($# < 2)); then
                usage >&2
                exit 2
            fi
            case $1 in
                --prefix) prefix=$2 ;;
                --print) print=$2 ;;
            esac
            shift
            ;;
        --prefix=*) prefix=${1#*=} ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    shift
done

# The tests and packagers may bring a jar of their own.
jar=${RECLAIMFS_JAR-}
if [[ ! $jar ]]; then
    "$root/mount-scripts/setup.sh" >&2
    jar=$root/target/reclaimfs.jar
fi
export RECLAIMFS_JAR=$jar
case $print in
    '') ;;
    man)
        man_page
        exit 0
        ;;
    completion)
        completion
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac

if [[ $prefix != /* ]]; then
    printf 'install: --prefix: found %s, expected an absolute path\n' "$prefix" >&2
    exit 2
fi
to=${DESTDIR-}$prefix
lib=$to/lib/reclaimfs
install -d "$to/bin" "$lib/mount-scripts" "$lib/target" "$to/share/man/man1" "$to/share/bash-completion/completions"
install -m 755 "$root"/mount-scripts/{reclaimfs,sandbox.sh,setup.sh} "$lib/mount-scripts/"
# A new file, not new bytes in the old one: a running server keeps the jar it started with.
install -m 644 "$jar" "$lib/target/reclaimfs.jar.new"
mv -f "$lib/target/reclaimfs.jar.new" "$lib/target/reclaimfs.jar"
man_page >"$to/share/man/man1/reclaimfs.1"
completion >"$to/share/bash-completion/completions/reclaimfs"
ln -sfn ../lib/reclaimfs/mount-scripts/reclaimfs "$to/bin/reclaimfs"
if [[ ! ${DESTDIR-} ]]; then
    # The archive of classes holds the jar's path, so it is made in place.
    env -u RECLAIMFS_JAR "$lib/mount-scripts/setup.sh" --archive
fi
printf 'install: %s\n' "$to/bin/reclaimfs"
