#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kernels as chosen for a device that is seen as a GPU, against plain ones, over whole networks.  Never a test: numbers depend on the machine.

    groups.py COMMAND NETWORKS [-d DEVICE] [--layer LIBRARY] [--seconds S] [--rounds R] [--patience S] [NAME ...]

COMMAND is nnef-cl-run; NETWORKS holds a folder for each network; weights and data are pseudo-random. LIBRARY is libgpu_layer.so of the tests, which makes a GPU of DEVICE. Both forms take turns in every round, for S seconds
in a process of its own, so that a slow minute of the machine hits both. A network is left out, and named, where one form does not compile and run within the seconds of --patience. For each network: the medians of the medians
of the rounds, and plain / chosen; last the geometric mean, and the names of those that the chosen kernels are slower on by more than 3 %.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile

TOLERATED = 1.03
FORMS = {'plain': ['--kernels', 'plain'], 'chosen': []}


def measure(form, name, options, environment, seconds):
    """Median of a process in milliseconds; None where it fails or takes too long."""
    command = [options.command, os.path.join(options.networks, name), '--random-weights', '--random', '-d', options.device, '--bench', '--duration', str(seconds), '--json', '-q']
    try:
        done = subprocess.run(command + FORMS[form], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=options.patience)
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else json.loads(done.stdout)['bench']['total_ms']['median']


def compare(name, options, environment):
    """Medians of plain and chosen; None where one of them fails."""
    if not all(measure(form, name, options, environment, 0.01) for form in FORMS):  # compiles
        return None
    rounds = [[measure(form, name, options, environment, options.seconds) for form in FORMS] for _ in range(options.rounds)]
    return [statistics.median(of) for of in zip(*rounds)] if all(map(all, rounds)) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command')
    parser.add_argument('networks')
    parser.add_argument('-d', '--device', default='gpu')
    parser.add_argument('--layer')
    parser.add_argument('--seconds', type=float, default=1)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--patience', type=float, default=120)
    parser.add_argument('names', nargs='*')
    options = parser.parse_intermixed_args()
    names = options.names or sorted(os.listdir(options.networks))
    layer = {'OPENCL_LAYERS': os.path.abspath(options.layer), 'UNITS': '8'} if options.layer else {}
    ratios, slower = [], []
    print('| network | plain ms | chosen ms | plain / chosen |\n|---|---|---|---|')
    with tempfile.TemporaryDirectory() as cache:
        environment = {'POCL_CACHE_DIR': cache, 'XDG_CACHE_HOME': cache, **os.environ, **layer}
        for name in names:
            of = compare(name, options, environment)
            if not of:
                print('| %s | - | - | - |' % name, flush=True)
                continue
            ratios.append(of[0] / of[1])
            slower += [name] if ratios[-1] * TOLERATED < 1 else []
            print('| %s | %.3g | %.3g | %.2f |' % (name, of[0], of[1], ratios[-1]), flush=True)
    if ratios:
        print('\nplain / chosen, geometric mean: %.3f' % math.exp(statistics.mean(map(math.log, ratios))))
    print('slower than plain: %s' % (', '.join(slower) or 'none'))


if __name__ == '__main__':
    main()
