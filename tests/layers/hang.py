#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command on a device that hangs or fails, and its ends:  hang.py COMMAND HANG_LAYER DATA

Each row: environment, arguments, status, a part of stderr, the least and the most seconds it may take. The most has the tenth that is allowed; a busy machine adds to start and end of a process."""
import json
import os
import subprocess
import sys
import time

COMMAND, LAYER, DATA = sys.argv[1:]
NET, BUSY = os.path.join(DATA, 'chain.nnef'), 5.0
HANGS, FAILS, NONE = {'HANG_KERNEL': '5'}, {'HANG_ERROR': '-5'}, {}
RUN = [NET, '--random', '--execution', 'launches']
ROWS = [
    (NONE, RUN, 0, '', 0, 60),
    (HANGS, RUN + ['--timeout', '1'], 124, 'not done within 1 s', 1, 1.1),
    (HANGS, RUN + ['--timeout', '1', '--json'], 124, 'not done within 1 s', 1, 1.1),
    (HANGS, RUN + ['--timeout', '1', '--verify'], 124, 'not done within 1 s', 1, 1.1),
    (HANGS, RUN + ['--timeout', '1', '--bench'], 124, 'not done within 1 s', 1, 1.1),
    (FAILS, RUN, 5, 'CL_OUT_OF_RESOURCES', 0, 60),
    (NONE, [NET, '--check', '--timeout', '0.000001'], 124, '--timeout', 0, 1),
    (NONE, [NET, '--check', '--cpu-limit', '0.000001'], 6, '--cpu-limit', 0, 1),
    (NONE, [NET, '--check', '--timeout', '0'], 2, '--timeout', 0, 1),
    (NONE, ['-', '--check', '--timeout', '0.5'], 124, '--timeout', 0.5, 0.55),
]


def wrong(extra, words, status, said, least, most):
    env = dict(os.environ, OPENCL_LAYERS=LAYER, **extra)
    start = time.monotonic()
    p = subprocess.Popen([COMMAND] + words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)  # stdin says nothing
    out, err = p.stdout.read(), p.stderr.read().decode()
    p.wait()
    took = time.monotonic() - start
    p.stdin.close()
    if p.returncode != status or said not in err:
        return 'status %d: %s' % (p.returncode, err)
    if not least <= took <= most + BUSY:
        return 'took %.2f s' % took
    if '--json' in words and json.loads(out)['status'] != status:
        return out.decode()
    return None


failed = 0
for row in ROWS:
    bad = wrong(*row)
    failed += bad is not None
    if bad:
        print('%s %s: %s' % (row[0], ' '.join(row[1][1:]), bad))
sys.exit(failed != 0)
