#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The accuracy that examples/digits/README.md states, over the whole held-out set:  accuracy.py RUNNER EXAMPLE [DEVICE]"""
import array
import json
import os
import re
import subprocess
import sys


def labels(path):
    """int32 numbers of an .npy file"""
    with open(path, 'rb') as f:
        data = f.read()
    header = 10 + int.from_bytes(data[8:10], 'little')
    assert b"'<i4'" in data[:header]
    return array.array('i', data[header:])


def main():
    runner, example = sys.argv[1:3]
    wanted = labels(os.path.join(example, 'heldout_labels.npy'))
    command = [runner, example, '--batch', str(len(wanted)), '-i', os.path.join(example, 'heldout.npy'), '-o', 'probability=-', '-q'] + (['-d'] + sys.argv[3:] if len(sys.argv) > 3 else [])
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    assert result['shape'] == [len(wanted), 10], result['shape']
    rows = [result['data'][i:i + 10] for i in range(0, len(result['data']), 10)]
    right = sum(max(range(10), key=row.__getitem__) == label for row, label in zip(rows, wanted))
    with open(os.path.join(example, 'README.md')) as f:
        stated = re.search(r'\*\*(\d+) of (\d+) right', f.read())
    print('%d of %d right, %s stated' % (right, len(wanted), stated.group(1)))
    sys.exit(right < 0.98 * len(wanted) or [right, len(wanted)] != [int(n) for n in stated.groups()])


if __name__ == '__main__':
    main()
