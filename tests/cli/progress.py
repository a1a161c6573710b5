#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing long is silent:  progress.py COMMAND

On a terminal that is 80 columns wide, work of more than a second says what it is at, in one line that is taken away behind it; none of it gets into a file,
and -q is quiet.
"""
import os
import pty
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def on_terminal(command, words, env):
    """what the command writes on a terminal as stderr, and what it writes to stdout"""
    ours, theirs = pty.openpty()
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen([command] + words, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=theirs)
        os.close(theirs)
        text = b''
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            text += piece
        os.close(ours)
        assert p.wait(timeout=120) == 0, (words, text)
        out.seek(0)
        return text.decode(), out.read().decode()


def check(command, words, wanted, env):
    text, out = on_terminal(command, words, env)
    for line in wanted:
        assert re.search(line, text), (words, line, text)
    assert '\r' not in out and '\x1b' not in out, out
    if wanted:
        assert text.rstrip('\n').rsplit('\r', 1)[1] == '\x1b[K', text
        assert all(len(line) < 80 for line in text.replace('\x1b[K', '').split('\r')), text


def main():
    command = os.path.abspath(sys.argv[1])
    net = [os.path.join(HERE, 'data', 'net.nnef'), '--random-weights', '--random']
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, POCL_CACHE_DIR=os.path.join(folder, 'pocl'), XDG_CACHE_HOME=folder)
        # the tests before may have taken the compiler's time: everything is compiled here, in folders of its own
        check(command, net + ['--no-cache'], [r'(compiling|starting) kernels: +\d+ %'], env)
        check(command, net + ['--no-cache', '--bench', '--duration', '1.5', '-o', os.path.join(folder, 'out/')], [r'measured run \d+'], env)
        check(command, ['--conformance', '--quick', '--ops', 'add'], [r'add'], env)
        check(command, net + ['--no-cache', '--bench', '--duration', '1.5', '-q'], [], env)
        began = time.time()
        pieces = on_terminal(command, net + ['--bench', '--duration', '2'], env)[0].split('\r')
        assert len(pieces) < 15 * (time.time() - began) + 5, 'more than ten lines in a second'
    print('ok')


if __name__ == '__main__':
    main()
