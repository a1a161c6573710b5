#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""subprocess.run with a limit that a machine which stands still, or is too busy for this script as well, does not use up; alone, its test

The limit counts how often this script has waited for a second, not what the clock says: stopped or starved together with what it waits for, both go on where they were.
"""
import os
import subprocess
import time


def run(command, seconds=120, step=1.0, popen=subprocess.Popen, **more):
    """what subprocess.run(command, timeout=seconds, **more) gives; text and capture_output are among what can be said"""
    if more.pop('capture_output', False):
        more['stdout'] = more['stderr'] = subprocess.PIPE
    with popen(command, **more) as process:
        for _ in range(round(seconds / step)):
            try:
                out, err = process.communicate(timeout=step)
                return subprocess.CompletedProcess(command, process.returncode, out, err)
            except subprocess.TimeoutExpired:
                pass
        process.kill()
        process.communicate()
    raise subprocess.TimeoutExpired(command, seconds)


class Stopped:
    """what a process looks like whose script was stopped with it, for longer than the limit: one wait is long, and in vain; it ends in the next"""
    returncode, waits = 0, 0

    def __init__(self, command):
        self.command = command

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def communicate(self, timeout):
        self.waits += 1
        if self.waits == 1:
            time.sleep(6 * timeout)
            raise subprocess.TimeoutExpired(self.command, timeout)
        return b'', b''


def main():
    assert run(['none'], 0.2, 0.05, Stopped).returncode == 0
    reads, writes = os.pipe()
    try:
        run(['cat'], 0.2, 0.05, stdin=reads)  # which nobody writes to
    except subprocess.TimeoutExpired:
        os.close(writes)
        return
    raise AssertionError('no limit')


if __name__ == '__main__':
    main()
