#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small files that ask for much:  bounds.py COMMAND

Each shape is opened with --check at a size and at twice that: within 512 MiB and 5 s of processor time, with a status that says so, and where both are answered the larger one costs at most
three times as much (time below half a second and memory below 64 MiB do not count)."""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import zipfile

COMMAND = sys.argv[1]
HEAD = 'version 1.0;\nextension KHR_enable_fragment_definitions;\nextension KHR_enable_operator_expressions;\n'
BODY = HEAD + 'fragment f(x: tensor<scalar>) -> (y: tensor<scalar>)\n{ %s }\ngraph g(x) -> (y) { x = external<scalar>(shape=[1,2]); y = f(x); }\n'
MANY = 4000000


def doubled(levels, inner):
    """a fragment that calls the one below it twice"""
    return HEAD + 'fragment f0(x: tensor<scalar>) -> (y: tensor<scalar>) { y = %s; }\n' % inner + ''.join(
        'fragment f%d(x: tensor<scalar>) -> (y: tensor<scalar>) { y = f%d(f%d(x)); }\n' % (i, i - 1, i - 1) for i in range(1, levels + 1)) + \
        'graph g(x) -> (y) { x = external<scalar>(shape=[1,2]); y = f%d(x); }\n' % levels


# by size n = 1 or 2; bytes stand in a zip
SHAPES = {
    'operands': lambda n: BODY % ('z = [x] * %d; y = concat(z, axis = 1);' % (MANY // 2 * n)),
    'operands of many nodes': lambda n: BODY % ('z = [for i in range_of([1] * %d) yield concat([x] * 60000, axis = 1)]; y = z[0];' % (500 * n)),
    'nodes': lambda n: doubled(17 + n, 'batch_normalization(x, 0.0, 1.0, epsilon = 1.0, offset = 0.0, scale = 1.0)'),
    'calls': lambda n: doubled(17 + n, 'x'),
    'comparisons': lambda n: BODY % ("s = 'a' * %d; t = 'a' * %d + 'b'; r = [s] * %d; y = x if t in r else x + 1.0;" % (MANY // 2 * n, MANY // 2 * n - 1, MANY)),
    'conversions': lambda n: BODY % ("s = '0' * %d + '1'; r = [for i in range_of([1] * 1000000) yield integer(s)]; y = x;" % (MANY // 2 * n - 1)),
    'casts': lambda n: BODY % ('a = [x] * 1000; b = [a] * 1000; c = [b] * %d; y = g(c);' % (500 * n)) + 'fragment g(c: tensor<scalar>[][][]) -> (y: tensor<scalar>) { y = c[0][0][0]; }\n',
    'strings': lambda n: BODY % ("s = [for i in range_of([1] * %d) yield 'a' * 1000000]; y = x;" % (200 * n)),
    'tokens': lambda n: b'version 1.0;\ngraph g(x) -> (y) { x = external<scalar>(shape=[1]); y = [' + b'x,' * (20000000 * n),
    'entries': lambda n: (b'version 1.0;\ngraph g(x) -> (y) { x = external<scalar>(shape=[1]); y = relu(x); }', b'"y": linear_quantize(min = 0.0, max = 1.0, bits = 8);\n' * (1000000 * n)),
    'a name': lambda n: b'version 1.0;\ngraph ' + b'a' * (50000000 * n),
    'no text': lambda n: b'@' * (50000000 * n),
    'zeros': lambda n: bytes(50000000 * n),
    'bad statements': lambda n: b'version 1.0;\ngraph g(x) -> (y) { ' + b'y = = x;' * (5000000 * n),
}


def write(folder, made):
    if isinstance(made, str):
        (folder / 'm.nnef').write_text(made)
        return folder / 'm.nnef'
    with zipfile.ZipFile(folder / 'm.zip', 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for name, data in zip(('graph.nnef', 'graph.quant'), made if isinstance(made, tuple) else (made,)):
            z.writestr(name, data)
    return folder / 'm.zip'


def check(path):
    """status, seconds, MiB"""
    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (60, 61))
    with open(os.devnull, 'wb') as nothing:
        p = subprocess.Popen([COMMAND, str(path), '--check'], stdout=nothing, stderr=nothing, preexec_fn=limits)
        _, code, use = os.wait4(p.pid, 0)
        p.returncode = 0
    return os.waitstatus_to_exitcode(code), use.ru_utime + use.ru_stime, use.ru_maxrss / 1024


failed = []
with tempfile.TemporaryDirectory() as top:
    for name, make in SHAPES.items():
        costs = [check(write(pathlib.Path(top), make(n))) for n in (1, 2)]
        for n, (status, seconds, size) in enumerate(costs, 1):
            if status not in (0, 3, 6, 7) or seconds > 5 or size > 512:
                failed.append('%s %d: status %d, %.1f s, %.0f MiB' % (name, n, status, seconds, size))
        (_, t1, m1), (_, t2, m2) = costs
        if t2 > 3 * max(t1, 0.5) or m2 > 3 * max(m1, 64):
            failed.append('%s: from %.1f s and %.0f MiB to %.1f s and %.0f MiB' % (name, t1, m1, t2, m2))
print('\n'.join(failed) or '%d shapes within their bounds' % len(SHAPES))
sys.exit(bool(failed))
