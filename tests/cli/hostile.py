#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a model, a labels file or a lack of memory may do to the text of the command:  hostile.py COMMAND FAIL_LIBC

clean   names and labels full of what terminals obey: nothing of it comes out, on stdout and stderr, in text and JSON, and the JSON has all its parts
whole   each allocation of the JSON library fails in turn: status 6 and a word, or nothing was lost
ended   each allocation of the library of archives fails in turn: status 6, or nothing was lost, or that library ends the process with a word of its own
once    an archive is read once, however much there is to say of its members
bounded an error names some of many inputs, not the list again for each; no more is read of an input than it can use, nor of a text that is zeros
seen    a file of the model that cannot be looked at is not taken for one that is not there
"""
import io
import json
import os
import pathlib
import re
import resource
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

COMMAND, FAIL_LIBC = sys.argv[1:3]
# ESC sequences, a bell, DEL, a byte of an 8-bit terminal alone and as U+009B, a right-to-left override, what is no UTF-8
NAMES = [b'a\x1b[31mRED', b'\x1b]0;pwn\x07b', b'c\x7f\x08', b'd\x9b31m', b'e\xc2\x9b31m', 'f\u202eg'.encode(), b'k\xff\xc0\x80', 'l\u2066m'.encode()]
ACTING = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
failed = []


def write_model(folder):
    names = [b'i"%s"' % n for n in NAMES]
    lines = [b' %s = relu(%s);' % (n, p) for n, p in zip(names, [b'x'] + names)]
    (folder / 'graph.nnef').write_bytes(b'version 1.0;\ngraph g(x) -> (%s)\n{ x = external<scalar>(shape=[1,8]);\n%s\n}\n' % (b', '.join(names), b'\n'.join(lines)))
    (folder / 'labels.txt').write_bytes(b'\n'.join(NAMES) + b'\n')


def run(folder, *options, **environment):
    return subprocess.run([COMMAND, str(folder), '--compat', 'tract', *options], capture_output=True, env={**os.environ, **environment})


def check_clean(folder):
    labels = ['--random', '--topk', '8', '--labels', str(folder / 'labels.txt')]
    plain = [['--random'], labels, ['--summary'], ['--random', '--verify'], ['--random', '--profile'], ['--random', '--compare', str(folder / 'none')], ['-i', 'nowhere']]
    for options in plain + [['--dump', d] for d in ('ast', 'graph', 'flat', 'dot', 'plan', 'cl')] + [o + ['--json'] for o in plain[:4]]:
        p = run(folder, *options)
        for stream, data in (('stdout', p.stdout), ('stderr', p.stderr)):
            try:
                found = ACTING.search(data.decode())
            except UnicodeDecodeError as error:
                found = error
            if found:
                failed.append('%s: %s: %s' % (' '.join(options), stream, found))
    for options, at in ((labels, lambda d: d['runs'][0]['outputs']), (['--summary'], lambda d: d['nodes'][1:])):
        p = run(folder, *options, '--json')
        if p.returncode or len(at(json.loads(p.stdout))) != len(NAMES):
            failed.append('%s --json: status %d, and not all of it' % (' '.join(options), p.returncode))


def check_whole(folder, *options):
    said = folder / 'said'
    wanted = run(folder, *options).stdout
    for n in range(1, 10000):
        said.unlink(missing_ok=True)
        p = run(folder, *options, LD_PRELOAD=FAIL_LIBC, FAIL_ALLOC=str(n), FAIL_ALLOC_OF='jansson', FAIL_ALLOC_SAID=str(said))
        if not said.exists():
            break
        if not (p.returncode == 6 and b'out of memory' in p.stderr) and not (p.returncode == 0 and p.stdout == wanted):
            failed.append('%s, allocation %d: status %d' % (' '.join(options), n, p.returncode))
    if n < 10:
        failed.append('%s: only %d allocations' % (' '.join(options), n))


def check_ended(folder):
    said = folder / 'said'
    with tarfile.open(folder / 'p.tar', 'w') as t:
        t.add(folder / 'graph.nnef', 'graph.nnef')
    with zipfile.ZipFile(folder / 'p.zip', 'w') as z:
        z.write(folder / 'graph.nnef', 'graph.nnef')
    for name in ('p.tar', 'p.zip'):
        statuses = []
        for n in range(1, 1000):
            said.unlink(missing_ok=True)
            p = run(folder / name, '--check', LD_PRELOAD=FAIL_LIBC, FAIL_ALLOC=str(n), FAIL_ALLOC_OF='libarchive', FAIL_ALLOC_SAID=str(said))
            if not said.exists():
                break
            statuses.append(p.returncode)
            if p.returncode not in (0, 6) and not (p.returncode == 1 and b'Fatal Internal Error in libarchive' in p.stderr):
                failed.append('%s, allocation %d of libarchive: status %d' % (name, n, p.returncode))
        if statuses.count(6) < 5:
            failed.append('%s: only %d allocations of libarchive ended in status 6' % (name, statuses.count(6)))


def check_once(folder):
    names = ['v%d' % i for i in range(3000)]
    item = struct.pack('<2sBBII', b'N\xef', 1, 0, 4, 1) + struct.pack('<10I', 1, 0, 0, 0, 0, 0, 0, 0, 32, 4) + bytes(76) + struct.pack('<i', 1)  # integers for scalars: a warning
    with zipfile.ZipFile(folder / 'm.zip', 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('graph.nnef', 'version 1.0;\ngraph g(x) -> (y)\n{ x = external<scalar>(shape=[1]);\n%s y = add_n([x, %s]); }\n'
                   % (''.join("%s = variable<scalar>(shape=[1], label='%s');\n" % (n, n) for n in names), ', '.join(names)))
        for n in names:
            z.writestr(n + '.dat', item)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    p = subprocess.run([COMMAND, str(folder / 'm.zip'), '--check'], capture_output=True)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    if p.returncode or p.stderr.count(b'warning') != 100 or seconds > 5:
        failed.append('%d warnings of an archive: status %d, %.1f s, %d shown' % (len(names), p.returncode, seconds, p.stderr.count(b'warning')))


def check_bounded(folder):
    names = ['input_%05d' % i for i in range(5000)]
    (folder / 'many.nnef').write_text('version 1.0;\ngraph g(%s) -> (y)\n{ %s y = copy(%s); }\n' % (', '.join(names), ' '.join('%s = external(shape=[1]);' % n for n in names), names[0]))
    for options in (['-i', 'none=x.npy'], ['--random', '-i', 'x.npy'], ['--shape', 'none=1', '--check'], ['-i', str(folder)]):
        with tempfile.TemporaryFile() as said:
            p = subprocess.Popen([COMMAND, str(folder / 'many.nnef'), *options], stdout=said, stderr=said)
            _, code, used = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(code)
            if p.returncode not in (2, 4) or said.tell() > 2000 or ('address' not in os.environ.get('NNEFCL_SANITIZE', '') and used.ru_maxrss > 200 << 10):
                failed.append('%d inputs, %s: status %d, %d bytes said, %d KiB' % (len(names), ' '.join(options), p.returncode, said.tell(), used.ru_maxrss))


def check_endless(folder):
    shape = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }"
    p = subprocess.Popen([COMMAND, str(folder / 'graph.nnef'), '-i', '-'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, bufsize=0)
    sent = 0
    try:
        p.stdin.write(b'\x93NUMPY\1\0' + struct.pack('<H', len(shape) + 1) + shape + b'\n')
        while sent < 64 << 20:
            sent += p.stdin.write(bytes(1 << 16))
    except BrokenPipeError:
        pass
    p.stdin.close()
    said = p.stderr.read()
    if p.wait() != 4 or sent > 8 << 20 or b'there are more than' not in said:
        failed.append('an endless input: status %d, %d bytes taken: %s' % (p.returncode, sent, said.decode()))


def check_zeros(folder):
    """a few bytes of a sparse archive are 200 MB of zeros"""
    sparse = (b'1\n%d\n12\n' % ((200 << 20) - 12)).ljust(512, b'\0') + b'version 1.0;'
    header = tarfile.TarInfo('graph.nnef')
    header.pax_headers = {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'graph.nnef', 'GNU.sparse.realsize': str(200 << 20)}
    header.size = len(sparse)
    with tarfile.open(folder / 'zeros.tar', 'w', format=tarfile.PAX_FORMAT) as t:
        t.addfile(header, io.BytesIO(sparse))
    p = subprocess.Popen([COMMAND, str(folder / 'zeros.tar'), '--check'], stderr=subprocess.PIPE)
    said = p.stderr.read()
    _, code, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(code)
    if p.returncode != 3 or b'is no text: from byte 1 on' not in said or used.ru_maxrss > 64 << 10:
        failed.append('a text of zeros: status %d, %d KiB: %s' % (p.returncode, used.ru_maxrss, said.decode()))


def check_seen(folder):
    (folder / 'graph.quant').write_text('"y": linear_quantize(min = 0.0, max = 1.0, bits = 8);\n')
    (folder / 'weights').mkdir()
    for name in ('graph.quant', 'graph.nnef', 'weights'):
        p = run(folder, '--check', LD_PRELOAD=FAIL_LIBC, FAIL_STAT=name)
        if p.returncode != 3 or name not in p.stderr.decode():
            failed.append('%s cannot be looked at: status %d' % (name, p.returncode))


with tempfile.TemporaryDirectory() as top:
    folder = pathlib.Path(top)
    write_model(folder)
    check_clean(folder)
    (folder / 'graph.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{ x = external<scalar>(shape=[1,4]); y = relu(x); }\n')
    check_bounded(folder)
    check_endless(folder)
    if 'address' not in os.environ.get('NNEFCL_SANITIZE', ''):
        check_whole(folder, '--check', '--json')
        check_whole(folder, '--summary', '--json')
        check_ended(folder)
        check_seen(folder)
        check_zeros(folder)
        check_once(folder)
print('\n'.join(failed) or 'all clean, whole and seen')
sys.exit(bool(failed))
