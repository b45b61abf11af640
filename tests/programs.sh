#!/bin/sh
# The tests need a browser and a database server. Install them where that is possible, else say what is missing.
set -eu
missing=""
[ -x /usr/bin/chromium ] || missing="chromium"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
else
  echo "These packages are missing: $missing. Install them, for example: sudo apt install $missing"
  exit 1
fi
