#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The roads of docs/converters.md, as they stand there: every block is run, and each result.npy compared with the framework's own.  Optional, CI does not run it.

    python3 -m venv VENV && VENV/bin/pip install torch onnx onnxscript nnef nnef_tools torch_to_nnef tensorflow tf2onnx
    VENV/bin/python tests/optional/converters.py --runner build/nnef-cl-run [HEADING ...]

A heading whose packages are not there is skipped by name. The last line is 'N passed, M failed, K skipped'.
"""
import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile

import numpy

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'converters.md')

TORCH = """
import torch
torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(8 * 8 * 8, 10)).eval()
x = torch.randn(1, 3, 16, 16)
"""
TORCH_DATA = TORCH + """
import numpy
numpy.save('x.npy', x.numpy())
numpy.save('expected.npy', model(x).detach().numpy())
"""
ONNX_FILE = TORCH_DATA + """
torch.onnx.export(model, (x,), 'model.onnx', opset_version=13, input_names=['input'], output_names=['output'], dynamo=False)
"""
KERAS = """
import numpy
import tensorflow as tf
tf.keras.utils.set_random_seed(1)
model = tf.keras.Sequential([tf.keras.Input((16, 16, 3), batch_size=1), tf.keras.layers.Conv2D(8, 3, activation='relu'), tf.keras.layers.MaxPooling2D(), tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)])
x = numpy.random.default_rng(1).standard_normal((1, 16, 16, 3)).astype('f4')
"""
KERAS_DATA = KERAS + """
numpy.save('x.npy', x)
numpy.save('expected.npy', model(x).numpy())
"""
TFLITE_FILE = KERAS_DATA + """
open('model.tflite', 'wb').write(tf.lite.TFLiteConverter.from_keras_model(model).convert())
"""

# heading: what it needs, network.py, and what has to be there before the first block
HEADINGS = {
    'ONNX': (['torch', 'onnx', 'nnef_tools'], TORCH, ONNX_FILE),
    'PyTorch': (['torch', 'onnx', 'torch_to_nnef'], TORCH, TORCH_DATA),
    'TensorFlow and Keras': (['tensorflow', 'tf2onnx'], KERAS, KERAS_DATA),
    'TensorFlow Lite': (['tensorflow', 'tf2onnx'], KERAS, TFLITE_FILE),
    'Is it the same network?': (['torch', 'onnx'], TORCH, ONNX_FILE),
}


def blocks(page):
    """heading: its blocks, each a language and a text"""
    found = {}
    for part in re.split(r'^## ', page, flags=re.M)[1:]:
        heading, text = part.split('\n', 1)
        found[heading] = re.findall(r'^```(\w+)\n(.*?)^```', text, re.M | re.S)
    return found


def execute(language, text, folder, environment):
    command = ['bash', '-e', '-c', text] if language == 'sh' else [sys.executable, '-c', text]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError('status %d of\n%s\n%s' % (done.returncode, text, done.stdout[-3000:]))


def compare(folder):
    result = os.path.join(folder, 'result.npy')
    if not os.path.exists(result):
        return
    got, want = numpy.load(result), numpy.load(os.path.join(folder, 'expected.npy'))
    error = float(numpy.abs(got.reshape(want.shape) - want).max() / numpy.abs(want).max())
    os.remove(result)
    if not error < 1e-3:
        raise RuntimeError('the result differs by %g of the largest value' % error)


def run(heading, parts, environment):
    _, network, prepare = HEADINGS[heading]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'network.py'), 'w') as f:
            f.write(network)
        execute('python', prepare, folder, environment)
        for language, text in parts:
            execute(language, text, folder, environment)
            compare(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('headings', nargs='*')
    a = parser.parse_args()
    folders = [os.path.dirname(os.path.abspath(a.runner)), os.path.dirname(sys.executable)]
    environment = dict(os.environ, PATH=os.pathsep.join(folders + [os.environ['PATH']]))
    with open(PAGE, encoding='utf-8') as f:
        found = blocks(f.read())
    assert {h for h in found if found[h]} == set(HEADINGS), 'the page and this file have other headings'
    passed = failed = skipped = 0
    for heading in a.headings or HEADINGS:
        missing = [p for p in HEADINGS[heading][0] if not importlib.util.find_spec(p)]
        if missing:
            skipped += 1
            print('%-28s skipped: no %s' % (heading, ', '.join(missing)), flush=True)
            continue
        try:
            run(heading, found[heading], environment)
            passed += 1
            print('%-28s passed' % heading, flush=True)
        except (RuntimeError, subprocess.TimeoutExpired) as e:
            failed += 1
            print('%-28s FAILED: %s' % (heading, e), flush=True)
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
