#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kernels for work-groups in Oclgrind: no race, no barrier that some miss, no access out of bounds:  simulate.py COMMAND LAYER [--light] [NAME...]

COMMAND  nnef-cl-run          LAYER  libgpu_layer.so, which makes a GPU of Oclgrind's device
--light  only the cases that say so; NAME...: only these

Each case is a small graph whose extents fill no tile, verified against the definitions while Oclgrind watches: its log must be empty. The plan has the kernel
and the defines that the case names, and all cases together have each body of cl/ with a line `group:`. Where a case has limits, what Oclgrind counted of its largest kernel stays below: bytes read of local and of global memory for each multiply-add.
Reads of memory that nobody wrote are not looked for: tiles are read whole, also beyond the last row, and nothing of that is written.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
OCLGRIND = ['/usr/lib/oclgrind/liboclgrind-rt-icd.so', '/usr/lib/x86_64-linux-gnu/liboclgrind-rt-icd.so', '/usr/local/lib/liboclgrind-rt-icd.so']
LOCAL = 65536  # bytes of local memory

PRODUCT = 'y = matmul(x, w, transposeA = %s, transposeB = %s);'
CONV = 'y = conv(x, w, 0.5, %s);'
ATTENTION = 's = matmul(x, k, transposeB = true); t = s / 4.0%s; e = softmax(t, axes = [2]); y = matmul(e, v);'
SPLIT = '[a, b, c] = split(x, axis = 2, ratios = [1, 1, 1]); '
TURN = '%s = transpose(reshape(%s, shape = [1, 33, 2, 12]), axes = [0, 2, %s]); '
HEADS = (SPLIT + TURN % ('q', 'a', '1, 3') + TURN % ('k', 'b', '3, 1') + TURN % ('v', 'c', '1, 3') +
         't = matmul(softmax(matmul(q, k), axes = [3]), v); y = reshape(transpose(t, axes = [0, 2, 1, 3]), shape = [1, 33, 24]);')


class Case:
    """`x`: shape of the input; variables: name to shape; compute units; what the plan must have; variants forced; limits of bytes, local and global"""

    def __init__(self, name, x, variables, body, expected, units=16, forced=(), limits=None, light=False):
        self.name, self.x, self.variables, self.body, self.expected = name, x, variables, body, expected
        self.units, self.forced, self.limits, self.light = units, forced, limits, light

    def text(self):
        lines = ['version 1.0;', 'extension KHR_enable_operator_expressions;', 'graph g( x ) -> ( y )', '{', '    x = external(shape = [%s]);' % self.x]
        lines += ["    %s = variable(shape = [%s], label = '%s');" % (name, shape, name) for name, shape in self.variables.items()]
        return '\n'.join(lines + ['    ' + self.body, '}', ''])


