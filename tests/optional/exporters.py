#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models that other tools write, run unchanged, against the framework that they come from.  Optional: needs the exporters, and CI does not run it.

    python3 -m venv VENV && VENV/bin/pip install torch torchvision torch_to_nnef nnef nnef_tools onnx onnxscript
    VENV/bin/python tests/optional/exporters.py --runner build/nnef-cl-run [--work DIR] [NAME ...]

torch:NAME   torch_to_nnef with its Khronos target (runs with --compat=torch)
onnx:NAME    torch.onnx, opset 13, then nnef_tools
nhwc:NAME    an NHWC graph (transposes around every operation, as TensorFlow sources give) as ONNX, then nnef_tools
Weights are random; every network's output is compared with PyTorch's own, in inference mode, within 1e-3 of its largest value.  The last line is 'N passed, M failed'.
"""
import argparse
import logging
import os
import struct
import subprocess
import sys
import tempfile
import warnings

import numpy
import torch
import torchvision
from torch import nn

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, 10), nn.Softmax(1))

    def forward(self, x):
        return self.layers(x)


class Encoder(nn.Module):
    """One transformer layer, written out: layer normalization, attention, GELU."""

    def __init__(self, width=64, heads=4):
        super().__init__()
        self.heads, self.width = heads, width
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        b, t, w = 1, 16, self.width
        q, k, v = self.qkv(self.norm1(x)).split(w, dim=2)
        q, k, v = (y.reshape(b, t, self.heads, w // self.heads).transpose(1, 2) for y in (q, k, v))
        a = torch.softmax(q @ k.transpose(2, 3) / (w // self.heads) ** 0.5, dim=3)
        x = x + self.out((a @ v).transpose(1, 2).reshape(b, t, w))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class ConvNet(nn.Module):
    """Pooling with padding and negative values, leaky ReLU, grouped and transposed convolution."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 16, 3, groups=4, padding=1)
        self.up, self.norm = nn.ConvTranspose2d(16, 8, 2, stride=2), nn.BatchNorm2d(16)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.a(x) - 5.0, 3, stride=2, padding=1)
        return self.up(nn.functional.leaky_relu(self.norm(self.b(x)), 0.1))


class Nhwc(nn.Module):
    """NHWC in and out, NCHW inside: the shape of a converted TensorFlow graph."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.Conv2d(8, 12, 1)

    def forward(self, x):
        x = self.a(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        x = torch.relu(x + 0.5)
        x = self.b(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return nn.functional.avg_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def vision(name, size=224):
    return lambda: (getattr(torchvision.models, name)(weights=None), (1, 3, size, size))


NETWORKS = {
    'torch:mlp': lambda: (Mlp(), (1, 64)),
    'torch:encoder': lambda: (Encoder(), (1, 16, 64)),
    'torch:convnet': lambda: (ConvNet(), (1, 3, 32, 32)),
    'torch:alexnet': vision('alexnet'),
    'torch:resnet18': vision('resnet18'),
    'torch:mobilenet_v2': vision('mobilenet_v2'),
    'torch:mnasnet0_5': vision('mnasnet0_5'),
    'torch:vgg11': vision('vgg11'),
    'onnx:mlp': lambda: (Mlp(), (1, 64)),
    'onnx:convnet': lambda: (ConvNet(), (1, 3, 32, 32)),
    'onnx:resnet18': vision('resnet18'),
    'onnx:mobilenet_v2': vision('mobilenet_v2'),
    'onnx:densenet121': vision('densenet121'),
    'onnx:mnasnet0_5': vision('mnasnet0_5'),
    'onnx:googlenet': lambda: (torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=False), (1, 3, 224, 224)),
    'nhwc:net': lambda: (Nhwc(), (1, 32, 32, 3)),
}


def settle(model):
    """running statistics that are not the identity, and no dropout"""
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.uniform_(-0.1, 0.1)
            m.running_var.uniform_(0.5, 1.5)
    return model.eval()


def export_torch(model, x, path):
    from torch_to_nnef.export import export_model_to_nnef
    from torch_to_nnef.inference_target import KhronosNNEF
    export_model_to_nnef(model, (x,), path + '.nnef.tgz', KhronosNNEF('1.0.5', check_io=False), input_names=['input'], output_names=['output'], log_level=logging.ERROR)
    return path + '.nnef.tgz'


def export_onnx(model, x, path):
    torch.onnx.export(model, (x,), path + '.onnx', opset_version=13, input_names=['input'], output_names=['output'], dynamo=False)
    subprocess.run([sys.executable, '-m', 'nnef_tools.convert', '--input-format', 'onnx', '--output-format', 'nnef', '--input-model', path + '.onnx', '--output-model', path + '.nnef'],
                   check=True, stdout=subprocess.DEVNULL)
    return path + '.nnef'


def read_only_tensor(folder):
    """the one tensor file (NNEF 5.2, float32) of a folder; exporters rename outputs"""
    (name,) = os.listdir(folder)
    with open(os.path.join(folder, name), 'rb') as f:
        data = f.read()
    rank, *extents = struct.unpack_from('<9I', data, 8)
    return numpy.frombuffer(data, '<f4', offset=128).reshape(extents[:rank])


def run(name, runner, work):
    torch.manual_seed(1)
    model, shape = NETWORKS[name]()
    model = settle(model)
    x = torch.randn(shape)
    with torch.no_grad():
        want = model(x).numpy()
    path = os.path.join(work, name.replace(':', '-'))
    exported = (export_torch if name.startswith('torch') else export_onnx)(model, x, path)
    numpy.save(path + '.in.npy', x.numpy())
    os.makedirs(path + '.out', exist_ok=True)
    command = [runner, exported, '-q', '-i', path + '.in.npy', '-o', path + '.out'] + (['--compat=torch'] if name.startswith('torch') else [])
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        return 'exit status %d: %s' % (result.returncode, result.stderr.strip()[:2000])
    got = read_only_tensor(path + '.out')
    if got.shape != want.shape:
        return 'shape %s, expected %s' % (got.shape, want.shape)
    error = float(numpy.abs(got - want).max() / numpy.abs(want).max())
    print('%-28s largest error %.1e of the largest value' % (name, error), flush=True)
    return None if error < 1e-3 else 'error %g' % error


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('--work', help='keep the exported models here')
    parser.add_argument('names', nargs='*')
    a = parser.parse_args()
    failed = 0
    names = a.names or list(NETWORKS)
    with tempfile.TemporaryDirectory() as scratch:
        if a.work:
            os.makedirs(a.work, exist_ok=True)
        for name in names:
            try:
                problem = run(name, os.path.abspath(a.runner), a.work or scratch)
            except Exception as e:  # an exporter that fails is reported, not hidden
                problem = '%s: %s' % (type(e).__name__, str(e)[:500])
            if problem:
                failed += 1
                print('%-28s FAILED: %s' % (name, problem), flush=True)
    print('%d passed, %d failed' % (len(names) - failed, failed))
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
