# SPDX-License-Identifier: Apache-2.0
"""The engines that peers.py compares.  Each takes an ONNX file, runs two threads in single precision on the CPU, and gives a function from inputs to outputs.

    engines.py ENGINE MODEL.onnx FOLDER SECONDS     one measurement in a process of its own, printed as one line of JSON

FOLDER holds in/*.npy, the inputs in the order of the model's, and names.json, gets out-ENGINE/*.npy, and keeps what an engine needs converted. To add one: a function `NAME_load`, and `NAME_convert` where it reads no ONNX.
"""
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import numpy

THREADS = 2


def onnxruntime_load(model, folder, inputs):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
    session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    feed = {i.name: x for i, x in zip(session.get_inputs(), inputs)}
    return lambda: session.run(None, feed)


def openvino_load(model, folder, inputs):
    import openvino
    core = openvino.Core()
    core.set_property('CPU', {'INFERENCE_NUM_THREADS': THREADS, 'PERFORMANCE_HINT': 'LATENCY', 'INFERENCE_PRECISION_HINT': 'f32'})
    request = core.compile_model(core.read_model(model), 'CPU').create_infer_request()
    return lambda: list(request.infer(inputs).values())


def mnn_convert(model, folder):
    converter = os.path.join(os.path.dirname(sys.executable), 'mnnconvert')
    subprocess.run([converter, '-f', 'ONNX', '--modelFile', model, '--MNNModel', folder / 'mnn.mnn', '--bizCode', 'x'], check=True, stdout=sys.stderr)


def mnn_load(model, folder, inputs):
    import MNN.expr
    import MNN.nn
    names = json.loads((folder / 'names.json').read_text())
    manager = MNN.nn.create_runtime_manager(({'backend': 'CPU', 'numThread': THREADS, 'precision': 'high'},))
    net = MNN.nn.load_module_from_file(str(folder / 'mnn.mnn'), names['inputs'], names['outputs'], runtime_manager=manager, shape_mutable=False)

    def run():
        variables = []
        for x in inputs:
            variables.append(MNN.expr.placeholder(x.shape, MNN.expr.NCHW))
            variables[-1].write(x)
        return [numpy.array(MNN.expr.convert(y, MNN.expr.NCHW).read()) for y in net.forward(variables)]
    return run


def ncnn_convert(model, folder):
    converter = os.path.join(os.path.dirname(sys.executable), 'pnnx')
    shapes = ','.join(str(list(x.shape)).replace(' ', '') for x in inputs_read(folder))
    subprocess.run([converter, model, 'inputshape=' + shapes, 'fp16=0', 'ncnnparam=ncnn.param', 'ncnnbin=ncnn.bin'], check=True, cwd=folder, stdout=sys.stderr)


def ncnn_load(model, folder, inputs):
    import ncnn
    net = ncnn.Net()
    net.opt.num_threads, net.opt.use_vulkan_compute = THREADS, False
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False
    if net.load_param(str(folder / 'ncnn.param')) or net.load_model(str(folder / 'ncnn.bin')):
        raise RuntimeError('ncnn does not read what pnnx wrote')
    mats = [ncnn.Mat(numpy.ascontiguousarray(x[0])) for x in inputs]  # ncnn has no batch

    def run():
        extractor = net.create_extractor()
        for name, mat in zip(net.input_names(), mats):
            extractor.input(name, mat)
        return [numpy.array(extractor.extract(name)[1]) for name in net.output_names()]
    return run


def tract_load(model, folder, inputs):
    import tract
    loaded = tract.onnx().load(model)
    for k, x in enumerate(inputs):
        loaded.set_input_fact(k, ','.join(map(str, x.shape)) + ',f32')
    runnable = loaded.into_model().into_runnable()
    return lambda: [y.to_numpy() for y in runnable.run(inputs)]


def inputs_read(folder):
    return [numpy.load(path) for path in sorted((folder / 'in').iterdir())]


def measure(engine, model, folder, seconds):
    inputs, convert = inputs_read(folder), globals().get(engine + '_convert')
    done = folder / (engine + '.converted')
    if convert and not done.exists():
        convert(model, folder)
        done.touch()
    __import__({'mnn': 'MNN'}.get(engine, engine))  # before the clock starts: Python's own work is nobody's
    start = time.perf_counter()
    run = globals()[engine + '_load'](model, folder, inputs)
    loaded = time.perf_counter()
    outputs = run()
    first = time.perf_counter()
    (folder / ('out-' + engine)).mkdir(exist_ok=True)
    for k, y in enumerate(outputs):
        numpy.save(folder / ('out-' + engine) / ('%02d.npy' % k), y)
    run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return {'ms': 1e3 * statistics.median(times), 'load_s': loaded - start, 'first_s': first - start, 'peak_bytes': 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


if __name__ == '__main__':
    print(json.dumps(measure(sys.argv[1], os.path.abspath(sys.argv[2]), pathlib.Path(sys.argv[3]).absolute(), float(sys.argv[4]))))