GROUP = ['product=product_group']
CASES = [
    Case('tiles of 64 x 64', '70,21', {'w': '90,21'}, PRODUCT % ('false', 'true'), 'gemm_group.*ACROSS=8 DEPTH=8 DOWN=8 LEFT=1', 64, GROUP, (1.2, 0.6), True),
    Case('tiles of 128 x 128', '70,21', {'w': '70,21'}, PRODUCT % ('false', 'true'), 'gemm_group.*ACROSS=16 DEPTH=16 DOWN=16', 1, GROUP, (1.2, 0.6)),
    Case('tiles of 64 x 128', '60,21', {'w': '21,120'}, PRODUCT % ('false', 'false'), 'gemm_group.*ACROSS=16 DEPTH=8 DOWN=8', 1, GROUP),
    Case('tiles of 128 x 64', '120,21', {'w': '60,21'}, PRODUCT % ('false', 'true'), 'gemm_group.*ACROSS=8 DEPTH=8 DOWN=16', 1, GROUP),
    Case('columns against rows, a batch', '2,21,40', {'w': '1,50,21'}, PRODUCT % ('true', 'true'), 'gemm_group.*LEFT=0', 64, GROUP),
    Case('both change', '2,40,21', {}, 'y = matmul(x, x, transposeB = true);', 'gemm_group.*LEFT=1 RIGHT=1', 64, GROUP),
    Case('parts of sums', '20,200', {'w': '30,200'}, PRODUCT % ('false', 'true'), 'gemm_join', 64, GROUP, light=True),
    Case('one row', '1,130', {'w': '37,130'}, PRODUCT % ('false', 'true'), 'gemv_group.*ALONG=1 ROWS=1', light=True),
    Case('three rows of columns', '3,130', {'w': '130,37'}, PRODUCT % ('false', 'false'), 'gemv_group.*ALONG=0 ROWS=4'),
    Case('3 x 3', '2,5,9,11', {'w': '20,5,3,3'}, CONV % 'padding = []', 'gemm_group.*IMAGE=2.*TAPS=9', 64, ['conv=conv_group'], (1.2, 1.0), True),
    Case('3 x 3, transforms of 6 x 6', '2,5,9,11', {'w': '20,5,3,3'}, CONV % 'padding = []', 'winograd_in BORDER=NCL_BORDER_CONSTANT TILE=4', 64, ['conv=conv_winograd4_group']),
    Case('3 x 3 dilated, transforms of 6 x 6', '1,3,9,11', {'w': '5,3,3,3'}, CONV % 'dilation = [2,3]', 'winograd_in BORDER=NCL_BORDER_CONSTANT DILATED=1 TILE=4', 64, ['conv=conv_winograd4_group']),
    Case('3 x 3 in groups, transforms of 4 x 4', '2,6,9,5', {'w': '8,3,3,3'}, CONV % "groups = 2, border = 'replicate'", 'winograd_in BORDER=NCL_BORDER_REPLICATE TILE=2', 64, ['conv=conv_winograd2_group']),
    Case('1 x 1 with strides', '2,12,9,11', {'w': '20,12,1,1'}, CONV % 'stride = [2, 2]', 'gemm_group.*IMAGE=2.*TAPS=1', 64, ['conv=conv_group']),
    Case('5 x 3, dilated, repeated at the border', '1,4,9,11', {'w': '20,4,5,3'}, CONV % "dilation = [1, 2], border = 'replicate'", 'gemm_group.*BORDER=NCL_BORDER_REPLICATE.*TAPS=0', 64, ['conv=conv_group']),
    Case('three axes, groups', '1,4,5,6,7', {'w': '6,2,3,3,3'}, CONV % 'groups = 2', 'gemm_group.*IMAGE=3', 64, ['conv=conv_group']),
    Case('windows in registers', '1,6,9,19', {'w': '6,1,3,3'}, CONV % 'groups = 6', 'conv_item', 64, ['conv=conv_item']),
    Case('products in registers', '19,21', {'w': '33,21'}, PRODUCT % ('false', 'true'), 'gemm_item', 64, ['product=product_item']),
    Case('pools', '2,3,9,11', {}, "y = max_pool(x, size = [1, 1, 3, 2], stride = [1, 1, 2, 2], border = 'ignore');", 'pool_item', 64, ['pool=pool_item']),
    Case('depthwise columns', '2,3,9,11', {'w': '6,1,3,5'}, CONV % 'groups = 3, stride = [2, 1]', 'conv_column', 64, ['conv=conv_column']),
    Case('columns of maxima', '2,3,9,11', {}, "y = max_pool(x, size = [1, 1, 3, 2], stride = [1, 1, 2, 2], border = 'ignore');", 'pool_column', 64, ['pool=pool_column']),
    Case('resampling', '2,3,5,7', {}, "y = multilinear_upsample(x, factor = [2, 3], border = 'constant');", 'resample_item', 64, ['resample=resample_item']),
    Case('deconv', '1,6,5,7', {'w': '6,5,3,3'}, 'y = deconv(x, w, 0.5, stride = [2, 2]);', 'deconv_join', 64, ['deconv=deconv_group']),
    Case('maxima of lines', '7,300', {}, 'y = max_reduce(x, axes = [1]);', 'reduce_group', 64, ['reduce=reduce_group'], light=True),
    Case('sums of columns', '70,40', {}, 'y = sum_reduce(x, axes = [0]);', 'reduce_group', 64, ['reduce=reduce_group']),
    Case('places of columns', '70,40', {}, 'y = argmax_reduce(x, axes = [0]);', 'reduce_group.*ARG=1', 64, ['reduce=reduce_group']),
    Case('softmax of lines', '7,300', {}, 'y = softmax(x, axes = [1]);', 'softmax_group', 64, ['softmax=softmax_group'], light=True),
    Case('softmax of columns', '2,70,40', {}, 'y = softmax(x, axes = [1]);', 'softmax_group', 64, ['softmax=softmax_group']),
    Case('layer norm', '7,300', {'w': '1,300', 'b': '1,300'}, 'm, d = moments(x, axes = [1]); y = (x - m) * rsqrt(d + 0.00001) * w + b;', 'norm_group', 64, ['norm=norm_group'], light=True),
    Case('moves', '2,6,3,10', {}, 'y = transpose(x, axes = [0, 2, 1, 3]);', 'strided_item', 64, ['move=move_item']),
    Case('transpose', '2,40,70', {}, 'y = transpose(x, axes = [0, 2, 1]);', 'transpose_group', 64, ['move=move_group'], light=True),
    Case('32 queries', '1,37,20', {'k': '1,70,20', 'v': '1,70,11'}, ATTENTION % '', 'attention_group.*DOWN=8 MASK=0', 64, ['attention=attention_group'], (2.5, 0.6), True),
    Case('64 queries, a mask of scores', '1,70,37', {'k': '1,70,37', 'v': '1,70,70', 'm': '1,70,70'}, ATTENTION % ' + m', 'attention_group.*DOWN=16 MASK=2', 1, ['attention=attention_group'], (2.5, 0.6)),
    Case('a mask of keys', '2,33,12', {'k': '1,65,12', 'v': '1,65,12', 'm': '1,1,65'}, ATTENTION % ' + m', 'attention_group.*MASK=1', 64, ['attention=attention_group']),
    Case('heads where they lie', '1,33,72', {}, HEADS, 'attention_group.*DOWN=8 MASK=0', 64, ['attention=attention_group']),
]


