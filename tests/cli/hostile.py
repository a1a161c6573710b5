#!/usr/bin/env python3
"""What a model, a labels file or a lack of memory may do to the text of the command:  hostile.py COMMAND FAIL_ALLOC

clean   names and labels full of what terminals obey: nothing of it comes out, on stdout and stderr, in text and JSON, and the JSON has all its parts
whole   each allocation of the JSON library fails in turn: status 6 and a word, or nothing was lost
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

COMMAND, FAIL_ALLOC = sys.argv[1:3]
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
        p = run(folder, *options, LD_PRELOAD=FAIL_ALLOC, FAIL_ALLOC=str(n), FAIL_ALLOC_OF='jansson', FAIL_ALLOC_SAID=str(said))
        if not said.exists():
            break
        if not (p.returncode == 6 and b'out of memory' in p.stderr) and not (p.returncode == 0 and p.stdout == wanted):
            failed.append('%s, allocation %d: status %d' % (' '.join(options), n, p.returncode))
    if n < 10:
        failed.append('%s: only %d allocations' % (' '.join(options), n))


with tempfile.TemporaryDirectory() as top:
    folder = pathlib.Path(top)
    write_model(folder)
    check_clean(folder)
    (folder / 'graph.nnef').write_text('version 1.0;\ngraph g(x) -> (y)\n{ x = external<scalar>(shape=[1,4]); y = relu(x); }\n')
    if 'address' not in os.environ.get('NNEFCL_SANITIZE', ''):
        check_whole(folder, '--check', '--json')
        check_whole(folder, '--summary', '--json')
print('\n'.join(failed) or 'all clean and whole')
sys.exit(bool(failed))
