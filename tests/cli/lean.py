#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A start opens and keeps no more than it needs:  lean.py COMMAND

drivers  Mesa's two are left out where there is no node of a GPU, unless the environment or the device asks for more
memory   large weights come when the compiler's code has left: a network with more of them takes less
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

COMMAND = os.path.abspath(sys.argv[1])
MESA = ('libMesaOpenCL', 'libRusticlOpenCL')


def opened(top, words, **environment):
    """the drivers of Mesa that a run opens"""
    for old in top.glob('log.*'):
        old.unlink()
    subprocess.run([COMMAND, *words], cwd=top, stdout=subprocess.DEVNULL, check=True,
                   env=dict(os.environ, LD_DEBUG='files', LD_DEBUG_OUTPUT=str(top / 'log'), **environment))
    said = ''.join(p.read_text(errors='replace') for p in top.glob('log.*'))
    return [name for name in MESA if 'file=' + name in said]


def drivers(top):
    (top / 'm.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [4]);\n y = relu(x);\n}\n')
    run = ['m.nnef', '--random', '-q']
    names = [p.read_text().strip() for p in pathlib.Path('/etc/OpenCL/vendors').glob('*.icd')]
    mesa = [name for name in MESA if any(name in n for n in names)]
    if os.path.exists('/dev/dri') or len(names) != len(mesa) + 1 or not mesa or any(n.startswith(('OCL_ICD_', 'LIBGL_', 'MESA_', 'RUSTICL_')) for n in os.environ):
        print('drivers: other ones than PoCL and those of Mesa, or a GPU: not tested')
        return
    for words, wanted, environment in ((run, [], {}), (run + ['-d', 'cpu'], [], {}), (run + ['-d', '0:0'], mesa, {}),
                                       (['--list-devices'], mesa, {}), (run, mesa, {'MESA_DEBUG': 'silent'})):
        got = opened(top, words, **environment)
        assert got == wanted, (words, environment, got)


def peak(top, rows):
    """of a matrix of `rows` rows of 16 KiB"""
    (top / 'w.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [1, 4096]);\n w = variable<scalar>(shape = [%d, 4096], label = "w");\n'
                                ' y = linear(x, w);\n}\n' % rows)
    words = [COMMAND, 'w.nnef', '--random', '--random-weights', '-d', 'cpu', '--bench', '--runs', '1', '--json', '-q', '--cache-dir', str(top / 'cache')]
    return min(json.loads(subprocess.run(words, cwd=top, stdout=subprocess.PIPE, check=True).stdout)['bench']['peak_rss_bytes'] for _ in range(2))


def memory(top):
    brings = any('libLLVM' in line for line in subprocess.run(['ldconfig', '-p'], stdout=subprocess.PIPE, text=True).stdout.splitlines())
    below, above = peak(top, 4000), peak(top, 4200)  # 62.5 and 65.6 MiB
    if not brings:
        print('memory: no library of a compiler: not tested')
        return
    assert above + (20 << 20) < below, (below, above)


with tempfile.TemporaryDirectory() as name:
    drivers(pathlib.Path(name))
    memory(pathlib.Path(name))
