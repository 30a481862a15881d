#!/usr/bin/env bash
# Reads what versions-maven-plugin says, and prints for each dependency, plugin and property of which there is a newer release
# that one alone: NAME OLD NEW. Used by `make outdated`.
set -euo pipefail
awk '
  { sub(/^\[INFO\] +/, "") }
  / \.+$/ { name = $1; next }                       # a long name: its versions are on the next line
  / -> / && NF == 3 { print name, $1, $3 }
  / -> / && NF == 5 { print $1, $3, $5 }
' | sort -u -k1,1 -k3,3V | while read -r name old new; do
  # What only an older Maven can use is told too.
  if printf '%s\n%s\n' "$old" "$new" | sort -VC; then printf '%-50s %-15s %s\n' "$name" "$old" "$new"; fi
done | awk '{ last[$1] = $0 } END { for (name in last) print last[name] }' | sort
