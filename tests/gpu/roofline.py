#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What networks can take at best on chips that are not here, as Markdown:  roofline.py COMMAND FOLDER: networks

A node with multiply-adds takes as long as its arithmetic at the chip's peak, or as its parameters and results at the chip's bandwidth, whichever is longer: results are written once and
read once. Nodes without are taken to be parts of others. To that comes LAUNCH_US for each launch of the plan for `nvidia`. With batches, multiply-adds and results grow, parameters do not.
"""
import concurrent.futures
import json
import math
import os
import re
import subprocess
import sys

LAUNCH_US = 4.0
BATCHES = [1, 32]
# name, TFLOP/s of fp32 without units for matrices, GB/s, where from
CHIPS = [
    ('NVIDIA H100 SXM', 66.9, 3350, 'NVIDIA H100 data sheet'),
    ('NVIDIA A100 40 GB', 19.5, 1555, 'NVIDIA A100 data sheet'),
    ('NVIDIA RTX 4090', 82.6, 1008, 'NVIDIA Ada architecture paper'),
    ('NVIDIA L4', 30.3, 300, 'NVIDIA L4 data sheet; https://fpsbench.com/compare/gpu/nvidia-l4-vs-nvidia-tesla-m40: 30.29, 300.1'),
    ('NVIDIA T4', 8.1, 320, 'NVIDIA T4 data sheet'),
    ('NVIDIA Jetson AGX Orin', 5.3, 204.8, "NVIDIA's technical brief as told by http://mzph.cn/web/30785.shtml: 2048 lanes, 5.3; data sheet: 204.8"),
    ('AMD MI210', 22.6, 1638, 'https://www.anandtech.com/show/17326: 104 units at 1.7 GHz, vectors; 4096 bits at 3.2 Gbit/s'),
    ('AMD RX 7900 XTX', 61.4, 960, 'AMD product page; https://www.guru3d.com/review/powercolor-radeon-rx-7900-xtx-hellhound-spectral-white-review/page-4/: 61.4, 960'),
    ('AMD RX 6800', 16.2, 512, 'AMD product page'),
    ('Intel Arc A770', 17.2, 560, 'Intel product page as told by https://www.svethardware.cz/intel-zverejnil-oficialni-specifikace-grafickych-karet-arc/58344: 32 Xe cores, 4096 lanes, at 2.1 GHz, 560'),
]


def dump(command, model, *options):
    return subprocess.run([command, model, '--random-weights', '-q', *options], check=True, capture_output=True, text=True).stdout


def read_network(command, model):
    """(multiply-adds, parameters, elements of the result) of each node that has multiply-adds, and the launches of a run"""
    nodes = json.loads(dump(command, model, '--summary', '--json'))['nodes']
    run = dump(command, model, '--target', 'nvidia', '--dump', 'plan').partition('\nrun\n')[2]
    launches = len(re.findall(r'^  \S.* tasks=', run, re.M))
    return [(n['macs'], n['parameters'], math.prod(n['shape'] or [])) for n in nodes if n['macs']], launches


def predict_ms(network, batch, tflops, gbytes):
    nodes, launches = network
    seconds = sum(max(2 * macs * batch / (tflops * 1e12), 4 * (parameters + 2 * elements * batch) / (gbytes * 1e9)) for macs, parameters, elements in nodes)
    return 1e3 * seconds + launches * LAUNCH_US / 1e3


def print_chips():
    print('| chip | TFLOP/s | GB/s | from |\n|---|---|---|---|')
    for name, tflops, gbytes, source in CHIPS:
        print('| %s | %g | %g | %s |' % (name, tflops, gbytes, source))


def print_batch(networks, batch):
    print('\nBatch %d, milliseconds, predicted:\n' % batch)
    print('| network | launches | %s |\n|---|---|%s' % (' | '.join(chip[0] for chip in CHIPS), '---|' * len(CHIPS)))
    for name, network in networks.items():
        times = ['%.2f' % predict_ms(network, batch, tflops, gbytes) for _, tflops, gbytes, _ in CHIPS]
        print('| %s | %d | %s |' % (name, network[1], ' | '.join(times)))


def main():
    command, folder = sys.argv[1:]
    names = sorted(os.listdir(folder))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        networks = dict(zip(names, pool.map(lambda name: read_network(command, os.path.join(folder, name)), names)))
    print_chips()
    for batch in BATCHES:
        print_batch(networks, batch)


if __name__ == '__main__':
    main()
