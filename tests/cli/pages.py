#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command prints for man and shells:  pages.py COMMAND LIBNNEFCL.3

man         groff has nothing to say against the pages, and every option is there
bash        words are completed: options, their values behind a blank and behind '=', files
zsh, fish   the shells read theirs, where they are installed
documents   README.md and docs speak of no option that the command does not have
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import patience


def run(*words, **more):
    return patience.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def check_man(path, names):
    if not shutil.which('groff'):
        return
    page = patience.run(['groff', '-man', '-Tascii', '-ww', path], capture_output=True, text=True)
    text = re.sub(r'\x1b\[[0-9;]*m|.\x08', '', page.stdout)
    assert page.returncode == 0 and not page.stderr, page.stderr
    for name in names:
        assert name in text, (path, name)


# words of the line, with the breaks that bash makes at '='; some of what is offered; what is not
COMPLETIONS = [
    (['--exec'], {'--execution'}, {'--bench'}),
    (['--execution', 'l'], {'launches'}, {'auto'}),
    (['--execution', '=', ''], {'auto', 'launches', 'persistent'}, set()),
    (['--execution', '='], {'auto', 'launches', 'persistent'}, set()),
    (['--profile', '=', 'tr'], {'trace'}, {'table'}),
    (['--profile', 'fo'], {'found.npy'}, {'trace'}),
    (['-i', 'x', '=', 'fo'], {'found.npy'}, set()),
    (['--batch', ''], set(), {'found.npy'}),
    (['fo'], {'found.npy'}, {'--format'}),
]


def check_bash(path, folder):
    open(os.path.join(folder, 'found.npy'), 'w').close()
    for words, offered, not_offered in COMPLETIONS:
        line = ' '.join("'%s'" % w for w in ['nnef-cl-run'] + words)
        got = run('bash', '-c', 'compopt() { :; }; source %s && COMP_WORDS=(%s) COMP_CWORD=%d && _nnef_cl_run && printf "%%s\\n" "${COMPREPLY[@]}"' % (path, line, len(words)), cwd=folder)
        words_got = set(got.stdout.split())
        assert offered <= words_got and not (not_offered & words_got), (words, got.stdout)


def check_documents(names):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    paths = [os.path.join(root, 'README.md')] + glob.glob(os.path.join(root, 'docs', '**', '*.md'), recursive=True)
    assert len(paths) > 10, paths
    for path in paths:
        for line in open(path, encoding='utf-8'):
            for command in re.findall(r'nnef-cl-run ([^`|;]*)', line):
                for option in re.findall(r'(?<![\w-])--[a-z][\w-]+', command):
                    assert option in names, (path, option)


def main():
    command, library = os.path.abspath(sys.argv[1]), sys.argv[2]
    names = re.findall(r'^ +(?:-\w, )?(--[\w-]+)', run(command, '--help', env=dict(os.environ, COLUMNS='80')).stdout, re.M)
    assert len(names) > 50, names
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for form in ('man', 'bash', 'zsh', 'fish'):
            paths[form] = os.path.join(folder, form)
            with open(paths[form], 'w') as f:
                f.write(run(command, '--help', form).stdout)
            text = open(paths[form]).read()
            assert form == 'man' or all(n in text or n.replace('--', '-l ', 1) in text for n in names), form
        check_man(paths['man'], names + ['NNEFCL_CACHE_DIR', 'EXIT STATUS'])
        check_documents(names)
        check_man(library, ['nnefcl_session_run()', 'nnefcl/opencl.h'])
        check_bash(paths['bash'], folder)
        for shell in ('zsh', 'fish'):
            if shutil.which(shell):
                read = run(shell, '-n', paths[shell])
                assert read.returncode == 0 and not read.stdout, read.stdout
    print('ok')


if __name__ == '__main__':
    main()
