#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes examples/digits: trains a small network on handwritten digits and writes it as an NNEF model.  make_digits.py [FOLDER]

Needs numpy and scikit-learn (which ships the 1797 images of 8x8 pixels). Everything else stands here: the split, the training, the writers of .dat and .png, and an evaluation
of the written graph that shares nothing with the training, so that the files are known to mean what was trained. Takes about a minute. The split and the images
are the same on every machine; weights may differ in their last digits, as sums are not taken in the same order everywhere.
"""
import os
import struct
import sys
import zlib

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 2017
HELD_OUT = 0.2
EPOCHS = 80
BATCH = 48
EPSILON = 1e-5

GRAPH = """\
version 1.0;

# Handwritten digits of 8x8 grey pixels in [0, 1] to the probability of each digit.
graph digits( image ) -> ( probability )
{
    image = external(shape = [1, 1, 8, 8]);

    filter1 = variable(shape = [16, 1, 3, 3], label = 'filter1');
    mean1 = variable(shape = [1, 16], label = 'mean1');
    variance1 = variable(shape = [1, 16], label = 'variance1');
    offset1 = variable(shape = [1, 16], label = 'offset1');
    scale1 = variable(shape = [1, 16], label = 'scale1');
    filter2 = variable(shape = [16, 1, 3, 3], label = 'filter2');
    filter3 = variable(shape = [32, 16, 1, 1], label = 'filter3');
    bias3 = variable(shape = [1, 32], label = 'bias3');
    filter4 = variable(shape = [48, 32, 3, 3], label = 'filter4');
    bias4 = variable(shape = [1, 48], label = 'bias4');
    filter5 = variable(shape = [10, 192], label = 'filter5');
    bias5 = variable(shape = [1, 10], label = 'bias5');

    conv1 = conv(image, filter1, padding = [(1, 1), (1, 1)]);
    norm1 = batch_normalization(conv1, mean1, variance1, offset1, scale1, epsilon = 0.00001);
    relu1 = relu(norm1);
    conv2 = conv(relu1, filter2, padding = [(1, 1), (1, 1)], groups = 0);
    conv3 = conv(conv2, filter3, bias3);
    relu3 = relu(conv3);
    pool3 = max_pool(relu3, size = [1, 1, 2, 2], stride = [1, 1, 2, 2], padding = [(0, 0), (0, 0), (0, 0), (0, 0)], border = 'ignore');
    conv4 = conv(pool3, filter4, bias4, padding = [(1, 1), (1, 1)]);
    relu4 = relu(conv4);
    pool4 = max_pool(relu4, size = [1, 1, 2, 2], stride = [1, 1, 2, 2], padding = [(0, 0), (0, 0), (0, 0), (0, 0)], border = 'ignore');
    flat = reshape(pool4, shape = [0, -1]);
    linear5 = linear(flat, filter5, bias5);
    probability = softmax(linear5);
}
"""


# ---- training: each layer keeps what its way back needs ----

def windows(x, size):
    """[n, c, h, w] to [n, c, size * size, h * w]: the surroundings of every pixel, zeros beyond the border."""
    (n, c, h, w), pad = x.shape, size // 2
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    return np.stack([padded[:, :, dy:dy + h, dx:dx + w] for dy in range(size) for dx in range(size)], 2).reshape(n, c, size * size, h * w)


def spread(columns, shape):
    """The way back of windows()."""
    (n, c, h, w), size = shape, int(columns.shape[2] ** 0.5)
    pad = size // 2
    out = np.zeros((n, c, h + 2 * pad, w + 2 * pad), columns.dtype)
    for i in range(size * size):
        out[:, :, i // size:i // size + h, i % size:i % size + w] += columns[:, :, i].reshape(shape)
    return out[:, :, pad:pad + h, pad:pad + w]


class Conv:
    def __init__(self, p, filter, bias=None):
        self.p, self.filter, self.bias = p, filter, bias

    def forward(self, x, training):
        self.shape, f = x.shape, self.p[self.filter]
        self.columns = windows(x, f.shape[2]).reshape(len(x), -1, x.shape[2] * x.shape[3])
        y = (f.reshape(len(f), -1) @ self.columns).reshape(len(x), len(f), *x.shape[2:])
        return y + self.p[self.bias][0][:, None, None] if self.bias else y

    def backward(self, dy, grad):
        n, channels, f = len(dy), self.shape[1], self.p[self.filter]
        flat = dy.reshape(n, len(f), -1)
        grad[self.filter] = (flat @ self.columns.transpose(0, 2, 1)).sum(0).reshape(f.shape)
        if self.bias:
            grad[self.bias] = flat.sum((0, 2))[None]
        return spread((f.reshape(len(f), -1).T @ flat).reshape(n, channels, -1, flat.shape[2]), self.shape)


class Depthwise:
    def __init__(self, p, filter):
        self.p, self.filter = p, filter

    def forward(self, x, training):
        self.shape, self.columns = x.shape, windows(x, 3)
        return (self.p[self.filter].reshape(-1, 1, 9) @ self.columns).reshape(x.shape)

    def backward(self, dy, grad):
        f = self.p[self.filter]
        flat = dy.reshape(*dy.shape[:2], 1, -1)
        grad[self.filter] = (flat @ self.columns.transpose(0, 1, 3, 2)).sum(0).reshape(f.shape)
        return spread(f.reshape(-1, 9, 1) * flat, self.shape)


class Norm:
    """Batch normalization; the statistics of the data are gathered on the way."""

    def __init__(self, p, number):
        self.p, self.names = p, [name + number for name in ('mean', 'variance', 'offset', 'scale')]

    def forward(self, x, training):
        mean, variance, offset, scale = self.names
        m, v = self.p[mean][0], self.p[variance][0]
        if training:
            m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
            self.p[mean] = 0.98 * self.p[mean] + 0.02 * m
            self.p[variance] = 0.98 * self.p[variance] + 0.02 * v
        self.root = np.sqrt(v + EPSILON)[:, None, None]
        self.x = (x - m[:, None, None]) / self.root
        return self.x * self.p[scale][0][:, None, None] + self.p[offset][0][:, None, None]

    def backward(self, dy, grad):
        _, _, offset, scale = self.names
        grad[offset] = dy.sum((0, 2, 3))[None]
        grad[scale] = (dy * self.x).sum((0, 2, 3))[None]
        dx = dy * self.p[scale][0][:, None, None]
        mean = dx.mean((0, 2, 3))[:, None, None]
        along = (dx * self.x).mean((0, 2, 3))[:, None, None]
        return (dx - mean - self.x * along) / self.root


class Relu:
    def forward(self, x, training):
        self.positive = x > 0
        return x * self.positive

    def backward(self, dy, grad):
        return dy * self.positive


class Pool:
    CORNERS = [(dy, dx) for dy in (0, 1) for dx in (0, 1)]

    def forward(self, x, training):
        parts = [x[:, :, dy::2, dx::2] for dy, dx in self.CORNERS]
        y = np.maximum(np.maximum(parts[0], parts[1]), np.maximum(parts[2], parts[3]))
        self.largest = [part == y for part in parts]
        return y

    def backward(self, dy, grad):
        dx = np.empty(dy.shape[:2] + (2 * dy.shape[2], 2 * dy.shape[3]), dy.dtype)
        share = dy / np.sum(self.largest, 0, dtype=np.float32)
        for (y, x), largest in zip(self.CORNERS, self.largest):
            dx[:, :, y::2, x::2] = largest * share
        return dx


class Linear:
    def __init__(self, p, filter, bias):
        self.p, self.filter, self.bias = p, filter, bias

    def forward(self, x, training):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        if training: # dropout, so that the few images are not learnt by heart
            self.kept = ((rng.random(self.x.shape) < 0.7) / 0.7).astype(np.float32)
            self.x = self.x * self.kept
        return self.x @ self.p[self.filter].T + self.p[self.bias]

    def backward(self, dy, grad):
        grad[self.filter] = dy.T @ self.x
        grad[self.bias] = dy.sum(0)[None]
        return (dy @ self.p[self.filter] * self.kept).reshape(self.shape)


def start_values():
    def he(*shape):
        return rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
    return {
        'filter1': he(16, 1, 3, 3), 'mean1': np.zeros((1, 16)), 'variance1': np.ones((1, 16)), 'offset1': np.zeros((1, 16)), 'scale1': np.ones((1, 16)),
        'filter2': he(16, 1, 3, 3), 'filter3': he(32, 16, 1, 1), 'bias3': np.zeros((1, 32)), 'filter4': he(48, 32, 3, 3), 'bias4': np.zeros((1, 48)),
        'filter5': he(10, 192), 'bias5': np.zeros((1, 10)),
    }


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def shifted(images):
    """Each image moved by a part of a pixel, with some noise."""
    padded, out = np.pad(images, [(0, 0), (0, 0), (1, 1), (1, 1)]), np.empty_like(images)
    for i, move in enumerate(rng.uniform(-0.7, 0.7, (len(images), 2))):
        rows, columns = ((max(-m, 0), 1 - abs(m), max(m, 0)) for m in move)
        columns = list(columns)
        out[i] = sum(wy * wx * padded[i, :, y:y + 8, x:x + 8] for y, wy in enumerate(rows) for x, wx in enumerate(columns))
    return np.clip(out + rng.normal(0, 0.03, out.shape), 0, 1).astype(np.float32)


def train(images, labels):
    p = {name: value.astype(np.float32) for name, value in start_values().items()}
    layers = [Conv(p, 'filter1'), Norm(p, '1'), Relu(), Depthwise(p, 'filter2'), Conv(p, 'filter3', 'bias3'), Relu(), Pool(), Conv(p, 'filter4', 'bias4'), Relu(), Pool(),
              Linear(p, 'filter5', 'bias5')]
    first, second, step = {}, {}, 0
    for epoch in range(EPOCHS):
        rate = 0.003 * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order, loss = rng.permutation(len(images)), 0
        for begin in range(0, len(order), BATCH):
            batch = order[begin:begin + BATCH]
            x = shifted(images[batch])
            for layer in layers:
                x = layer.forward(x, True)
            dy = softmax(x)
            loss -= np.log(dy[np.arange(len(batch)), labels[batch]] + 1e-12).sum()
            dy[np.arange(len(batch)), labels[batch]] -= 1
            dy /= len(batch)
            grad = {}
            for layer in reversed(layers):
                dy = layer.backward(dy, grad)
            step += 1
            for name, g in grad.items(): # Adam, with some decay of the filters
                first[name] = 0.9 * first.get(name, 0) + 0.1 * g
                second[name] = 0.99 * second.get(name, 0) + 0.01 * g * g
                move = first[name] / (1 - 0.9 ** step) / (np.sqrt(second[name] / (1 - 0.99 ** step)) + 1e-8)
                p[name] = p[name] - np.float32(rate) * (move + 0.01 * p[name] * name.startswith('filter'))
        if epoch % 10 == 9:
            print('epoch %d: loss %.4f' % (epoch + 1, loss / len(images)))
    return p, layers


# ---- files ----

def write_dat(path, array):
    """NNEF 1.0.5, 5.2: float32."""
    array = np.ascontiguousarray(array, '<f4')
    extents = list(array.shape) + [0] * (8 - array.ndim)
    with open(path, 'wb') as f:
        f.write(struct.pack('<2sBB2I8I2I76x', b'N\xef', 1, 0, array.nbytes, array.ndim, *extents, 32, 0))
        f.write(array.tobytes())


def read_dat(path):
    with open(path, 'rb') as f:
        data = f.read()
    rank, = struct.unpack_from('<I', data, 8)
    return np.frombuffer(data, '<f4', offset=128).reshape(struct.unpack_from('<%dI' % rank, data, 12)).astype(np.float64)


def write_png(path, grey):
    """8 bits of grey, no filters."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    height, width = grey.shape
    rows = b''.join(b'\0' + row.tobytes() for row in grey)
    with open(path, 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>2I5B', width, height, 8, 0, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows, 9)) + chunk(b'IEND', b''))


# ---- the graph as NNEF defines it, from the files, in double precision ----

def evaluate(folder, image):
    v = {name[:-4]: read_dat(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith('.dat')}

    def conv(x, filter, bias=0.0, pad=0, groups=1):
        """4.3.1: output channel o sees the input channels of its group; groups = 0: one group for each channel."""
        n, channels, h, w = x.shape
        groups = groups or channels
        x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
        out, size = filter.shape[0], filter.shape[2]
        h, w = h + 2 * pad - size + 1, w + 2 * pad - size + 1
        y = np.zeros((n, out, h, w))
        for o in range(out):
            base = o // (out // groups) * filter.shape[1]
            for c in range(filter.shape[1]):
                for dy in range(size):
                    for dx in range(size):
                        y[:, o] += filter[o, c, dy, dx] * x[:, base + c, dy:dy + h, dx:dx + w]
        return y + (bias.reshape(1, out, 1, 1) if np.ndim(bias) else bias)

    def per_channel(name):
        return v[name][:, :, None, None] # trailing extents are 1

    def pool(x):
        return np.maximum(np.maximum(x[:, :, 0::2, 0::2], x[:, :, 0::2, 1::2]), np.maximum(x[:, :, 1::2, 0::2], x[:, :, 1::2, 1::2]))

    x = conv(image.astype(np.float64), v['filter1'], pad=1)
    x = per_channel('offset1') + per_channel('scale1') * (x - per_channel('mean1')) / np.sqrt(per_channel('variance1') + 0.00001)
    x = conv(np.maximum(x, 0), v['filter2'], pad=1, groups=0)
    x = pool(np.maximum(conv(x, v['filter3'], v['bias3']), 0))
    x = pool(np.maximum(conv(x, v['filter4'], v['bias4'], pad=1), 0))
    x = x.reshape(len(x), -1) @ v['filter5'].T + v['bias5']
    x = np.exp(x - x.max(1, keepdims=True))
    return x / x.sum(1, keepdims=True)


def write_images(folder, pixels, labels):
    """One held-out image of each digit, and two more."""
    taken = [int(np.flatnonzero(labels == digit)[0]) for digit in range(10)]
    extra = [int(np.flatnonzero(labels == digit)[1]) for digit in (4, 7)]
    names = ['digit-%d.png' % digit for digit in range(10)] + ['another-4.png', 'some-digit.png']
    for name, index in zip(names, taken + extra):
        write_png(os.path.join(folder, name), pixels[index, 0])


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'examples', 'digits')
    os.makedirs(folder, exist_ok=True)
    data = load_digits()
    pixels = np.round(data.images * 255 / 16).astype(np.uint8)[:, None] # what stands in the PNG files,
    images = (pixels / 255).astype(np.float32)                          # and what nnef-cl-run makes of it
    labels = data.target.astype(np.int32)
    rest, held = train_test_split(np.arange(len(labels)), test_size=HELD_OUT, stratify=labels, random_state=SEED)
    p, layers = train(images[rest], labels[rest])

    for name in os.listdir(folder):
        if name.endswith('.dat'):
            os.remove(os.path.join(folder, name))
    for name, value in p.items():
        write_dat(os.path.join(folder, name + '.dat'), value)
    with open(os.path.join(folder, 'graph.nnef'), 'w') as f:
        f.write(GRAPH)
    with open(os.path.join(folder, 'labels.txt'), 'w') as f:
        f.write(''.join('%s\n' % word for word in 'zero one two three four five six seven eight nine'.split()))
    np.save(os.path.join(folder, 'heldout.npy'), images[held])
    np.save(os.path.join(folder, 'heldout_labels.npy'), labels[held])
    write_images(folder, pixels[held], labels[held])

    probability, x = evaluate(folder, images[held]), images[held]
    for layer in layers:
        x = layer.forward(x, False)
    difference = np.abs(probability - softmax(x)).max()
    wrong = np.flatnonzero(probability.argmax(1) != labels[held])
    print('written graph against training: largest difference %.1e' % difference)
    print('held out: %d of %d right, %.2f %%; wrong: %s' % (len(held) - len(wrong), len(held), 100 - 100 * len(wrong) / len(held), wrong.tolist()))
    if difference > 1e-4:
        sys.exit('the files do not mean what was trained')


rng = np.random.default_rng(SEED)
if __name__ == '__main__':
    main()
