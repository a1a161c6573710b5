#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of a file:  cli.py COMMAND FILE.case [PART OF A TITLE]

A case: a title, command lines (words as in a shell; NAME=VALUE in front sets the environment, <FILE at the end gives stdin, >FILE takes stdout), and what they must do:

    === an unknown option
    model.nnef --bnech
    --- status 2
    --- stderr
    nnef-cl-run: error: unknown option --bnech; did you mean --bench?

Sections: status N (of the last command, the others must end with 0), stdout and stderr (exact; without a section nothing may come), stdout like and
stderr like (a regular expression for the whole text), file NAME (exact contents of a file that was written). Every case has a fresh folder with the
files of data/ and data.py.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import data
import patience

HERE = os.path.dirname(os.path.abspath(__file__))
# The command's own cache is fresh in every case; what PoCL knows of the same text is not what they are about.
POCL_CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'pocl')


def parse(path):
    cases, case, section = [], None, None
    with open(path, encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            if line.startswith('=== '):
                case = {'title': line[4:].strip(), 'line': number, 'commands': [], 'sections': {}}
                cases.append(case)
                section = None
            elif line.startswith('--- '):
                section = line[4:].strip()
                case['sections'][section] = ''
            elif section:
                case['sections'][section] += line
            elif case and line.strip():
                case['commands'].append(line.strip())
    for c in cases:  # an empty line before the next title belongs to nobody
        c['sections'] = {name: re.sub(r'\n+\Z', '\n', text) if text.strip() else '' for name, text in c['sections'].items()}
    return cases


def run(command, line, folder):
    words = shlex.split(line)
    env = {k: v for k, v in os.environ.items() if not k.startswith('NNEFCL_') and k != 'NO_COLOR'}
    env.setdefault('POCL_CACHE_DIR', POCL_CACHE)
    env['XDG_CACHE_HOME'] = os.path.join(folder, '.cache')
    stdin, stdout = subprocess.DEVNULL, subprocess.PIPE
    while words and re.match(r'[A-Z_]+=', words[0]):
        name, value = words.pop(0).split('=', 1)
        env[name] = value
    if words and words[-1].startswith('>'):
        stdout = open(words.pop()[1:], 'wb')
    if words and words[-1].startswith('<'):
        stdin = open(os.path.join(folder, words.pop()[1:]), 'rb')
    try:
        p = patience.run([command] + words, cwd=folder, env=env, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)
    finally:
        for stream in (stdin, stdout):
            if not isinstance(stream, int):
                stream.close()
    return p.returncode, (p.stdout or b'').decode('utf-8', 'replace'), p.stderr.decode('utf-8', 'replace')


def wrong(command, case, folder):
    """what is not as it should be, as sections of a case"""
    sections = dict(case['sections'])
    out = err = ''
    wanted = 0
    for name in list(sections):
        if name.startswith('status '):
            wanted = int(name[7:])
            del sections[name]
    for i, line in enumerate(case['commands']):
        status, o, e = run(command, line, folder)
        out, err = out + o, err + e
        if status and i + 1 < len(case['commands']):
            break
    bad = [] if status == wanted else ['--- status %d' % status]
    for name, text in (('stdout', out), ('stderr', err)):
        like = sections.pop(name + ' like', None)
        exact = sections.pop(name, '')
        if like is not None and not re.fullmatch(like.rstrip('\n'), text.rstrip('\n'), re.S) or like is None and exact != text:
            bad.append('--- %s\n%s' % (name, text))
    for name, text in sections.items():
        path = os.path.join(folder, name.split(' ', 1)[1])
        got = open(path, encoding='utf-8', errors='replace').read() if os.path.exists(path) else '(no such file)'
        if got != text:
            bad.append('--- %s\n%s' % (name, got))
    return bad


def main():
    command, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    cases = [c for c in parse(path) if len(sys.argv) < 4 or sys.argv[3] in c['title']]
    failed = 0
    for case in cases:
        folder = tempfile.mkdtemp(prefix='nnefcl-cli-')
        try:
            data.write(folder)
            shutil.copytree(os.path.join(HERE, 'data'), folder, dirs_exist_ok=True)
            bad = wrong(command, case, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if bad:
            failed += 1
            print('%s:%d: === %s\n%s\n%s\n' % (path, case['line'], case['title'], '\n'.join(case['commands']), '\n'.join(bad)))
    print('%d cases, %d failed' % (len(cases), failed))
    sys.exit(1 if failed or not cases else 0)


if __name__ == '__main__':
    main()
