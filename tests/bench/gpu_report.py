#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What gpu.sh left in a folder, as a page:  gpu_report.py FOLDER [GFLOPS GBYTES_PER_S]: the chip's peaks, for the rooflines"""
import glob
import json
import os
import sys

BATCHES = ['1', '8', '32']
SHORT = 0.5 # a step below this part of its roofline is named
NAMED = 6   # for each network at most


def load(path):
    if not os.path.exists(path) or not os.path.getsize(path):
        return None
    with open(path) as f:
        return json.load(f)


def cell(bench, peer):
    """median of the device, and how many times as fast as torch, as torch runs and as one graph of CUDA"""
    if not bench:
        return '-'
    times = bench['bench']
    median = times['device_ms']['median'] or times['total_ms']['median']
    ratios = ['%.2f' % (peer[kind] / median) for kind in ('fp32', 'fp32_graph') if kind in peer]
    return '%.2f' % median + (' (%s)' % ', '.join(ratios) if ratios else '')


def verified(folder, name):
    with open(os.path.join(folder, name + '.verify')) as f:
        status = f.read().rsplit('status ', 1)[-1].strip()
    return {'0': 'yes', '124': 'not in time'}.get(status, 'NO')


def steps_by_kind(profile):
    """steps that do the same thing with the same sizes count as one"""
    kinds = {}
    for step in profile['steps']:
        key = (step['variant'], step['operation'], step['flops'], step['bytes'])
        count, ms, _ = kinds.get(key, (0, 0, None))
        kinds[key] = (count + 1, ms + step['device_ms'], step['location'])
    return kinds


def rooflines(name, batch, profile, gflops, gbytes):
    """the steps that lose most against the time that arithmetic or memory needs at least"""
    rows = []
    ideal_ms = 0
    for (variant, operation, flops, least), (count, ms, location) in steps_by_kind(profile).items():
        ideal = count * max(flops / gflops, least / gbytes) / 1e6
        ideal_ms += ideal
        rows.append((ms - ideal, variant, operation, location, count, ms, ideal / ms if ms else 1))
    print('\n%s, batch %s: %.2f ms, rooflines %.2f ms\n' % (name, batch, profile['device_ms'], ideal_ms))
    print('| lost ms | steps | ms | of the roofline | kernel | operation | for instance |\n|---|---|---|---|---|---|---|')
    for lost, variant, operation, location, count, ms, part in [r for r in sorted(rows, reverse=True) if r[-1] < SHORT][:NAMED]:
        print('| %.3f | %d | %.3f | %.0f %% | %s | %s | %s |' % (lost, count, ms, 100 * part, variant, operation,
                                                                 location.split(' ')[0]))


def main():
    folder = sys.argv[1]
    peaks = [float(word) for word in sys.argv[2:4]]
    peers = load(os.path.join(folder, 'torch.json')) or {}
    names = sorted(os.path.basename(path)[:-len('.verify')] for path in glob.glob(os.path.join(folder, '*.verify')))
    benches = {(n, b): load(os.path.join(folder, '%s.%s.json' % (n, b))) for n in names for b in BATCHES}
    first = next((b for b in benches.values() if b), None)
    print('# %s\n' % ('%s, %s' % (first['bench']['device'], first['bench']['platform']) if first else 'no network ran'))
    with open(os.path.join(folder, 'conformance.txt')) as f:
        print('Conformance: %s\n' % (f.read().strip().splitlines() or ['nothing'])[-1])
    print('Median milliseconds of the device; in brackets, how many times as fast as torch (fp32, TF32 off), and as torch')
    print('in one graph of CUDA.\n')
    print('| network | verified | batch 1 | batch 8 | batch 32 |\n|---|---|---|---|---|')
    for name in names:
        cells = [cell(benches[name, b], peers.get(name, {}).get(b, {})) for b in BATCHES]
        print('| %s | %s | %s |' % (name, verified(folder, name), ' | '.join(cells)))
    if peers:
        print('\ntorch, milliseconds\n\n| network | batch | fp32 | fp32, one graph | TF32 | fp16 |\n|---|---|---|---|---|---|')
        for name in sorted(peers):
            for batch in sorted(peers[name], key=int):
                row = peers[name][batch]
                print('| %s | %s | %s |' % (name, batch, ' | '.join('%.2f' % row[k] for k in ('fp32', 'fp32_graph', 'tf32', 'fp16'))))
    for name, batch in [(n, b) for n in names for b in BATCHES] if len(peaks) == 2 else []:
        profile = load(os.path.join(folder, '%s.%s.profile' % (name, batch)))
        if profile:
            rooflines(name, batch, profile['profile'], *peaks)
    return 0


if __name__ == '__main__':
    sys.exit(main())
