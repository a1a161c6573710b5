#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A start opens and keeps no more than it needs:  lean.py COMMAND

drivers  Mesa's two are left out where there is no node of a GPU, unless the environment or the device asks for more
pictures none is opened for a picture that claims far more pixels than its input takes
memory   large weights come when the compiler's code has left: a network with more of them takes less
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

COMMAND = os.path.abspath(sys.argv[1])
MESA = ('libMesaOpenCL', 'libRusticlOpenCL')
VENDORS = [p.read_text().strip() for p in pathlib.Path('/etc/OpenCL/vendors').glob('*.icd')]


def opened(top, words, status=0, among=MESA, **environment):
    """the drivers among some that a run opens"""
    for old in top.glob('log.*'):
        old.unlink()
    run = subprocess.run([COMMAND, *words], cwd=top, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         env=dict(os.environ, LD_DEBUG='files', LD_DEBUG_OUTPUT=str(top / 'log'), **environment))
    assert run.returncode == status, (words, run.returncode, run.stderr)
    said = ''.join(p.read_text(errors='replace') for p in top.glob('log.*'))
    return [name for name in among if 'file=' + name in said]


def pictures(top):
    side = 11585
    (top / 'p.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [1, 3, 8, 8]);\n y = relu(x);\n}\n')
    claims = {'png': b'\x89PNG\r\n\x1a\n' + struct.pack('>I4sIIBBBBBI', 13, b'IHDR', side, side, 16, 2, 0, 0, 0, 0),
              'jpg': b'\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0' + struct.pack('>HHBHHB', 0xffc2, 17, 8, side, side, 3) + bytes(9),
              'bmp': struct.pack('<2sIIIIiiHHIIiiII', b'BM', 54, 0, 54, 40, side, -side, 1, 24, 0, 0, 0, 0, 0, 0),
              'gif': struct.pack('<6sHHBBB', b'GIF89a', side, side, 0, 0, 0) + struct.pack('<BHHHHB', 0x2c, 0, 0, side, side, 0) + b'\2\1\0\0;' + bytes(9)}
    for kind, data in claims.items():
        (top / ('claims.' + kind)).write_bytes(data)
        got = opened(top, ['p.nnef', '-i', 'claims.' + kind, '-q'], 4, VENDORS)
        assert not got, (kind, got)


def drivers(top):
    (top / 'm.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [4]);\n y = relu(x);\n}\n')
    run = ['m.nnef', '--random', '-q']
    mesa = [name for name in MESA if any(name in n for n in VENDORS)]
    if os.path.exists('/dev/dri') or len(VENDORS) != len(mesa) + 1 or not mesa or any(n.startswith(('OCL_ICD_', 'LIBGL_', 'MESA_', 'RUSTICL_')) for n in os.environ):
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
    pictures(pathlib.Path(name))
    memory(pathlib.Path(name))
