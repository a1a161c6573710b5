#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two builds against each other, over whole networks.  Never a test: numbers depend on the machine and on its other guests.

    old_new.py OLD NEW NETWORKS [--seconds S] [--rounds R] [--caches DIR] [-d DEVICE] [NAME ...]

OLD and NEW are folders of builds, NETWORKS holds a folder for each network; weights and data are pseudo-random. The builds take turns in every round, for S seconds in a
process of its own, so that a slow minute of the machine hits both. DIR keeps what they compiled for the next call. For each network: the median of the medians of the rounds, the least time, and OLD / NEW of both; last the geometric
means, and the names of those that NEW is slower on by more than 3 %, both by median and by least time.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile

TOLERATED = 1.03


def measure(build, network, options, cache, seconds):
    """Medians and least time of a process, in milliseconds; None where this build does not run the network."""
    command = [os.path.join(build, 'nnef-cl-run'), network, '--random-weights', '--random', '-d', options.device, '--bench', '--duration', str(seconds), '--json', '-q']
    environment = dict(os.environ, LD_LIBRARY_PATH=build, POCL_CACHE_DIR=cache, XDG_CACHE_HOME=cache)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if done.returncode:
        return None
    total = json.loads(done.stdout)['bench']['total_ms']
    return total['median'], total['min']


def compare(name, options, caches):
    """(median, least) of each build, over the rounds; None where one of them fails."""
    builds, network = (options.old, options.new), os.path.join(options.networks, name)
    if not all([measure(build, network, options, cache, 0.01) for build, cache in zip(builds, caches)]):  # compiles
        return None
    times = [[measure(build, network, options, cache, options.seconds) for build, cache in zip(builds, caches)] for _ in range(options.rounds)]
    return [(statistics.median(t[0] for t in of), min(t[1] for t in of)) for of in zip(*times)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('old')
    parser.add_argument('new')
    parser.add_argument('networks')
    parser.add_argument('--seconds', type=float, default=1)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--caches')
    parser.add_argument('-d', '--device', default='cpu')
    parser.add_argument('names', nargs='*')
    options = parser.parse_intermixed_args()
    names = options.names or sorted(name for name in os.listdir(options.networks) if os.path.exists(os.path.join(options.networks, name, 'graph.nnef')))
    ratios, slower = [], []
    print('| network | old ms: median, least | new ms: median, least | old / new: median, least |\n|---|---|---|---|')
    with tempfile.TemporaryDirectory() as scratch:
        caches = [os.path.join(options.caches or scratch, which) for which in ('old', 'new')]
        for cache in caches:
            os.makedirs(cache, exist_ok=True)
        for name in names:
            found = compare(name, options, caches)
            if not found:
                print('| %s | not run by both | | |' % name, flush=True)
                continue
            ratio = [a / b for a, b in zip(*found)]
            ratios.append(ratio)
            slower += [name] * (max(ratio) * TOLERATED < 1)
            print('| %s | %.2f, %.2f | %.2f, %.2f | %.2f, %.2f |' % (name, *found[0], *found[1], *ratio), flush=True)
    means = [math.exp(statistics.fmean(math.log(r) for r in of)) for of in zip(*ratios)]
    print('\ngeometric means: %s; slower by more than 3 %%: %s' % (', '.join('%.2f' % mean for mean in means), ' '.join(slower) or 'none'))


if __name__ == '__main__':
    main()
