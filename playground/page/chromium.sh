#!/bin/sh
# Chromium for the browser tests: what is there, else Debian's, which root can install.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then
        found=$name
        break
    fi
done
fonts=$(fc-list 2>/dev/null | grep -ci emoji || true)
if [ -z "${CHROMIUM:-}${found:-}" ] || { [ "${fonts:-0}" = 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; }; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && exit 0
        echo "Chromium is needed: install it, or set CHROMIUM=/path/to/it" >&2
        exit 1
    fi
    echo "Installing Chromium and an emoji font"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-color-emoji >/dev/null
fi
