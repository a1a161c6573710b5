#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpu.sh COMMAND NETWORKS OUT [DEVICE [LEVEL [RUNS [JOBS]]]]: is a GPU right and fast? COMMAND is nnef-cl-run, carried along with its
# libraries; NETWORKS a folder of models, whose weights may miss; OUT gets every answer as a file and report.md of them; DEVICE as
# -d takes it (gpu); LEVEL quick, normal or full (normal); RUNS to measure (20); JOBS at a time where nothing is measured (4).
# Nothing is installed and nothing is fetched. Where the loader finds no driver, OCL_ICD_VENDORS names a folder with a file that
# names the driver's library: libnvidia-opencl.so.1. With torch and torchvision at hand, the same networks there too
# (gpu_torch.py). PEAKS="GFLOPS GBYTES_PER_S" of the chip names the steps that are far from them, PATIENCE are seconds for the
# verification of a network (3600). What failed stands in the report, and makes status 1.
set -u
[ $# -ge 3 ] || { sed -n '3,9s/^# //p' "$0" >&2; exit 2; }
command=$1 networks=$2 out=$3 device=${4:-gpu} level=${5:-normal} runs=${6:-20} jobs=${7:-4}
here=$(dirname "$0")
failed=0
mkdir -p "$out"
case $level in normal) level= ;; *) level=--$level ;; esac
export command networks out device

"$command" --list-devices -v --json >"$out/devices.json" || failed=1

# What only has to be right, several at a time; the kernels of larger batches are compiled beside it.
{
    echo conformance
    for network in "$networks"/*; do
        echo "$(basename "$network")"
    done
    for network in "$networks"/*; do
        echo "$(basename "$network") 8"
        echo "$(basename "$network") 32"
    done
} | xargs -P "$jobs" -I{} sh -c '
    level=$1
    set -- $2
    if [ "$1" = conformance ]; then
        "$command" --conformance $level -d "$device" --report "$out/conformance.json" >"$out/conformance.txt" 2>&1
        exit
    fi
    if [ $# -gt 1 ]; then # a network may have a batch of its own
        "$command" "$networks/$1" -d "$device" --random-weights --random --batch "$2" --bench --runs 1 >/dev/null 2>&1
        exit 0
    fi
    timeout "${PATIENCE:-3600}" "$command" "$networks/$1" -d "$device" --random-weights --random --verify \
        >"$out/$1.verify" 2>&1
    echo "status $?" >>"$out/$1.verify"' verify "$level" {} || failed=1
for network in "$networks"/*; do
    grep -qx 'status 0' "$out/$(basename "$network").verify" || failed=1
done

for network in "$networks"/*; do
    name=$(basename "$network")
    for batch in 1 8 32; do
        "$command" "$network" -d "$device" --random-weights --random --batch "$batch" --bench --runs "$runs" --json \
            >"$out/$name.$batch.json" 2>/dev/null || rm -f "$out/$name.$batch.json" # a network with a batch of its own
        "$command" "$network" -d "$device" --random-weights --random --batch "$batch" --profile=json \
            >"$out/$name.$batch.profile" 2>/dev/null || rm -f "$out/$name.$batch.profile"
    done
done
if python3 -c 'import torch, torchvision' 2>/dev/null; then
    python3 "$here/gpu_torch.py" >"$out/torch.json" || failed=1
fi
# shellcheck disable=SC2086
python3 "$here/gpu_report.py" "$out" ${PEAKS:-} >"$out/report.md" || failed=1
exit $failed
