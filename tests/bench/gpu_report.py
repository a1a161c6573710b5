#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What gpu.sh left in a folder, as a page:  gpu_report.py FOLDER"""
import glob
import json
import os
import sys

BATCHES = ['1', '8', '32']


def load(path):
    if not os.path.exists(path) or not os.path.getsize(path):
        return None
    with open(path) as f:
        return json.load(f)


def cell(bench, peer):
    """median of the device, and how many times as fast as torch"""
    if not bench:
        return '-'
    times = bench['bench']
    median = times['device_ms']['median'] or times['total_ms']['median']
    return '%.2f' % median + (' (%.2f)' % (peer / median) if peer else '')


def main():
    folder = sys.argv[1]
    peers = load(os.path.join(folder, 'torch.json')) or {}
    names = sorted(os.path.basename(path)[:-len('.verify')] for path in glob.glob(os.path.join(folder, '*.verify')))
    benches = {(n, b): load(os.path.join(folder, '%s.%s.json' % (n, b))) for n in names for b in BATCHES}
    first = next((b for b in benches.values() if b), None)
    print('# %s\n' % ('%s, %s' % (first['bench']['device'], first['bench']['platform']) if first else 'no network ran'))
    with open(os.path.join(folder, 'conformance.txt')) as f:
        print('Conformance: %s\n' % (f.read().strip().splitlines() or ['nothing'])[-1])
    print('Median milliseconds of the device; in brackets, how many times as fast as torch (fp32, TF32 off).\n')
    print('| network | verified | batch 1 | batch 8 | batch 32 |\n|---|---|---|---|---|')
    for name in names:
        with open(os.path.join(folder, name + '.verify')) as f:
            right = f.read().endswith('status 0\n')
        cells = [cell(benches[name, b], peers.get(name, {}).get(b, {}).get('fp32')) for b in BATCHES]
        print('| %s | %s | %s |' % (name, 'yes' if right else 'NO', ' | '.join(cells)))
    if peers:
        print('\ntorch, milliseconds: fp32, with TF32, fp16\n\n| network | batch | fp32 | TF32 | fp16 |\n|---|---|---|---|---|')
        for name in sorted(peers):
            for batch in sorted(peers[name], key=int):
                row = peers[name][batch]
                print('| %s | %s | %.2f | %.2f | %.2f |' % (name, batch, row['fp32'], row['tf32'], row['fp16']))
    return 0


if __name__ == '__main__':
    sys.exit(main())
