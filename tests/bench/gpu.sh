#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpu.sh COMMAND NETWORKS OUT [DEVICE [LEVEL [RUNS]]]: is a GPU right and fast? COMMAND is nnef-cl-run, carried along with its libraries; NETWORKS a folder
# of models, whose weights may miss; OUT gets every answer as a file and report.md of them; DEVICE as -d takes it (gpu); LEVEL quick, normal or full (normal).
# Nothing is installed and nothing is fetched. Where the loader finds no driver, OCL_ICD_VENDORS names a folder with a file that names the driver's library:
# libnvidia-opencl.so.1. With torch and torchvision at hand, the same networks there too (gpu_torch.py). What failed stands in the report, and makes status 1.
set -u
[ $# -ge 3 ] || { sed -n '3,6s/^# //p' "$0" >&2; exit 2; }
command=$1 networks=$2 out=$3 device=${4:-gpu} level=${5:-normal} runs=${6:-20}
here=$(dirname "$0")
failed=0
mkdir -p "$out"
case $level in normal) level= ;; *) level=--$level ;; esac

"$command" --list-devices -v --json >"$out/devices.json" || failed=1
# shellcheck disable=SC2086
"$command" --conformance $level -d "$device" --report "$out/conformance.json" >"$out/conformance.txt" 2>&1 || failed=1
for network in "$networks"/*; do
    name=$(basename "$network")
    "$command" "$network" -d "$device" --random-weights --random --verify >"$out/$name.verify" 2>&1
    echo "status $?" >>"$out/$name.verify"
    grep -qx 'status 0' "$out/$name.verify" || failed=1
    for batch in 1 8 32; do
        "$command" "$network" -d "$device" --random-weights --random --batch "$batch" --bench --runs "$runs" --json \
            >"$out/$name.$batch.json" 2>/dev/null || rm -f "$out/$name.$batch.json" # a network with a batch of its own
    done
    "$command" "$network" -d "$device" --random-weights --random --profile=json >"$out/$name.profile" 2>/dev/null ||
        rm -f "$out/$name.profile"
done
if python3 -c 'import torch, torchvision' 2>/dev/null; then
    python3 "$here/gpu_torch.py" >"$out/torch.json" || failed=1
fi
python3 "$here/gpu_report.py" "$out" >"$out/report.md" || failed=1
exit $failed
