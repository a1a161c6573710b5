#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Expressions of Theano by tools/theano_to_onnx.py, against Theano itself.  Optional: needs Python 3.6, and CI does not run it.

    python3.6 -m venv VENV && VENV/bin/pip install "numpy<1.17" "scipy<1.5" theano==1.0.5 onnx==1.8.1 "protobuf<3.20"
    VENV/bin/python tests/optional/theano_networks.py --runner build/nnef-cl-run

Weights are random.  The last line is 'N passed, M failed'.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy
import theano
from theano import tensor
from theano.tensor import nnet
from theano.tensor.signal import pool

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
from theano_to_onnx import save  # noqa: E402

random = numpy.random.RandomState(5)


def weights(*shape):
    return theano.shared((random.standard_normal(shape) / 4).astype('float32'))


def lenet():
    """Flipped filters, a pool that rounds up, a flattened product."""
    x = tensor.tensor4('x', 'float32')
    h = tensor.nnet.relu(nnet.conv2d(x, weights(6, 3, 5, 5), border_mode='half') + weights(6).dimshuffle('x', 0, 'x', 'x'))
    h = pool.pool_2d(h, (2, 2), ignore_border=False)
    h = tensor.tanh(nnet.conv2d(h, weights(8, 6, 3, 3), subsample=(2, 2), filter_flip=False))
    h = pool.pool_2d(h, (2, 2), ignore_border=True, mode='average_exc_pad')
    return x, (2, 3, 17, 19), nnet.softmax(tensor.dot(h.flatten(2), weights(8 * 2 * 2, 5)) + weights(5))


def residual():
    x = tensor.tensor4('x', 'float32')
    h = nnet.conv2d(x, weights(4, 4, 3, 3), border_mode=1, filter_dilation=(1, 1))
    h = nnet.sigmoid(h + x) * tensor.maximum(x, 0.25)
    h = tensor.concatenate([h, x ** 2], axis=1)
    return x, (1, 4, 8, 8), h.mean(axis=(2, 3)) - tensor.max(h, axis=(2, 3))


def perceptron():
    x = tensor.matrix('x', 'float32')
    h = nnet.softplus(tensor.dot(x, weights(7, 6)) + weights(6))
    h = tensor.switch(h > 1, tensor.log(h), tensor.exp(h) - 1)
    return x, (3, 7), tensor.sqrt(tensor.abs_(h)).reshape((3, 2, 3)).dimshuffle(0, 2, 1)


NETWORKS = {'lenet': lenet, 'residual': residual, 'perceptron': perceptron}


def run(runner, folder, name):
    x, shape, y = NETWORKS[name]()
    data = random.standard_normal(shape).astype('float32')
    save(str(folder / 'model.onnx'), {'x': (x, shape)}, {'y': y})
    numpy.save(str(folder / 'x.npy'), data)
    numpy.save(str(folder / 'y.npy'), theano.function([x], y)(data))
    return subprocess.run([runner, str(folder / 'model.onnx'), '-q', '-i', f'x={folder}/x.npy', '--compare', f'y={folder}/y.npy', '--rtol', '1e-4', '--atol', '1e-5']).returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--runner', required=True)
    parser.add_argument('names', nargs='*')
    args = parser.parse_args()
    passed = failed = 0
    for name in args.names or NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            good = run(args.runner, pathlib.Path(folder), name)
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f'FAILED {name}')
    print(f'{passed} passed, {failed} failed')
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
