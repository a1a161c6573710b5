#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole lives of the command while something fails:  failing.py COMMAND FAIL_IO FAIL_LIBC FAIL_LAYER [--all [LIFE...]]

io       the n-th call of input or output fails (EIO), is interrupted (EINTR), or finds the disk full from there on (ENOSPC); all of them move less than they could
memory   the n-th allocation that the library or the command asks for fails, or that the C library asks for behind them
opencl   the n-th call of OpenCL fails

Each time: the command ends by itself, with a status and a word where it is not 0, and with the right results where it is; a file that it writes is the old one, none, or the new one, whole;
nothing else lies beside it, and no OpenCL object is left. Behind all of it the same command gives the right results in the same folders. --all: every n of every life, or of those that are
named (of --tune, which takes seconds, ever fewer); else n = 1, 4, 13, 40 and so on of some.
"""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

import patience

COMMAND, FAIL_IO, FAIL_LIBC, FAIL_LAYER = (os.path.abspath(a) for a in sys.argv[1:5])
ALL = '--all' in sys.argv
OLD = b'nnefcl tuning 1\n'  # a table of --tune, too
SLOW = ('tune',)  # not each n, even so
SAID = ('check', 'summary')  # what they print is the same each time
failed, tries = [], {}

# what is run, the files it writes, with what their text ends where it is another one each time, and what is removed before
LIVES = {
    'run': (['m', '-i', 'x=x.npy', '-o', 'out.npz'], {'out.npz': None}),
    'cold': (['m.zip', '-i', 'x=x.npy', '-o', 'y.dat', '--cache-dir', 'cold'], {'y.dat': None}, 'cold'),
    'archive': (['m.tar', '-i', 'x=x.npy', '-o', 'out'], {'out/y.dat': None, 'out/s.dat': None}),
    'quantized': (['q', '-i', 'x=x.npy', '-o', 'y.json'], {'y.json': None}),
    'save': (['net.onnx', '--save-nnef', 'saved'], {'saved/graph.nnef': None, 'saved/w.dat': None}),
    'imported': (['net.onnx', '-i', 'x=x.npy', '-o', 'y.npy', '--execution', 'persistent'], {'y.npy': None}),
    'picture': (['p.nnef', '-i', 'x=p.ppm', '--resize', '-o', 'y.npy'], {'y.npy': None}),
    'check': (['q', '--check', '--json'], {}),
    'summary': (['m', '--summary', '--json'], {}),
    'verify': (['m', '--random', '--verify', '-o', 'out.npz'], {'out.npz': None}),
    'profile': (['m', '--random', '--profile', '--report', 'p.html'], {'p.html': b'>'}),
    'bench': (['m.tar', '--random', '--bench', '--runs', '2', '--report', 'b.html'], {'b.html': b'>'}),
    'tune': (['c.nnef', '--random-weights', '--tune', '--budget', '1', '--tuning', 'table'], {'table': b''}),
    'tuned': (['c.nnef', '--random', '--random-weights', '--tuning', 'table.old', '-o', 'y.npy'], {'y.npy': None}),
    'report': (['--conformance', '--ops', 'copy', '--quick', '--report', 'r.xml'], {'r.xml': b'>'}),
}
# of what, unless --all
HERE = {'io': ('run', 'save'), 'memory': ('run', 'report', 'summary'), 'opencl': ('verify',)}


def blame(text):
    failed.append(text)
    print(text, flush=True)


def dat(*values):
    return struct.pack('<2sBBII8III', b'N\xef', 1, 0, 4 * len(values), 1, len(values), *[0] * 7, 32, 0).ljust(128, b'\0') + struct.pack('<%df' % len(values), *values)


def message(*fields):
    """(number, integer or bytes or text) as protobuf"""
    out = b''
    for number, value in fields:
        value = value.encode() if isinstance(value, str) else value
        out += bytes([number << 3, value]) if isinstance(value, int) else bytes([number << 3 | 2, len(value)]) + value
    return out


def onnx():
    """y = relu(x + w)"""
    def typed(name):
        return message((1, name), (2, message((1, message((1, 1), (2, message((1, message((1, 4))))))))))
    nodes = [(1, message((1, 'x'), (1, 'w'), (2, 't'), (4, 'Add'))), (1, message((1, 't'), (2, 'y'), (4, 'Relu')))]
    weights = message((1, 4), (2, 1), (8, 'w'), (9, struct.pack('<4f', 1, 2, 3, 4)))
    return message((1, 8), (7, message(*nodes, (2, 'net'), (5, weights), (11, typed('x')), (12, typed('y')))), (8, message((2, 13))))


def write_models(top):
    state = ("version 1.0;\ngraph g(x) -> (y, s)\n{\n x = external<scalar>(shape = [4]);\n w = variable<scalar>(shape = [4], label = 'w');\n"
             " v = variable<scalar>(shape = [4], label = 'v');\n y = add(x, w);\n s = mul(y, v);\n u = update(v, s);\n}\n")
    files = {'graph.nnef': state.encode(), 'w.dat': dat(1, 2, 3, 4), 'v.dat': dat(1, 0.5, 2, 4)}
    for folder in ('m', 'q'):
        (top / folder).mkdir()
    for name, data in files.items():
        (top / 'm' / name).write_bytes(data)
    subprocess.run(['tar', '-C', top / 'm', '-cf', top / 'm.tar', *files], check=True)
    chain = "version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [4]);\n w = variable<scalar>(shape = [4], label = 'w');\n t = add(x, w);\n y = %s(t);\n}\n"
    with zipfile.ZipFile(top / 'm.zip', 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('graph.nnef', chain % 'tanh')
        z.writestr('w.dat', dat(1, 2, 3, 4))
    (top / 'q/graph.nnef').write_text(chain % 'relu')
    (top / 'q/w.dat').write_bytes(dat(1, 2, 3, 4))
    (top / 'q/graph.quant').write_text('"t": linear_quantize(min = -8.0, max = 8.0, bits = 8);\n')
    (top / 'net.onnx').write_bytes(onnx())
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }".ljust(117) + b'\n'
    (top / 'x.npy').write_bytes(b'\x93NUMPY\1\0' + struct.pack('<H', len(head)) + head + struct.pack('<4f', 1, -2, 3, -4))
    (top / 'p.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [1,3,4,4]);\n y = relu(x);\n}\n')
    (top / 'p.ppm').write_bytes(b'P6\n6 6\n255\n' + bytes(i % 251 for i in range(108)))
    (top / 'c.nnef').write_text("version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [1,4,6,6]);\n w = variable<scalar>(shape = [4,4,3,3], label = 'w');\n y = conv(x, w);\n}\n")


def run(top, life, **environment):
    env = {**{k: v for k, v in os.environ.items() if not k.startswith('NNEFCL_')}, 'XDG_CACHE_HOME': str(top / 'cache'), **environment}
    try:
        return patience.run([COMMAND, *LIVES[life][0]], cwd=top, env=env, capture_output=True)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess([], -999, b'', b'')


def put_old(top, life):
    for folder in LIVES[life][2:]:
        shutil.rmtree(top / folder, ignore_errors=True)
    for name in LIVES[life][1]:
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_bytes(OLD)


def wrong_files(top, life, wanted, done):
    for name, end in LIVES[life][1].items():
        have = (top / name).read_bytes() if (top / name).exists() else None
        new = have == wanted[name] if end is None else have is not None and have.rstrip().endswith(end)
        if not new and (done or have not in (None, OLD)):
            yield '%s is neither the old nor the new one' % name if not done else '%s is not the new one' % name
    for path in list(top.rglob('.new-*')):
        path.unlink()
        yield '%s was left' % path.relative_to(top)


def look(top, life, title, p, wanted, left=''):
    wrong = list(wrong_files(top, life, wanted, p.returncode == 0))
    if p.returncode not in range(8):
        wrong.append('status %d' % p.returncode)
    if p.returncode and b'error' not in p.stderr and p.returncode != 1:
        wrong.append('status %d without a word' % p.returncode)
    if title.startswith('allocation') and life in SAID and p.returncode not in (0, 6):
        wrong.append('status %d' % p.returncode)
    if left:
        wrong.append('left: ' + left)
    if p.returncode == 0 and life in SAID and p.stdout != wanted['stdout']:
        wrong.append('status 0, but less on stdout')
    for w in wrong:
        blame('%s, %s: %s' % (life, title, w))


def walk(top, life, title, wanted, environment):
    """environment(n, said): what makes the n-th call fail, and a file that tells that there was one"""
    said, n = top / 'said', 1
    while True:
        said.unlink(missing_ok=True)
        put_old(top, life)
        p = run(top, life, **environment(str(n), str(said)))
        if not said.exists():
            if p.returncode == -999:
                blame('%s, %s %d: never ended' % (life, title, n))
            break
        call, left = (said.read_text().split('\n') + ['', ''])[:2]
        look(top, life, '%s %d %s' % (title, n, call), p, wanted, left)
        tries[title] = tries.get(title, 0) + 1
        n += (1 + n // 4 if life in SLOW else 1) if ALL else 2 * n + 1
    if n == 1:
        blame('%s, %s: nothing failed' % (life, title))


def nothing_fails(top, life, wanted, title, **environment):
    put_old(top, life)
    p = run(top, life, **environment)
    look(top, life, title, p, wanted)
    if p.returncode:
        blame('%s, %s: status %d: %s' % (life, title, p.returncode, p.stderr.decode()))


def live(top, life):
    run(top, life)  # the cache is warm
    put_old(top, life)
    wanted = {'stdout': run(top, life).stdout}
    wanted.update((n, (top / n).read_bytes()) for n in LIVES[life][1] if (top / n).exists())
    nothing_fails(top, life, wanted, 'nothing fails')
    if life in HERE['io'] or ALL:
        nothing_fails(top, life, wanted, 'short', LD_PRELOAD=FAIL_IO, FAIL_IO='1', FAIL_HOW='short')
        for how in ('EIO', 'EINTR', 'ENOSPC'):
            if how != 'ENOSPC' or LIVES[life][1]:
                walk(top, life, how, wanted, lambda n, said, how=how: {'LD_PRELOAD': FAIL_IO, 'FAIL_IO': n, 'FAIL_HOW': how, 'FAIL_SAID': said})
    if life in HERE['memory'] or ALL:
        for whose in ('nnef', 'libc.so') if life in SAID else ('nnef',):
            walk(top, life, 'allocation', wanted, lambda n, said: {'LD_PRELOAD': FAIL_LIBC, 'FAIL_ALLOC': n, 'FAIL_ALLOC_OF': whose, 'FAIL_ALLOC_SAID': said})
    if (life in HERE['opencl'] or ALL) and life not in ('save', *SAID):
        walk(top, life, 'OpenCL', wanted, lambda n, said: {'OPENCL_LAYERS': FAIL_LAYER, 'FAIL_CALL': n, 'FAIL_CALL_SAID': said})
    nothing_fails(top, life, wanted, 'afterwards')


with tempfile.TemporaryDirectory() as name:
    top = pathlib.Path(name)
    write_models(top)
    (top / 'table.old').write_bytes(OLD)
    for life in sys.argv[6:] or LIVES if ALL else sorted({life for lives in HERE.values() for life in lives}):
        before = dict(tries)
        live(top, life)
        if ALL:
            print('%s: %s' % (life, ', '.join('%s %d' % (t, n - before.get(t, 0)) for t, n in sorted(tries.items()))), flush=True)
print('%s: %s' % ('%d failed' % len(failed) if failed else 'all survived', ', '.join('%s %d' % t for t in sorted(tries.items()))))
sys.exit(bool(failed))
