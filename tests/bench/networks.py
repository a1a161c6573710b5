#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time and memory of whole networks.  Never a test: numbers depend on the machine and on its other guests.

    networks.py --runner build/nnef-cl-run --zoo ../shared/zoo [--runs N] [--rounds R] [NAME ...]

For each network of the zoo: the median of the medians of R rounds (networks alternate between rounds), the arithmetic rate, and the peak resident memory against the budget of
2.2 times the weights + arena + 250 MB."""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

DEFAULT = ['squeezenet1_1', 'mobilenet_v2', 'resnet18', 'resnet50', 'vgg16', 'bert_base_encoder', 'vit_b_16']


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('--zoo', default='../shared/zoo')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('names', nargs='*', default=DEFAULT)
    a = parser.parse_args()
    result = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in a.names:
            subprocess.run([sys.executable, os.path.join(a.zoo, 'zoo.py'), 'materialize', name, '--out', os.path.join(scratch, name)], check=True, stdout=subprocess.DEVNULL)
        for _ in range(a.rounds):
            for name in a.names:
                folder = os.path.join(scratch, name)
                bench = json.loads(output([a.runner, folder, '-i', os.path.join(folder, 'in'), '--bench', '--runs', str(a.runs), '--json', '-q']))['bench']
                result.setdefault(name, []).append(bench)
        print('%-20s %10s %10s %8s %10s %10s %10s' % ('network', 'median ms', 'best ms', 'GF/s', 'load ms', 'peak MB', 'budget MB'))
        for name in a.names:
            with open(os.path.join(a.zoo, 'networks', name, 'zoo.json')) as f:
                info = json.load(f)
            m = re.search(r'weights (\d+) arena (\d+)', output([a.runner, os.path.join(scratch, name), '--dump', 'plan', '-q']))
            budget = 2.2 * 4 * info['params'] + int(m.group(2)) + 250e6
            ms = statistics.median(b['total_ms']['median'] for b in result[name])
            print('%-20s %10.1f %10.1f %8.1f %10.0f %10.0f %10.0f' % (
                name, ms, min(b['total_ms']['min'] for b in result[name]), 2e-6 * info['macs'] / ms, statistics.median(b['load_ms'] for b in result[name]),
                max(b['peak_rss_bytes'] for b in result[name]) / 1e6, budget / 1e6))


if __name__ == '__main__':
    main()
