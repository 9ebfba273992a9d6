#!/bin/sh
# Which dependency has a newer release: what a registry tells of holes is that somebody has mended one. Maven Central itself lists none.
set -eu
cd "$(dirname "$0")/.."

case ${1-} in
    -h | --help)
        cat <<'USAGE'
usage: tests/dependencies.sh

Asks Maven Central for newer releases of every dependency of the jar, of the tests and of the fuzzer, and prints them, a line each;
alphas, betas, milestones and release candidates do not count. Needs the network.
Exit status: 0 asked (whatever there is), 1 Central cannot be reached, 2 wrong usage.
USAGE
        exit 0
        ;;
    ?*)
        echo "usage: tests/dependencies.sh [-h]" >&2
        exit 2
        ;;
esac
found=$(mktemp)
trap 'rm -f "$found"' EXIT
mvn -B -q -Pfuzz org.codehaus.mojo:versions-maven-plugin:2.19.1:display-dependency-updates -DprocessDependencyManagement=false -DallowMajorUpdates=false \
    -Dversions.outputFile="$found" '-Dmaven.version.ignore=(?i).*[-.](alpha|beta|rc|cr|m)[-.]?\d*.*' >/dev/null || exit 1
if grep -F -e '->' "$found"; then
    exit 0
fi
echo "every dependency is of the newest release"
