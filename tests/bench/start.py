#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seconds to the first result, with the driver's cache and ours empty or warm.  start.py COMMAND NETWORKS [-d DEVICE]

NETWORKS holds a folder with graph.nnef for each network; weights are pseudo-random. Prints a table in Markdown: wall seconds of the whole
command, and those of its processor. The last rows go through batches and sizes in one cache.
"""
import argparse
import os
import resource
import subprocess
import tempfile
import time

NETWORKS = ('resnet50', 'squeezenet1_1', 'mobilenet_v2')


def measure(arguments, driver):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(arguments, env=dict(os.environ, POCL_CACHE_DIR=driver), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return '%.2f (%.2f)' % (wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def row(*cells):
    print('| %s |' % ' | '.join(cells), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('command')
    parser.add_argument('networks')
    parser.add_argument('-d', '--device', default='cpu')
    options = parser.parse_args()

    def run(name, ours, driver, *more):
        graph = os.path.join(options.networks, name, 'graph.nnef')
        arguments = [options.command, graph, '--random-weights', '--random', '-d', options.device, '--cache-dir', ours]
        return measure(arguments + list(more), driver)

    row('network', 'both empty', 'both warm', 'ours empty', "driver's empty", 'no cache of ours, driver warm')
    row(*['---'] * 6)
    for name in NETWORKS:
        with tempfile.TemporaryDirectory() as top:
            ours, driver = os.path.join(top, 'ours'), os.path.join(top, 'driver')
            empty, other = os.path.join(top, 'empty'), os.path.join(top, 'other')
            for folder in (driver, other):
                os.mkdir(folder)
            row(name, run(name, ours, driver), run(name, ours, driver), run(name, empty, driver), run(name, ours, other),
                run(name, os.path.join(top, 'none'), driver, '--no-cache'))
    print()
    row('one behind the other, in one cache', 'seconds')
    row('---', '---')
    with tempfile.TemporaryDirectory() as top:
        ours, driver = os.path.join(top, 'ours'), os.path.join(top, 'driver')
        os.mkdir(driver)
        for name in NETWORKS[1:]:
            row(name, run(name, ours, driver))
        for batch in range(1, 9):
            row('%s --batch %d' % (NETWORKS[1], batch), run(NETWORKS[1], ours, driver, '--batch', str(batch)))


main()
