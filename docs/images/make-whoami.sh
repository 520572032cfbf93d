#!/usr/bin/env bash
# Makes whoami.png anew: the page of the quickstart's partner, as Chromium shows it. Needs chromium and curl.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo build --quiet --features whoami --example quickstart
work=$(mktemp -d)
target/debug/examples/quickstart >"$work/out" 2>/dev/null &
quickstart=$!
trap 'kill -INT "$quickstart" 2>/dev/null || true; wait "$quickstart" || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  grep -q 'whoami$' "$work/out" && break
  sleep 0.1
done

handout=$(sed -n 's/^cd //p' "$work/out")
ask=$(grep 'whoami$' "$work/out")
(cd "$handout" && eval "$ask --silent --show-error --fail --header 'Accept: text/html'") >"$work/whoami.html"
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/profile" \
  --window-size=860,1440 --screenshot="$work/whoami.png" "file://$work/whoami.html" 2>/dev/null
mv "$work/whoami.png" docs/images/whoami.png
