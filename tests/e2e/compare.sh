#!/bin/sh
# compare: table, files and page; interrupted it keeps what it has; the page is looked at in a browser, if there is one.
. "$(dirname "$0")/../lib.sh"
if [ -z "${RECLAIMFS_JAR-}" ] && [ ! -e "$root/target/reclaimfs.jar" ]; then
    "$root/mount-scripts/setup.sh" || fail "setup failed"
fi
out=$scratch/out
"$reclaimfs" compare --out "$out" --patch ram_backed_swap --patch net_progress "$scenarios/lab/twin-random.yaml" >"$scratch/said"
grep -q '^ram_backed_swap .* hog ' "$scratch/said" || fail "no line for patch A: $(cat "$scratch/said")"
expect_eq "lines of compare.csv" 4 "$(wc -l <"$out/compare.csv")"
for file in index.html compare.png 1-stock/summary.json 2-ram_backed_swap/timeline.csv 3-net_progress/trace.jsonl; do
    [ -s "$out/$file" ] || fail "no $file"
done
stalled() { awk -F, -v name="$1" '$1 == name { print $7 }' "$out/compare.csv"; }
expect_num "patch A shortens the stall" "$(stalled ram_backed_swap)" -lt "$(($(stalled stock) / 3))"

status=0
"$reclaimfs" compare --patch nosuch "$scenarios/lab/twin-random.yaml" >/dev/null 2>"$scratch/err" || status=$?
expect_eq "an unknown patch" 2 "$status"
grep -q "'nosuch'" "$scratch/err" || fail "it is not named: $(cat "$scratch/err")"

# Interrupted: the scenario would take hours.
sed 's/^end: .*/end: 100h/; s/rate=8/rate=900/' "$scenarios/lab/twin-random.yaml" >"$scratch/long.yaml"
status=0 partial=$scratch/partial
timeout -s INT 8 "$reclaimfs" compare --out "$partial" --patch ram_backed_swap "$scratch/long.yaml" >"$scratch/said" \
    2>"$scratch/err" || status=$?
[ "$status" -ne 0 ] || fail "an interrupted comparison ended well"
expect_eq "what it says of errors" '' "$(cat "$scratch/err")"
grep -q '^Interrupted: these results are partial' "$scratch/said" || fail "it does not say so: $(cat "$scratch/said")"
grep -q ',partial,' "$partial/compare.csv" || fail "compare.csv does not say so"
for file in index.html compare.png 1-stock/summary.json; do
    [ -s "$partial/$file" ] || fail "no $file of an interrupted comparison"
done

browser=$(command -v chromium || command -v chromium-browser || true)
[ -n "$browser" ] || skip "there is no chromium to look at the page with"
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
    --window-size=1200,1600 --host-resolver-rules='MAP * ~NOTFOUND' --screenshot="$scratch/page.png" \
    "file://$out/index.html" >"$scratch/browser" 2>&1 || fail "the browser: $(tail -n 3 "$scratch/browser")"
# A blank page of this size is a few kilobytes.
expect_num "bytes of the screenshot" "$(wc -c <"$scratch/page.png")" -gt 60000
! grep -qi 'uncaught\|syntaxerror' "$scratch/browser" || fail "the page's script: $(cat "$scratch/browser")"
"$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" --dump-dom "file://$out/index.html" \
    >"$scratch/dom" 2>/dev/null || fail "the browser does not parse the page"
expect_eq "hairs that the script has added" 8 "$(grep -o 'class="hair"' "$scratch/dom" | wc -l)"
