#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far whole networks are from what the machine can do.  Never a test: numbers depend on the machine and on its other guests.

    limits.py --runner build/nnef-cl-run [--rounds R] [--seconds S] MODEL ...

The machine is measured (machine_peak.c: multiply-adds in registers, bytes from far beyond the caches, two threads each) before and behind each round of runs, so that both see the same moments. A step takes at least
the operations that its kernel computes over the one rate, and at least the bytes of its operands over the other; the limit of a network is the sum over its steps, and what is printed is the median of the rounds' times,
the limit at the medians of the rates, and time / limit.  Winograd's kernels count the multiplications that they do, 4 and 2.25 times fewer than the definition, and none of their transforms' additions."""
import argparse
import collections
import json
import os
import statistics
import subprocess
import tempfile

FEWER = {'conv_winograd4': 4.0, 'conv_winograd2': 2.25}


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def compile_peak(folder):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'machine_peak.c')
    program = os.path.join(folder, 'machine_peak')
    subprocess.run(['cc', '-O2', '-march=native', '-pthread', source, '-o', program], check=True)
    return program


class Network:
    def __init__(self, runner, path):
        self.command = [runner, path, '--random', '--random-weights', '-d', 'cpu']
        self.times, self.flops, self.bytes = [], [], []
        self.steps = self.tell('--profile=json', '--runs', '5')['profile']['steps']

    def tell(self, *options):
        return json.loads(output([*self.command, *options]))

    def round(self, peak, seconds):
        before = [float(word) for word in output([peak, '0.2']).split()]
        guess = self.times[-1] if self.times else self.tell('--bench', '--json', '--runs', '3')['bench']['total_ms']['median']
        runs = max(3, int(1e3 * seconds / guess))
        self.times.append(self.tell('--bench', '--json', '--runs', str(runs))['bench']['total_ms']['median'])
        behind = [float(word) for word in output([peak, '0.2']).split()]
        self.flops.append((before[0] + behind[0]) / 2)
        self.bytes.append((before[1] + behind[1]) / 2)

    def limits(self):
        """ms by kernel, each step's larger one"""
        flops, bandwidth = statistics.median(self.flops), statistics.median(self.bytes)
        kernel = collections.Counter()
        for step in self.steps:
            kernel[step['variant']] += 1e3 * max(step['flops'] / FEWER.get(step['variant'], 1) / flops, step['bytes'] / bandwidth)
        return kernel


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=1.0)
    parser.add_argument('models', nargs='+')
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        peak = compile_peak(folder)
        networks = [Network(a.runner, path) for path in a.models]
        for _ in range(a.rounds):
            for network in networks:
                network.round(peak, a.seconds)
    print('| network | GFLOP/s | GB/s | ms | least | limit | time / limit | least / limit | limit by kernel |\n|---|---:|---:|---:|---:|---:|---:|---:|---|')
    for path, network in zip(a.models, networks):
        kernel = network.limits()
        limit, time, least = sum(kernel.values()), statistics.median(network.times), min(network.times)
        print('| %s | %.0f | %.1f | %.2f | %.2f | %.2f | %.2f | %.2f | %s |' % (
            os.path.splitext(os.path.basename(path))[0], 1e-9 * statistics.median(network.flops), 1e-9 * statistics.median(network.bytes), time, least, limit, time / limit, least / limit,
            ', '.join('%s %.2f' % pair for pair in kernel.most_common(4))))


if __name__ == '__main__':
    main()
