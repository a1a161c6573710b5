#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing long is silent:  progress.py COMMAND HANG_LAYER

On a terminal that is 80 columns wide, work of more than a second says what it is at, in one line that is taken away behind it; none of it gets into a file,
and -q is quiet. A layer makes the device slow, since how long a compiler takes is each machine's own.
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
    command, layer = map(os.path.abspath, sys.argv[1:3])
    net = [os.path.join(HERE, 'data', 'two.nnef'), '--random', '--execution', 'launches']
    with tempfile.TemporaryDirectory() as folder:
        slow = dict(os.environ, OPENCL_LAYERS=layer, SLOW_BUILD='1100')
        slower = dict(slow, SLOW_KERNEL='110')  # a line stays a tenth of a second
        bench = net + ['--no-cache', '--bench', '--warmup', '0', '--runs', '2']
        check(command, net + ['--no-cache'], [r'(compiling|starting) kernels: +\d+ %'], slow)
        check(command, bench + ['-o', os.path.join(folder, 'out/')], [r'measured run 2'], slower)
        check(command, ['--conformance', '--quick', '--ops', 'add'], [r'add'], slow)
        check(command, bench + ['-q'], [], slower)
        began = time.monotonic()
        pieces = on_terminal(command, net + ['--bench', '--duration', '2'], os.environ)[0].split('\r')
        assert len(pieces) < 15 * (time.monotonic() - began) + 5, 'more than ten lines in a second'
    print('ok')


if __name__ == '__main__':
    main()
