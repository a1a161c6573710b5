#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An expression of Theano as an ONNX file, which Theano has no format of its own for.  Needs theano 1.0, numpy and onnx.

    from theano_to_onnx import save
    save('model.onnx', {'x': (x, (1, 3, 32, 32))}, {'y': y})

Inputs are variables with the shape that they will have, outputs are expressions; shared variables become weights.  What does not depend on the inputs, and integers (shapes), is computed by Theano. An operation that has no
counterpart is told by name.
"""
import numpy
import onnx
import theano
from onnx import helper, numpy_helper
from theano import gof, tensor
from theano.tensor import nnet
from theano.tensor.nnet import abstract_conv
from theano.tensor.signal import pool

ELEMENTS = {'Add': 'Add', 'Mul': 'Mul', 'Sub': 'Sub', 'TrueDiv': 'Div', 'Pow': 'Pow', 'Tanh': 'Tanh', 'ScalarSigmoid': 'Sigmoid', 'Exp': 'Exp', 'Log': 'Log', 'Sqrt': 'Sqrt', 'Neg': 'Neg', 'Abs': 'Abs', 'Maximum': 'Max',
            'Minimum': 'Min', 'Switch': 'Where', 'LT': 'Less', 'GT': 'Greater', 'EQ': 'Equal', 'Identity': 'Identity', 'ScalarSoftplus': 'Softplus', 'Floor': 'Floor', 'Ceil': 'Ceil', 'Sin': 'Sin', 'Cos': 'Cos', 'Erf': 'Erf',
            'Sgn': 'Sign', 'Inv': 'Reciprocal'}


class Writer:
    def __init__(self, inputs):
        self.nodes, self.weights, self.names, self.known = [], [], {}, {}
        self.inputs = inputs
        for name, (variable, _) in inputs.items():
            self.names[variable] = name
            self.known[variable] = False

    def evaluate(self, variable):
        zeros = {v: numpy.zeros(shape, v.dtype) for v, shape in self.inputs.values()}
        used = [v for v in zeros if v in gof.graph.inputs([variable])]
        return theano.function(used, variable, mode=theano.Mode('cvm', 'fast_compile'), on_unused_input='ignore')(*[zeros[v] for v in used])

    def weight(self, value):
        value = numpy.asarray(value)
        value = value.astype('float32') if value.dtype.kind == 'f' else value
        self.weights.append(numpy_helper.from_array(numpy.ascontiguousarray(value), f'w{len(self.weights)}'))
        return self.weights[-1].name

    def node(self, op, operands, count=1, **attributes):
        names = [f't{len(self.nodes)}_{i}' for i in range(count)]
        self.nodes.append(helper.make_node(op, operands, names, **attributes))
        return names[0]

    def is_known(self, variable):
        """Does it depend on the shapes of the inputs at most?"""
        if variable not in self.known:
            owner = variable.owner
            shape = owner is not None and type(owner.op).__name__ in ('Shape', 'Shape_i')
            self.known[variable] = owner is None or shape or all(self.is_known(v) for v in owner.inputs)
        return self.known[variable]

    def name(self, variable):
        if variable not in self.names:
            whole = variable.dtype.startswith('int') and variable.owner is not None
            self.names[variable] = self.weight(self.evaluate(variable)) if whole or self.is_known(variable) else self.apply(variable.owner)
        return self.names[variable]

    def shape(self, variable):
        return [int(n) for n in self.evaluate(variable.shape)]

    def apply(self, node):
        op = node.op
        for kind, write in KINDS:
            if isinstance(op, kind):
                return write(self, op, node)
        raise NotImplementedError(f'{type(op).__name__} ({op}) has no counterpart')


def element(w, op, node):
    name = type(op.scalar_op).__name__
    x = [w.name(v) for v in node.inputs]
    if name == 'Sqr':
        return w.node('Mul', [x[0], x[0]])
    if name == 'Cast':
        return w.node('Cast', x, to=1)
    if name == 'Second':
        return w.node('Add', [w.node('Mul', [x[0], w.weight(numpy.float32(0))]), x[1]])
    if name not in ELEMENTS:
        raise NotImplementedError(f'{name} has no counterpart')
    if name in ('Add', 'Mul'):  # any number of operands
        while len(x) > 2:
            x = [w.node(ELEMENTS[name], x[:2])] + x[2:]
    return w.node(ELEMENTS[name], x)


def order(w, op, node):
    x = w.name(node.inputs[0])
    kept = [a for a in op.new_order if a != 'x']
    dropped = [a for a in range(node.inputs[0].ndim) if a not in kept]
    x = w.node('Transpose', [x], perm=kept + dropped)
    if dropped:
        x = w.node('Squeeze', [x], axes=list(range(len(kept), len(kept) + len(dropped))))
    added = [i for i, a in enumerate(op.new_order) if a == 'x']
    return w.node('Unsqueeze', [x], axes=added) if added else x


def convolution(w, op, node):
    x, filters = node.inputs
    weights = w.evaluate(filters)
    if op.filter_flip:
        weights = weights[:, :, ::-1, ::-1]
    size = [(n - 1) * d + 1 for n, d in zip(weights.shape[2:], op.filter_dilation)]
    border = {'valid': (0, 0), 'half': tuple(n // 2 for n in size), 'full': tuple(n - 1 for n in size)}.get(op.border_mode, op.border_mode)
    pads = [b if isinstance(b, tuple) else (b, b) for b in ((border, border) if isinstance(border, int) else border)]
    return w.node('Conv', [w.name(x), w.weight(weights)], strides=list(op.subsample), dilations=list(op.filter_dilation), group=op.num_groups, pads=[p[0] for p in pads] + [p[1] for p in pads])


def pooling(w, op, node):
    size, stride, pad = (list(map(int, w.evaluate(v))) for v in node.inputs[1:4])
    kind = {'max': 'MaxPool'}.get(op.mode, 'AveragePool')
    attributes = dict(kernel_shape=size, strides=stride, pads=pad + pad)
    if op.mode == 'sum':
        raise NotImplementedError('sums over windows have no counterpart')
    if kind == 'AveragePool':
        attributes['count_include_pad'] = int(op.mode == 'average_inc_pad')
    if not op.ignore_border:
        attributes['ceil_mode'] = 1
    return w.node(kind, [w.name(node.inputs[0])], **attributes)


def reduction(kind):
    def write(w, op, node):
        axes = range(node.inputs[0].ndim) if op.axis is None else op.axis
        return w.node(kind, [w.name(node.inputs[0])], axes=[int(a) for a in axes], keepdims=0)
    return write


def reshape(w, op, node):
    return w.node('Reshape', [w.name(node.inputs[0]), w.weight(numpy.array(w.shape(node.outputs[0]), 'int64'))])


def join(w, op, node):
    return w.node('Concat', [w.name(v) for v in node.inputs[1:]], axis=int(w.evaluate(node.inputs[0])))


def same(w, op, node):
    return w.name(node.inputs[0])


def softmax(kind):
    return lambda w, op, node: w.node(kind, [w.name(node.inputs[0])], axis=1)


KINDS = [(tensor.elemwise.DimShuffle, order), (tensor.elemwise.Sum, reduction('ReduceSum')), (tensor.elemwise.Prod, reduction('ReduceProd')), (tensor.MaxAndArgmax, reduction('ReduceMax')), (tensor.elemwise.Elemwise, element),
         (tensor.Dot, lambda w, op, node: w.node('MatMul', [w.name(v) for v in node.inputs])), (abstract_conv.AbstractConv2d, convolution), (pool.Pool, pooling), (nnet.nnet.Softmax, softmax('Softmax')),
         (nnet.nnet.LogSoftmax, softmax('LogSoftmax')), (nnet.nnet.SoftmaxWithBias, lambda w, op, node: w.node('Softmax', [w.node('Add', [w.name(v) for v in node.inputs])], axis=1)), (tensor.Reshape, reshape),
         (tensor.Flatten, reshape), (tensor.Join, join), (tensor.Rebroadcast, same), (theano.compile.ops.ViewOp, same)]


def save(path, inputs, outputs):
    w = Writer(inputs)
    for name, variable in outputs.items():
        w.nodes.append(helper.make_node('Identity', [w.name(variable)], [name]))
    graph = helper.make_graph(w.nodes, 'theano', [helper.make_tensor_value_info(n, 1, shape) for n, (_, shape) in inputs.items()],
                              [helper.make_tensor_value_info(n, 1, w.shape(v)) for n, v in outputs.items()], w.weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)]), path)
