#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What networks can take at best on chips that are not here, as Markdown:  roofline.py COMMAND FOLDER: networks

A node with multiply-adds takes as long as its arithmetic at the chip's peak, or as its parameters and results at the chip's bandwidth, whichever is longer: results are written once and
read once. Nodes without are taken to be parts of others. To that comes LAUNCH_US for each launch of the plan for `nvidia`. With batches, multiply-adds and results grow, parameters do not.
The last table has the convolutions that this plan does by transforms: as such a node, and as the steps that the plan has for it, each with its launch and memory for what lies between them.
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


def dump(command, model, *options, check=True):
    return subprocess.run([command, model, '--random-weights', '-q', *options], check=check, capture_output=True, text=True).stdout


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


def field(line, name):
    return [int(n) for n in re.search(r' %s=([\d,]+)' % name, line).group(1).split(',')]


def read_transformed(command, model, batch):
    """(multiply-adds and bytes as a node, [multiply-adds and bytes of each step]) of each convolution by transforms"""
    run = dump(command, model, '--target', 'nvidia', '--batch', str(batch), '--dump', 'plan', check=False).partition('\nrun\n')[2]  # it may have a batch of its own
    steps = [line for line in run.splitlines() if re.search(r'\(conv_winograd\d_group\)', line)]
    found = []
    for line in steps:
        if ' winograd_in ' in line:
            planes, pitch = field(line, 'PLANES')[0], field(line, 'PITCH')[0]
            image = planes * math.prod(field(line, 'IN')) * (field(line, 'TILES')[0] // field(line, 'ALL')[0])
        elif ' gemm_group ' in line:
            m, n, k, (points, groups) = *(field(line, name)[0] for name in 'MNK'), field(line, 'EXTENT')[:2]
        elif ' winograd_out ' in line:
            result = field(line, 'PLANES')[0] * math.prod(field(line, 'OUT')) * (field(line, 'TILES')[0] // field(line, 'ALL')[0])
            before, sums, filters = points * groups * k * n, points * groups * m * n, groups * m * k
            node = (9 * k * result, 4 * (image + result + 9 * filters))
            found.append((node, [(0, 4 * (image + before)), (points * filters * n, 4 * (before + sums + points * filters)), (0, 4 * (sums + result))]))
    return found


def step_ms(work, tflops, gbytes):
    macs, size = work
    return 1e3 * max(2 * macs / (tflops * 1e12), size / (gbytes * 1e9)) + LAUNCH_US / 1e3


def print_transformed(command, models):
    print('\nConvolutions by transforms, all of a network, milliseconds in one step and as transforms, predicted:\n')
    print('| network | batch | convolutions | %s |\n|---|---|---|%s' % (' | '.join(chip[0] for chip in CHIPS), '---|' * len(CHIPS)))
    for model in models:
        for batch in BATCHES:
            found = read_transformed(command, model, batch)
            times = ['%.2f, %.2f' % (sum(step_ms(node, *chip[1:3]) for node, _ in found), sum(step_ms(work, *chip[1:3]) for _, steps in found for work in steps)) for chip in CHIPS]
            if found:
                print('| %s | %d | %d | %s |' % (os.path.basename(model), batch, len(found), ' | '.join(times)))


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
    print_transformed(command, [os.path.join(folder, name) for name in names])


if __name__ == '__main__':
    main()
