#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command on a device that hangs or fails, and its ends:  hang.py COMMAND HANG_LAYER DATA

Each row: environment, arguments, status, a part of stderr, the least seconds it may take. What hangs does so for ever: that a row ends at all, in the minutes that patience has, is the device's
limit at work. How late cannot be told from a machine that is busy."""
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'cli'))
import patience  # noqa: E402

COMMAND, LAYER, DATA = sys.argv[1:]
NET = os.path.join(DATA, 'chain.nnef')
HANGS, FAILS, NONE = {'HANG_KERNEL': '5'}, {'HANG_ERROR': '-5'}, {}
RUN = [NET, '--random', '--execution', 'launches']
ROWS = [
    (NONE, RUN, 0, '', 0),
    (HANGS, RUN + ['--timeout', '1'], 124, 'not done within 1 s', 1),
    (HANGS, RUN + ['--timeout', '1', '--json'], 124, 'not done within 1 s', 1),
    (HANGS, RUN + ['--timeout', '1', '--verify'], 124, 'not done within 1 s', 1),
    (HANGS, RUN + ['--timeout', '1', '--bench'], 124, 'not done within 1 s', 1),
    (FAILS, RUN, 5, 'CL_OUT_OF_RESOURCES', 0),
    (NONE, [NET, '--check', '--timeout', '0.000001'], 124, '--timeout', 0),
    (NONE, ['-', '--check', '--timeout', '0.5'], 124, '--timeout', 0.5),
    (NONE, [NET, '--check', '--timeout', '0'], 2, '--timeout', 0),
    (NONE, RUN + ['--bench', '--duration', '3600', '--cpu-limit', '0.5'], 6, '--cpu-limit', 0),
]


def wrong(extra, words, status, said, least):
    silent, held = os.pipe()  # stdin, which says nothing
    start = time.monotonic()
    p = patience.run([COMMAND] + words, stdin=silent, capture_output=True, env=dict(os.environ, OPENCL_LAYERS=LAYER, **extra))
    took = time.monotonic() - start
    os.close(silent)
    os.close(held)
    out, err = p.stdout.decode(), p.stderr.decode()
    if p.returncode != status or said not in err:
        return 'status %d: %s' % (p.returncode, err)
    if took < least:
        return 'took %.2f s' % took
    if '--json' in words and json.loads(out)['status'] != status:
        return out
    return None


failed = 0
for row in ROWS:
    bad = wrong(*row)
    failed += bad is not None
    if bad:
        print('%s %s: %s' % (row[0], ' '.join(row[1][1:]), bad))
sys.exit(failed != 0)
