#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# abi.sh LIBRARY HEADERS KEPT: what programs see of the library, against what is kept as text. New functions are welcome; what is removed or changed is an error: either it breaks programs,
# which needs a new soname, or what is kept is older than the last release. NNEFCL_UPDATE=1 keeps what there is now.
# Both sides are texts: abidiff 2.2 fails where it leaves out types that are not public itself.
set -eu
library=$1 headers=$2 kept=$3
now=$(mktemp)
trap 'rm -f "$now"' EXIT
abidw --headers-dir "$headers" --drop-private-types --exported-interfaces-only --no-show-locs --no-corpus-path --no-comp-dir-path "$library" >"$now"
[ -z "${NNEFCL_UPDATE:-}" ] || cp "$now" "$kept"
abidiff --no-added-syms "$kept" "$now"
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" {print $3}' | grep -v '@@NNEFCL_' || true)
[ -z "$exported" ] || { echo "without a version: $exported"; exit 1; }