class Simulator:
    def __init__(self, command, layer, folder):
        library = next((path for path in OCLGRIND if os.path.exists(path)), None)
        if not library:
            sys.exit('simulate: no Oclgrind')
        with open(os.path.join(folder, 'oclgrind.icd'), 'w') as f:
            f.write(library + '\n')
        self.command, self.folder, self.targets = os.path.abspath(command), folder, {}
        self.environment = {**os.environ, 'OCL_ICD_VENDORS': folder, 'OPENCL_LAYERS': os.path.abspath(layer), 'OCLGRIND_DATA_RACES': '1', 'OCLGRIND_CHECK_API': '1',
                            'OCLGRIND_INST_COUNTS': '1', 'OCLGRIND_LOCAL_MEM_SIZE': str(LOCAL), 'OCLGRIND_NUM_THREADS': '1'}

    def run(self, arguments, **environment):
        done = subprocess.run([self.command] + arguments, env={**self.environment, **environment}, capture_output=True, text=True, timeout=600)
        return done.returncode, done.stdout, done.stderr

    def target(self, units):
        """a file with the facts of a device of so many compute units, for plans without it"""
        if units not in self.targets:
            _, text, _ = self.run(['--list-devices', '-v', '--json'], UNITS=str(units))
            self.targets[units] = os.path.join(self.folder, 'target%d.json' % units)
            with open(self.targets[units], 'w') as f:
                json.dump(json.loads(text)['devices'][0], f)
        return self.targets[units]


def count_bytes(output):
    """(multiply-adds, bytes read of local and of global memory) of the kernel with most multiply-adds"""
    best = (0, 0, 0)
    for part in output.split('Instructions executed for kernel')[1:]:
        adds = sum(int(n) * int(lanes or 1) for n, lanes in re.findall(r'(\d+) - call _Z3fma(?:Dv(\d+)_)?f', part))
        read = [sum(int(n) for n in re.findall(r'load %s \((\d+) bytes\)' % space, part)) for space in ('local', 'global')]
        best = max(best, (adds, *read))
    return best


def run_case(simulator, case):
    """(what went wrong or None, bodies in the plan, multiply-adds, bytes for each of local and global memory)"""
    stem = os.path.join(simulator.folder, re.sub(r'\W+', '_', case.name))
    model, log = stem + '.nnef', stem + '.log'
    with open(model, 'w') as f:
        f.write(case.text())
    forced = [word for kernels in case.forced for word in ('--kernels', kernels)]
    status, plan, message = simulator.run([model, '--random-weights', '--target', simulator.target(case.units), '--dump', 'plan', '-q'] + forced)
    if status or not re.search('^  k\\d+ ' + case.expected, plan, re.M):
        return 'no %s in the plan: %s' % (case.expected, message or re.findall(r'^  (k\d+ \w+.*)', plan, re.M)), [], 0, 0, 0
    status, output, message = simulator.run([model, '--random-weights', '--random', '--verify', '--no-cache', '-d', '0', '--separate-buffers'] + forced,
                                            UNITS=str(case.units), OCLGRIND_LOG=log)
    with open(log) as f:
        text = f.read().strip()
    adds, local, globals_ = count_bytes(output)
    local, globals_ = local / (adds or 1), globals_ / (adds or 1)
    fault = 'status %d: %s' % (status, message.strip()[-300:]) if status else 'log: ' + text[:600] if text else None
    if not fault and case.limits and not (adds and local <= case.limits[0] and globals_ <= case.limits[1]):
        fault = 'reads more than %g and %g bytes for each multiply-add' % case.limits
    return fault, re.findall(r'^  k\d+ (\w+)', plan, re.M), adds, local, globals_


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('command')
    parser.add_argument('layer')
    parser.add_argument('names', nargs='*')
    parser.add_argument('--light', action='store_true')
    o = parser.parse_args()
    cases = [case for case in CASES if (case.light or not o.light) and (not o.names or case.name in o.names)]
    failed, bodies = 0, set()
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(o.command, o.layer, folder)
        for units in {case.units for case in cases}:
            simulator.target(units)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for case, (fault, names, adds, local, globals_) in zip(cases, pool.map(lambda case: run_case(simulator, case), cases)):
                print('%-40s %8d multiply-adds, bytes for each: %.2f local, %.2f global%s' % (case.name, adds, local, globals_, '   FAILED: ' + fault if fault else ''))
                failed += fault is not None
                bodies |= set(names)
    if len(cases) == len(CASES):
        for path in glob.glob(os.path.join(HERE, '..', '..', 'cl', '*.cl')):
            body = os.path.basename(path)[:-3]
            with open(path) as f:
                if re.search(r'^ \* group:', f.read(), re.M) and body not in bodies:
                    print('no case has %s' % body)
                    failed += 1
    print('%d cases, %d failed' % (len(cases), failed))
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
