#!/bin/sh
# Fetches the vendored front-end files and writes their manifests. For maintainers only: users need no Node.
# To move a version: change it here, run the script, look at the difference, commit it with the manifests.
# nhsuk-frontend ships no licence file in its package: nhsuk-frontend/LICENSE is its repository's, kept by hand.
set -eu

NHSUK=10.6.1
HTMX=2.0.11
SSE=2.2.4
AXE=4.14.1

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(
  cd "$work"
  echo '{"private": true}' >package.json
  npm install --ignore-scripts --no-audit --no-fund --silent \
    "nhsuk-frontend@$NHSUK" "htmx.org@$HTMX" "htmx-ext-sse@$SSE" "axe-core@$AXE"
)
modules=$work/node_modules

vendor=$root/static/vendor
nhsuk=$modules/nhsuk-frontend/dist/nhsuk
mkdir -p "$vendor/nhsuk-frontend/images" "$vendor/htmx" "$root/tests/vendor"

# Frutiger is licensed to NHS sites alone and comes from another host: its @font-face rules go, text falls to Arial.
# Source maps are not shipped, and icons are found beside the stylesheet, so that fingerprinted storage can follow them.
sed -E -e 's/@font-face\{[^}]*\}//g' -e 's#url\(("?)/assets/images/#url(\1images/#g' -e 's#/\*\# sourceMappingURL=[^*]*\*/##' \
  "$nhsuk/nhsuk-frontend.min.css" >"$vendor/nhsuk-frontend/nhsuk-frontend.min.css"
sed -e 's#//\# sourceMappingURL=.*##' "$nhsuk/nhsuk-frontend.min.js" >"$vendor/nhsuk-frontend/nhsuk-frontend.min.js"
grep -oE 'url\("?images/[a-z-]+\.svg' "$vendor/nhsuk-frontend/nhsuk-frontend.min.css" | sed 's#.*images/##' | sort -u |
  while read -r icon; do cp "$nhsuk/assets/images/$icon" "$vendor/nhsuk-frontend/images/"; done

cp "$modules/htmx.org/dist/htmx.min.js" "$modules/htmx.org/LICENSE" "$vendor/htmx/"
cp "$modules/htmx-ext-sse/dist/sse.min.js" "$vendor/htmx/"
cp "$modules/htmx-ext-sse/LICENSE" "$vendor/htmx/LICENSE-sse"
cp "$modules/axe-core/axe.min.js" "$root/tests/vendor/"
cp "$modules/axe-core/LICENSE" "$root/tests/vendor/LICENSE-axe"
chmod 644 "$vendor"/*/*.* "$vendor"/htmx/LICENSE* "$root"/tests/vendor/*

# line FILE PACKAGE VERSION LICENCE, under the folder we stand in
line() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$(sha256sum "$1" | cut -d' ' -f1)"
}
heading() {
  printf '# Written by static/vendor/vendor.sh; checked by tests/hub/test_static.py.\n# file\tpackage\tversion\tlicence\tsha256\n'
}
cd "$vendor"
{
  heading
  for file in nhsuk-frontend/*.css nhsuk-frontend/*.js nhsuk-frontend/images/*.svg; do line "$file" nhsuk-frontend "$NHSUK" MIT; done
  line nhsuk-frontend/LICENSE nhsuk-frontend "$NHSUK" MIT
  line htmx/htmx.min.js htmx.org "$HTMX" 0BSD
  line htmx/LICENSE htmx.org "$HTMX" 0BSD
  line htmx/sse.min.js htmx-ext-sse "$SSE" 0BSD
  line htmx/LICENSE-sse htmx-ext-sse "$SSE" 0BSD
} >MANIFEST
cd "$root/tests/vendor"
{
  heading
  line axe.min.js axe-core "$AXE" MPL-2.0
  line LICENSE-axe axe-core "$AXE" MPL-2.0
} >MANIFEST
