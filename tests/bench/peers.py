#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole networks against the engines that a user would pick instead.  Never a test: numbers depend on the machine and on its other guests.

    peers.py [--runner build/nnef-cl-run] [--environment build/peers] [--rounds 5] [--seconds 2] [--engine NAME ...] MODEL.onnx ...

Installs the engines with pip into the virtual environment, once. All get the same ONNX file and the same pseudo-random inputs, two threads, single precision, a process for each measurement, and take turns
in every round. An engine counts where its outputs are those of onnxruntime within 1e-3 of the largest value. Three tables in Markdown: milliseconds of one run (median of the rounds' medians), best peer / ours,
and our share of the machine's peak, which --doctor measures; seconds to load and to the first result, with everything warm; peak memory of the process.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import time

PACKAGES = ('numpy', 'onnx', 'onnxruntime', 'openvino', 'MNN', 'ncnn', 'pnnx', 'tract')
PEERS = ('onnxruntime', 'openvino', 'ncnn', 'mnn', 'tract')
ENGINES = pathlib.Path(__file__).with_name('engines.py')
TOLERANCE = 1e-3


def environment_enter(folder):
    """Goes on in the interpreter of the virtual environment, which is made where it is not there."""
    python = pathlib.Path(folder).absolute() / 'bin' / 'python'
    if pathlib.Path(sys.prefix) == python.parent.parent:
        return
    if not python.exists():
        print('installing %s into %s, some minutes' % (', '.join(PACKAGES), folder), file=sys.stderr)
        subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
        subprocess.run([python, '-m', 'pip', 'install', '-q', *PACKAGES], check=True)
    os.execv(python, [str(python), *sys.argv])


def inputs_write(model, folder):
    """Normal numbers, indices below 2 for integers; free extents are 1."""
    import numpy
    import onnx
    graph, random = onnx.load(model, load_external_data=False).graph, numpy.random.default_rng(0)
    weights = {tensor.name for tensor in graph.initializer}
    (folder / 'in').mkdir(parents=True, exist_ok=True)
    names = [i for i in graph.input if i.name not in weights]
    for k, value in enumerate(names):
        shape = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
        type_ = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        x = random.standard_normal(shape) if numpy.issubdtype(type_, numpy.floating) else random.integers(0, 2, shape)
        numpy.save(folder / 'in' / ('%02d.npy' % k), x.astype(type_))
    (folder / 'names.json').write_text(json.dumps({'inputs': [i.name for i in names], 'outputs': [o.name for o in graph.output]}))


def names_read(model, folder):
    """Written by a process of its own: what a child reports as its peak is at least what this one has."""
    writer = multiprocessing.Process(target=inputs_write, args=(model, folder))
    writer.start()
    writer.join()
    return json.loads((folder / 'names.json').read_text())['inputs']


def ours_measure(runner, model, folder, names, seconds):
    feed = [word for k, name in enumerate(names) for word in ('-i', '%s=%s' % (name, folder / 'in' / ('%02d.npy' % k)))]
    command, out = [runner, model, *feed, '-q'], folder / 'out-ours'
    out.mkdir(exist_ok=True)
    begin = time.perf_counter()
    subprocess.run([*command, '-o', '%s/' % out, '--format', 'npy'], check=True)
    first = time.perf_counter() - begin
    bench = json.loads(subprocess.run([*command, '--bench', '--duration', str(seconds), '--json'], check=True, stdout=subprocess.PIPE).stdout)['bench']
    return {'ms': bench['total_ms']['median'], 'load_s': bench['load_ms'] / 1e3, 'first_s': first, 'peak_bytes': bench['peak_rss_bytes']}


def peer_measure(engine, model, folder, seconds):
    done = subprocess.run([sys.executable, ENGINES, engine, model, folder, str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print('%s does not run %s: %s' % (engine, model, (done.stderr.strip().splitlines() or ['status %d' % done.returncode])[-1][:200]), file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def outputs_agree(folder, engine):
    """In any order of the outputs, and where ncnn left the batch away."""
    import numpy
    want, got = ([numpy.load(path).astype(float).ravel() for path in sorted((folder / ('out-' + which)).glob('*.npy'))] for which in ('onnxruntime', engine))

    def alike(a, b):
        return a.size == b.size and numpy.abs(a - b).max(initial=0) <= TOLERANCE * numpy.abs(a).max(initial=1e-30)
    return len(want) == len(got) and all(any(alike(w, g) for g in got) for w in want)


def network_measure(model, options):
    """Of each engine that agrees, the medians of the rounds."""
    path = pathlib.Path(model).absolute().with_suffix('')  # many are called model.onnx, in folders of their own
    folder = pathlib.Path(options.environment).absolute() / 'work' / ('%s-%s' % (path.parent.name, path.name))
    names, rounds = names_read(model, folder), {}
    engines = ['onnxruntime', *(e for e in options.engine or PEERS if e != 'onnxruntime')]
    ours_measure(options.runner, model, folder, names, 0.01)  # compiles
    for _ in range(options.rounds):
        for engine in list(engines):
            result = peer_measure(engine, model, folder, options.seconds)
            if result and outputs_agree(folder, engine):
                rounds.setdefault(engine, []).append(result)
                continue
            if result:
                print('%s is wrong for %s' % (engine, model), file=sys.stderr)
            engines.remove(engine)
        rounds.setdefault('ours', []).append(ours_measure(options.runner, model, folder, names, options.seconds))
        if not outputs_agree(folder, 'ours'):
            sys.exit('ours is wrong for ' + model)
    return {engine: {key: statistics.median(r[key] for r in of) for key in of[0]} for engine, of in rounds.items()}


def table_print(title, engines, rows, last):
    print('\n%s\n\n| network | %s | ours | %s |\n|---|%s' % (title, ' | '.join(engines), last, '---:|' * (len(engines) + 2)))
    for row in rows:
        print('| %s |' % ' | '.join(row))


def cells(results, key, scale):
    return ['%.3g' % (scale * results[e][key]) if e in results else '-' for e in (*PEERS, 'ours')]


def best(results, key):
    return min(result[key] for engine, result in results.items() if engine != 'ours') / results['ours'][key]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('--environment', default='build/peers')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--engine', action='append', choices=PEERS)
    parser.add_argument('models', nargs='+')
    options = parser.parse_args()
    environment_enter(options.environment)

    def tell(model, *words):
        return json.loads(subprocess.run([options.runner, *([model] if model else []), *words, '--json', '-q'], stdout=subprocess.PIPE).stdout)
    peak = tell(None, '--doctor')['tests'][0]['peak_flops_per_s']
    speed, start, memory, ratios = [], [], [], []
    for model in options.models:
        name, results = pathlib.Path(model).stem, network_measure(model, options)
        share = 2e3 * tell(model, '--summary')['needs']['macs'] / results['ours']['ms'] / peak
        ratios.append(best(results, 'ms'))
        speed.append([name, *cells(results, 'ms', 1), '**%.2f**, %.0f %% of peak' % (ratios[-1], 100 * share)])
        start.append([name, *cells(results, 'first_s', 1), '%.2f' % best(results, 'first_s')])
        memory.append([name, *cells(results, 'peak_bytes', 1e-6), '%.2f' % best(results, 'peak_bytes')])
        print('%s: %.2f' % (name, ratios[-1]), file=sys.stderr, flush=True)
    table_print('Milliseconds of one run; measured peak %.0f GFLOP/s' % (peak / 1e9), PEERS, speed, 'best peer / ours')
    print('\nGeometric mean of the ratios: %.2f' % statistics.geometric_mean(ratios))
    table_print('Seconds to the first result, everything warm (ours: the whole command)', PEERS, start, 'fastest peer / ours')
    table_print('Peak memory of the process, MB', PEERS, memory, 'leanest peer / ours')


if __name__ == '__main__':
    main()
