#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""subprocess.run with a limit that a machine which stands still, or is too busy for this script as well, does not use up; alone, its test

The limit counts how often this script has waited for a second, not what the clock says: stopped or starved together with what it waits for, both go on where they were.
"""
import os
import signal
import subprocess
import sys
import time


def run(command, seconds=120, step=1.0, **more):
    """what subprocess.run(command, timeout=seconds, **more) gives; text and capture_output are among what can be said"""
    if more.pop('capture_output', False):
        more['stdout'] = more['stderr'] = subprocess.PIPE
    with subprocess.Popen(command, **more) as process:
        for _ in range(round(seconds / step)):
            try:
                out, err = process.communicate(timeout=step)
                return subprocess.CompletedProcess(command, process.returncode, out, err)
            except subprocess.TimeoutExpired:
                pass
        process.kill()
        process.communicate()
    raise subprocess.TimeoutExpired(command, seconds)


def ends_in_time(sleep, seconds):
    try:
        return run(['sleep', sleep], seconds=seconds, step=seconds / 4, capture_output=True).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main():
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os._exit(0 if ends_in_time('0.3', 0.4) and not ends_in_time('9', 0.2) else 1)
    os.setpgid(child, child)
    time.sleep(0.15)
    os.killpg(child, signal.SIGSTOP)  # the script and what it waits for, for longer than the limit
    time.sleep(0.6)
    os.killpg(child, signal.SIGCONT)
    return os.waitpid(child, 0)[1] != 0


if __name__ == '__main__':
    sys.exit(main())
