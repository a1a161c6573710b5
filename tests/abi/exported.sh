#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# exported.sh NM LIBRARY TABLE: the functions that the library exports are those with a row in the table of misuse.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -D --defined-only "$2" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort -u >"$work/exported"
sed -n 's/^[A-Z_]*(\(nnefcl_[a-z0-9_]*\),.*/\1/p' "$3" | sort -u >"$work/rows"
[ -s "$work/exported" ] || { echo "$2 exports nothing"; exit 1; }
diff "$work/exported" "$work/rows" || { echo "< exported without a row in $3   > a row of what is not exported"; exit 1; }
