#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small files that ask for much:  bounds.py COMMAND

Each shape is opened with --check: within 512 MiB and 5 s of processor time, with a status that says so, and it costs at most three times as much as one of half the size (time below half a second
and memory below 64 MiB do not count, so the half is made only where the whole costs three times that)."""
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import zipfile

COMMAND = sys.argv[1]
HEAD = 'version 1.0;\nextension KHR_enable_fragment_definitions;\nextension KHR_enable_operator_expressions;\n'
BODY = HEAD + 'fragment f(x: tensor<scalar>) -> (y: tensor<scalar>)\n{ %s }\ngraph g(x) -> (y) { x = external<scalar>(shape=[1,2]); y = f(x); }\n'
MANY = 4000000
LEAST_SECONDS, LEAST_MIB = 0.5, 64


def doubled(levels, inner):
    """a fragment that calls the one below it twice"""
    return HEAD + 'fragment f0(x: tensor<scalar>) -> (y: tensor<scalar>) { y = %s; }\n' % inner + ''.join(
        'fragment f%d(x: tensor<scalar>) -> (y: tensor<scalar>) { y = f%d(f%d(x)); }\n' % (i, i - 1, i - 1) for i in range(1, levels + 1)) + \
        'graph g(x) -> (y) { x = external<scalar>(shape=[1,2]); y = f%d(x); }\n' % levels


def number(n):
    """a varint of protocol buffers"""
    out = b''
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(tag, value):
    """a field: a number or bytes"""
    return number(tag << 3) + number(value) if isinstance(value, int) else number(tag << 3 | 2) + number(len(value)) + value


def onnx(nodes, opset=13):
    """a model of one input x, [1], and these nodes, whose output is y"""
    info = lambda name: field(1, name) + field(2, field(1, field(1, 1) + field(2, field(1, field(1, 1)))))
    graph = nodes + field(2, b'g') + field(11, info(b'x')) + field(12, info(b'y'))
    return ONNX, field(1, 7) + field(7, graph) + field(8, field(2, opset))


def node(op, inputs, outputs, more=b''):
    return field(1, b''.join(field(1, i) for i in inputs) + b''.join(field(2, o) for o in outputs) + field(4, op) + more)


def chain(n):
    return b''.join(node(b'Neg', [b'x' if i == 0 else b't%d' % i], [b't%d' % (i + 1)]) for i in range(n)) + node(b'Neg', [b't%d' % n], [b'y'])


def loop(times):
    """ONNX: a loop of a constant number of iterations, to be unrolled"""
    info = lambda name, kind: field(1, name) + field(2, field(1, field(1, kind) + field(2, b'')))
    scalar = lambda kind, value: node(b'Constant', [], [b'c%d' % kind], field(5, field(1, b'value') + field(5, field(2, kind) + value + field(8, b'v')) + field(20, 4)))
    body = node(b'Identity', [b'go'], [b'on']) + node(b'Neg', [b'was'], [b'is']) + field(2, b'b') + \
        field(11, info(b'i', 7)) + field(11, info(b'go', 9)) + field(11, info(b'was', 1)) + field(12, info(b'on', 9)) + field(12, info(b'is', 1))
    return onnx(scalar(7, field(7, number(times))) + node(b'Loop', [b'c7', b'', b'x'], [b'y'], field(5, field(1, b'body') + field(6, body) + field(20, 5))))


def shape_constant(name, extent):
    return node(b'Constant', [], [name], field(5, field(1, b'value') + field(5, field(1, 1) + field(2, 7) + field(7, number(extent)) + field(8, name)) + field(20, 4)))


def sums(n):
    """ONNX: results of one number each, of a known tensor of a million"""
    return onnx(shape_constant(b's', 1 << 20) + node(b'ConstantOfShape', [b's'], [b'c']) +
                b''.join(node(b'ReduceSum', [b'c'], [b'r%d' % i]) for i in range(n)) + node(b'Sum', [b'x'] + [b'r%d' % i for i in range(n)], [b'y']))


def boxes(n):
    """ONNX: boxes that are known, of which none covers another"""
    names = (b'b', b'c')
    sizes = (b''.join(number(d) for d in (1, 65536 * n, 4)), b''.join(number(d) for d in (1, 1, 65536 * n)))
    shapes = [node(b'Constant', [], [b's' + name], field(5, field(1, b'value') + field(5, field(1, 3) + field(2, 7) + field(7, size) + field(8, name)) + field(20, 4)))
              for name, size in zip(names, sizes)]
    ones = field(5, field(1, b'value') + field(5, field(5, field(1, 1) + field(2, 1) + field(4, struct.pack('<f', 1)) + field(8, b'v'))) + field(20, 4))
    most = shape_constant(b'm', 1 << 16)
    return onnx(b''.join(shapes) + node(b'ConstantOfShape', [b'sb'], [b'b']) + node(b'ConstantOfShape', [b'sc'], [b'c'], ones) + most +
                node(b'NonMaxSuppression', [b'b', b'c', b'm'], [b'r']) + node(b'Cast', [b'r'], [b'f'], field(5, field(1, b'to') + field(3, 1) + field(20, 2))) +
                node(b'ReduceSum', [b'f'], [b'g']) + node(b'Add', [b'g', b'x'], [b'y']))


def outputs(n):
    info = lambda name: field(1, name) + field(2, field(1, field(1, 1) + field(2, field(1, field(1, 1)))))
    nodes = b''.join(node(b'Neg', [b'x'], [b'y%d' % i]) for i in range(n))
    graph = nodes + field(2, b'g') + field(11, info(b'x')) + b''.join(field(12, info(b'y%d' % i)) for i in range(n))
    return ONNX, field(1, 7) + field(7, graph) + field(8, field(2, 13))


def modules(n):
    """Torch7: a table of the same module again and again, behind n fields that say nothing"""
    word, text = lambda v: struct.pack('<i', v), lambda s: struct.pack('<ii', 2, len(s)) + s
    module = lambda number, name, table: word(4) + word(number) + word(3) + b'V 1' + word(len(name)) + name + word(3) + word(number + 1) + table
    items = [struct.pack('<id', 1, i + 1) + (word(4) + word(3) if i else module(3, b'nn.ReLU', word(0))) for i in range(n)]
    fields = [text(b'f%d' % i) + word(0) for i in range(n)] + [text(b'modules') + word(3) + word(5) + word(n) + b''.join(items)]
    return T7, module(1, b'nn.Sequential', word(len(fields)) + b''.join(fields))


ONNX, PROTOTXT, T7 = '.onnx', '.prototxt', '.t7'


# by size n = 2, or 1 for the half; bytes stand in a zip as graph.nnef, several members as a dict, files of other systems behind the end of their name
SHAPES = {
    'operands': lambda n: BODY % ('z = [x] * %d; y = concat(z, axis = 1);' % (MANY // 2 * n)),
    'operands of many nodes': lambda n: BODY % ('z = [for i in range_of([1] * %d) yield concat([x] * 60000, axis = 1)]; y = z[0];' % (500 * n)),
    'nodes': lambda n: doubled(17 + n, 'batch_normalization(x, 0.0, 1.0, epsilon = 1.0, offset = 0.0, scale = 1.0)'),
    'calls': lambda n: doubled(17 + n, 'x'),
    'comparisons': lambda n: BODY % ("s = 'a' * %d; t = 'a' * %d + 'b'; r = [s] * %d; y = x if t in r else x + 1.0;" % (MANY // 2 * n, MANY // 2 * n - 1, MANY)),
    'conversions': lambda n: BODY % ("s = '0' * %d + '1'; r = [for i in range_of([1] * 1000000) yield integer(s)]; y = x;" % (MANY // 2 * n - 1)),
    'casts': lambda n: BODY % ('a = [x] * 1000; b = [a] * 1000; c = [b] * %d; y = g(c);' % (500 * n)) + 'fragment g(c: tensor<scalar>[][][]) -> (y: tensor<scalar>) { y = c[0][0][0]; }\n',
    'strings': lambda n: BODY % ("s = [for i in range_of([1] * %d) yield 'a' * 1000000]; y = x;" % (200 * n)),
    'tokens': lambda n: b'version 1.0;\ngraph g(x) -> (y) { x = external<scalar>(shape=[1]); y = [' + b'x,' * (20000000 * n),
    'entries': lambda n: (b'version 1.0;\ngraph g(x) -> (y) { x = external<scalar>(shape=[1]); y = relu(x); }', b'"y": linear_quantize(min = 0.0, max = 1.0, bits = 8);\n' * (1000000 * n)),
    'a name': lambda n: b'version 1.0;\ngraph ' + b'a' * (50000000 * n),
    'no text': lambda n: b'@' * (50000000 * n),
    'zeros': lambda n: bytes(50000000 * n),
    'brackets': lambda n: BODY % ('y = ' + '(' * (100000 * n) + 'x' + ')' * (100000 * n) + ';'),
    'arrays in arrays': lambda n: BODY % ('z = ' + '[' * (100000 * n) + 'x' + ']' * (100000 * n) + '; y = x;'),
    'a long text': lambda n: 'version 1.0;\n' + '# nothing\n' * (1000000 * n) + 'graph g(x) -> (y) { x = external<scalar>(shape=[1]); y = relu(x); }\n',
    'operations': lambda n: BODY % (' '.join('t%d = relu(%s);' % (i, 't%d' % (i - 1) if i else 'x') for i in range(20000 * n)) + ' y = t%d;' % (20000 * n - 1)),
    'variables': lambda n: 'version 1.0;\ngraph g(x) -> (y) { x = external<scalar>(shape=[1,2]); ' + ' '.join(
        "v%d = variable<scalar>(shape=[1,2], label='v%d');" % (i, i) for i in range(10000 * n)) + ' y = relu(x); }\n',
    'shapes': lambda n: BODY % ('z = reshape(x, shape = [1] * %d + [2]); y = x;' % (1000000 * n)),
    'members': lambda n: {'graph.nnef': b'version 1.0;\ngraph g(x) -> (y) { x = external<scalar>(shape=[1]); y = relu(x); }', **{'w%d.dat' % i: b'' for i in range(5000 * n)}},
    'onnx nodes': lambda n: onnx(chain(20000 * n)),
    'results': lambda n: HEAD + 'fragment f(x: tensor<scalar>) -> (%s) { %s }\ngraph g(x) -> (y) { x = external<scalar>(shape=[1,2]); %s = f(x); y = t0; }\n' % (
        ', '.join('y%d: tensor<scalar>' % i for i in range(20000 * n)), ' '.join('y%d = x;' % i for i in range(20000 * n)), ', '.join('t%d' % i for i in range(20000 * n))),
    'onnx outputs': lambda n: outputs(30000 * n),
    'onnx sums': lambda n: sums(1000 * n),
    'onnx boxes': lambda n: boxes(n),
    'onnx loop': lambda n: loop(4000 * n),
    'onnx loop without end': lambda n: loop((1 << 61) * n),
    'onnx messages': lambda n: onnx(field(1, b'') * (1000000 * n)),
    'torch7 modules': lambda n: modules(20000 * n),
    'caffe layers': lambda n: (PROTOTXT, b'input: "x" input_dim: 1 input_dim: 1 input_dim: 1 input_dim: 1\n' + b''.join(
        b'layer { name: "l%d" type: "ReLU" bottom: "%s" top: "t%d" }\n' % (i, b't%d' % (i - 1) if i else b'x', i) for i in range(20000 * n))),
    'caffe braces': lambda n: (PROTOTXT, b'layer { ' * (1000000 * n)),
    'bad statements': lambda n: b'version 1.0;\ngraph g(x) -> (y) { ' + b'y = = x;' * (5000000 * n),
}


def write(folder, made):
    if isinstance(made, str):
        (folder / 'm.nnef').write_text(made)
        return folder / 'm.nnef'
    if isinstance(made, tuple) and made[0] in (ONNX, PROTOTXT, T7):
        (folder / ('m' + made[0])).write_bytes(made[1])
        return folder / ('m' + made[0])
    with zipfile.ZipFile(folder / 'm.zip', 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        members = made if isinstance(made, dict) else dict(zip(('graph.nnef', 'graph.quant'), made if isinstance(made, tuple) else (made,)))
        for name, data in members.items():
            z.writestr(name, data)
    return folder / 'm.zip'


def check(path):
    """status, seconds, MiB"""
    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (60, 61))
    with open(os.devnull, 'wb') as nothing:
        p = subprocess.Popen([COMMAND, str(path), '--check', '--random-weights', *(['--shape', 'x=1,4'] if path.suffix == T7 else [])], stdout=nothing, stderr=nothing, preexec_fn=limits)
        _, code, use = os.wait4(p.pid, 0)
        p.returncode = 0
    return os.waitstatus_to_exitcode(code), use.ru_utime + use.ru_stime, use.ru_maxrss / 1024


def least(path, cost):
    """what checking it costs; of a cost that is known already the least"""
    status, *measures = check(path)
    return (status, *(map(min, measures, cost[1:]) if cost else measures))


def wrong(name, costs):
    """what is beyond a bound"""
    (_, t1, m1), (_, t2, m2) = costs[1] or (0, LEAST_SECONDS, LEAST_MIB), costs[2]
    if t2 > 3 * max(t1, LEAST_SECONDS) or m2 > 3 * max(m1, LEAST_MIB):
        return '%s: from %.1f s and %.0f MiB to %.1f s and %.0f MiB' % (name, t1, m1, t2, m2)
    for n, (status, seconds, size) in (item for item in costs.items() if item[1]):
        if status not in (0, 3, 6, 7) or seconds > 5 or size > 512:
            return '%s %d: status %d, %.1f s, %.0f MiB' % (name, n, status, seconds, size)
    return None


def judge(top, name, make):
    """Processor time grows with what else is in the caches and on the core, never the other way round: what seems too much is measured again, twice."""
    costs = {2: None, 1: None}
    for _ in range(3):
        costs[2] = least(write(top, make(2)), costs[2])
        if not wrong(name, costs):
            return None
        costs[1] = least(write(top, make(1)), costs[1])
        if not wrong(name, costs):
            return None
    return wrong(name, costs)


with tempfile.TemporaryDirectory() as folder:
    failed = list(filter(None, (judge(pathlib.Path(folder), name, make) for name, make in SHAPES.items())))
print('\n'.join(failed) or '%d shapes within their bounds' % len(SHAPES))
sys.exit(bool(failed))
