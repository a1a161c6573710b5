#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Products of halves where they run without a GPU, each node against its definition:  halves.py COMMAND LAYER [NAME...]

COMMAND  nnef-cl-run          LAYER  libgpu_layer.so
INTEL_OPENCL  the folder of Intel's runtime for CPUs (lib/libintelocl.so), whose compiler has cl_khr_fp16 and rounds each step to a half; without it PoCL, whose clang
         does the same once the layer declares the extension in the text. DRIVER: another device, as -d takes it (rusticl: llvmpipe)

The cases are those of simulate.py whose kernel is gemm_group, and others: larger ones with sums of many panels, and a light one.
"""
import os
import re
import subprocess
import sys
import tempfile

from simulate import CASES, CONV, GROUP, PRODUCT, Case

OTHERS = [Case('a few tiles', '70,21', {'w': '21,90'}, PRODUCT % ('false', 'false'), 'gemm_group', 64, GROUP, light=True),
          Case('long sums', '64,1024', {'w': '64,1024'}, PRODUCT % ('false', 'true'), 'gemm_group', 64, GROUP),
          Case('whole panels', '256,512', {'w': '512,256'}, PRODUCT % ('false', 'false'), 'gemm_group.*WHOLE=1', 1, GROUP),
          Case('many channels', '2,64,28,28', {'w': '64,64,3,3'}, CONV % 'padding = []', 'gemm_group.*TAPS=9', 1, ['conv=conv_group'])]


def run_case(command, device, environment, folder, case):
    """what went wrong, or the line that judges"""
    model = os.path.join(folder, 'case.nnef')
    with open(model, 'w') as f:
        f.write(case.text())
    arguments = [command, model, '-d', device, '--random-weights', '--precision', 'fp16'] + [word for kernels in case.forced for word in ('--kernels', kernels)]
    environment = {**environment, 'UNITS': str(case.units)}
    plan = subprocess.run(arguments + ['--dump', 'plan', '-q'], env=environment, capture_output=True, text=True)
    done = subprocess.run(arguments + ['--random', '--verify'], env=environment, capture_output=True, text=True)
    if not re.search(r'^  k\d+ gemm_group.*HALVES=1', plan.stdout, re.M):
        return True, 'no halves are multiplied: ' + plan.stderr.strip()
    return done.returncode != 0, (done.stdout + done.stderr).strip().split('\n')[-1]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    command, layer, names = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    failed = count = 0
    environment = {**os.environ, 'OPENCL_LAYERS': layer, 'HALVES': 'declare'}
    device = os.environ.get('DRIVER', 'Portable')
    with tempfile.TemporaryDirectory() as folder:
        if 'INTEL_OPENCL' in os.environ:
            device, libraries = '0', os.path.join(os.path.abspath(os.environ['INTEL_OPENCL']), 'lib')
            with open(os.path.join(folder, 'intel.icd'), 'w') as f:
                f.write(os.path.join(libraries, 'libintelocl.so') + '\n')
            environment.update({'OCL_ICD_VENDORS': folder, 'HALVES': '1', 'LD_LIBRARY_PATH': libraries + os.pathsep + os.environ.get('LD_LIBRARY_PATH', '')})
        for case in CASES + OTHERS:
            if not case.expected.startswith('gemm_') or (names and case.name not in names) or 'item' in case.expected:
                continue
            bad, line = run_case(command, device, environment, folder, case)
            print('%-40s %s%s' % (case.name, 'FAILED: ' if bad else '', line), flush=True)
            failed, count = failed + bad, count + 1
    print('%d cases, %d failed' % (count, failed))
    return failed > 0 or not count


if __name__ == '__main__':
    sys.exit(main())
