/* SPDX-License-Identifier: Apache-2.0 */
/* What exporters write: every document is opened as it is, strict, and with the dialect that knows it; the reaction
 * says what has to come of each. */
#include "model/model_text.h"

enum reaction {
    ACCEPT,  /* silent in every mode */
    WARN,    /* a warning; strict makes it an error */
    COMPAT,  /* not supported, and the message names the dialect, with which it is accepted */
    MEANING, /* accepted everywhere, but the dialect gives it another meaning */
    REJECT   /* an error in every mode */
};

struct document {
    const char *name, *text;
    enum reaction reaction;
    unsigned compat;
    const char *says; /* part of the warning or of the error */
    const char *flat; /* lines of the flat graph where it is accepted, in their order, separated by '|'; MEANING: with
                         the dialect, after "||" */
};

#define TORCH       NNEFCL_COMPAT_TORCH
#define TRACT       NNEFCL_COMPAT_TRACT
#define LEGACY      NNEFCL_COMPAT_LEGACY
#define GRAPH(text) MODEL_HEADER "graph g( x ) -> ( y )\n{ x = external<scalar>(shape = [1,4,8,8]);\n" text "}\n"
#define FLAT(text)  MODEL_HEADER "graph g( x ) -> ( y )\n{ x = external<scalar>(shape = [3,4]);\n" text "}\n"
#define WITH(code, use)                                                                                                \
    MODEL_HEADER code "\ngraph g( x ) -> ( y )\n{ x = external<scalar>(shape = [1,4,8,8]);\n" use "}\n"
#define UNKNOWN_EXTENT MODEL_HEADER "graph g( x ) -> ( y ) { x = external<scalar>(shape = [0,4]); y = relu(x); }\n"
#define BARE           "graph g( x ) -> ( y ) { x = external<scalar>(shape = [3,4]); y = relu(x); }\n"

/* 16 steps in a fragment that calls itself: it only ends if the branch that is not taken is not evaluated. */
#define LSTM                                                                                                           \
    "fragment lstm_step( x: tensor<scalar>, h: tensor<scalar>, c: tensor<scalar>, W: tensor<scalar>, R: "              \
    "tensor<scalar>, B: tensor<scalar> )\n"                                                                            \
    "-> ( h_out: tensor<scalar>, c_out: tensor<scalar> )\n{\n"                                                         \
    "    [b, d] = split(B, axis = 1, ratios = [1, 1]);\n    z = linear(x, W, b) + linear(h, R, d);\n"                  \
    "    [i, o, f, g] = split(z, axis = 1, ratios = [1, 1, 1, 1]);\n"                                                  \
    "    c_out = sigmoid(f) * c + sigmoid(i) * tanh(g);\n    h_out = sigmoid(o) * tanh(c_out);\n}\n"                   \
    "fragment lstm_loop( x: tensor<scalar>, W: tensor<scalar>, R: tensor<scalar>, B: tensor<scalar>, h: "              \
    "tensor<scalar>, c: tensor<scalar>,\n"                                                                             \
    "    steps: integer, index: integer = 0 ) -> ( hn: tensor<scalar>, cn: tensor<scalar> )\n{\n"                      \
    "    x0 = squeeze(slice(x, axes = [0], begin = [index], end = [index + 1]), axes = [0]);\n    h1, c1 = "           \
    "lstm_step(x0, h, c, W, R, B);\n"                                                                                  \
    "    hn, cn = lstm_loop(x, W, R, B, h1, c1, index = index + 1, steps = steps) if index + 1 < steps else (h1, "     \
    "c1);\n}\n"
#define LSTM_GRAPH                                                                                                     \
    "graph g( x, h, c ) -> ( y, z )\n"                                                                                 \
    "{ x = external<scalar>(shape = [16,1,3]); h = external<scalar>(shape = [1,5]); c = external<scalar>(shape = "     \
    "[1,5]);\n"                                                                                                        \
    "W = variable<scalar>(shape = [20,3], label = 'W'); R = variable<scalar>(shape = [20,5], label = 'R');\n"          \
    "B = variable<scalar>(shape = [1,40], label = 'B'); y, z = lstm_loop(x, W, R, B, h, c, steps = 16); }\n"

static const struct document written[] = {
    {"no semicolon behind the version", "version 1.0\n" BARE, COMPAT, LEGACY, "--compat=legacy", "relu(x)"},
    {"no semicolon behind an extension", "version 1.0;\nextension KHR_enable_operator_expressions\n" BARE, COMPAT,
     LEGACY, "--compat=legacy", "relu(x)"},
    {"no extension lines", "version 1.0;\n" BARE, ACCEPT, 0, "", "relu(x)"},
    {"version 2", "version 2.0;\n" BARE, REJECT, 0, "2.0", ""},
    {"integer of Python 2", FLAT("y = softmax(x, axes = [1L]);"), REJECT, LEGACY, "Python 2", ""},
    {"slash in an identifier", FLAT("conv1/relu = relu(x); y = relu(x);"), REJECT, TORCH, "identifiers", ""},
    {"digit first", FLAT("1a = relu(x); y = relu(x);"), REJECT, TORCH, "identifiers", ""},
    {"identifier in quotes", FLAT("i\"a/b.c\" = relu(x); y = exp(i\"a/b.c\");"), COMPAT, TRACT, "--compat=tract",
     "relu(x)|exp("},
    {"inf", FLAT("y = min(x, inf);"), WARN, 0, "inf", "min(x, "},
    {"-inf", FLAT("y = max(x, -inf);"), WARN, 0, "inf", "max(x, "},
    {"inf as attribute", FLAT("y = leaky_relu(x, alpha = inf);"), WARN, 0, "inf", "leaky_relu(x, "},
    {"nan", FLAT("y = add(x, nan);"), WARN, 0, "nan", "add(x, "},
    {"NaN", FLAT("y = add(x, NaN);"), WARN, 0, "nan", "add(x, "},
    {"float of Python", FLAT("y = add(x, 1e-05);"), ACCEPT, 0, "", "add(x, "},
    {"largest int32", FLAT("y = slice(x, axes = [1], begin = [1], end = [2147483647]);"), ACCEPT, 0, "", "slice"},
    {"largest int64", FLAT("y = slice(x, axes = [1], begin = [1], end = [9223372036854775807]);"), ACCEPT, 0, "",
     "slice"},
    {"beyond int64", FLAT("y = slice(x, axes = [1], begin = [1], end = [9223372036854775808]);"), REJECT, TORCH,
     "9223372036854775808", ""},
    {"slice to the end", FLAT("y = slice(x, axes = [1], begin = [1], end = [0]);"), ACCEPT, 0, "", "slice"},
    {"slice to the end with stride 1", FLAT("y = slice(x, axes = [1], begin = [1], end = [0], stride = [1]);"), ACCEPT,
     0, "", "slice"},
    {"escape in a string", FLAT("y = pad(x, padding = [(0,0), (1,1)], border = \"re\\flect\");"), ACCEPT, 0, "",
     "border = 'reflect'"},
    {"comment with shapes", FLAT("y = relu(x); # scalar(3, 4)\n"), ACCEPT, 0, "", "relu(x)"},
    {"tract_registry", "version 1.0;\nextension tract_registry tract_core;\n" BARE, WARN, TRACT, "tract_registry",
     "relu(x)"},
    {"tract_symbol", "version 1.0;\nextension tract_symbol B;\n" BARE, COMPAT, TRACT, "tract_symbol", "relu(x)"},
    {"tract_assert", "version 1.0;\nextension tract_assert B >= 1;\n" BARE, COMPAT, TRACT, "tract_assert", "relu(x)"},
    {"tract_pulse", "version 1.0;\nextension tract_pulse_streaming_symbol;\n" BARE, COMPAT, TRACT,
     "tract_pulse_streaming_symbol", "relu(x)"},
    {"fragments not enabled",
     "version 1.0;\nfragment f( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = relu(t); }\n" BARE, WARN, 0,
     "KHR_enable_fragment_definitions", "relu(x)"},
    {"operators not enabled",
     "version 1.0;\ngraph g( x ) -> ( y ) { x = external<scalar>(shape = [3]); y = x + 1.0; }\n", WARN, 0,
     "KHR_enable_operator_expressions", "add(x, 1.0)"},
    {"custom operation declared", WITH("fragment op_v1( t: tensor<scalar> ) -> ( r: tensor<scalar> );", "y = relu(x);"),
     ACCEPT, 0, "", "relu(x)"},
    {"custom operation used", WITH("fragment op_v1( t: tensor<scalar> ) -> ( r: tensor<scalar> );", "y = op_v1(x);"),
     REJECT, TORCH, "'op_v1' is a custom operation", ""},
    {"recursive LSTM", MODEL_HEADER LSTM LSTM_GRAPH, ACCEPT, 0, "",
     "begin = [0], end = [1]|begin = [14], end = [15]|begin = [15], end = [16]|y = mul("},
    {"metadata",
     WITH("fragment tract_core_properties( ) -> ( properties: (string, tensor<scalar>)[] )\n{ properties = "
          "[(\"tract_nnef_ser_version\", \"0.21\")]; "
          "}",
          "y = relu(x);"),
     WARN, TRACT, "without parameters", "relu(x)"},
    {"escape of Rust",
     WITH("fragment tract_core_properties( x: tensor<scalar> ) -> ( properties: (string, tensor<scalar>)[] )\n"
          "{ properties = [(\"command\", \"say \\\"it\\\" \\u{e9}\")]; }",
          "y = relu(x);"),
     ACCEPT, 0, "", "relu(x)"},
    {"fragment without parameters", WITH("fragment f() -> ( r: tensor<scalar> ) { r = 1.0; }", "y = relu(x);"), REJECT,
     TRACT, "parameter", ""},
    {"operation of tract", FLAT("y = tract_core_scan(x, axis = 0);"), REJECT, TRACT,
     "'tract_core_scan' belongs to the tract dialect", ""},
    {"tensors by name", FLAT("y = sub(y = 1.0, x = x);"), ACCEPT, 0, "", "sub(x, 1.0)"},
    {"positions and names", FLAT("y = softmax(x, axes = [1]);"), ACCEPT, 0, "", "softmax(x, axes = [1])"},
    {"shape_of", FLAT("y = reshape(x, shape = [shape_of(x)[0], 2, 2]);"), ACCEPT, 0, "", "[3, 2, 2]|"},
    {"literal for a tensor", GRAPH("w = variable(shape = [2,4,1,1], label = 'w'); y = conv(x, w, 0.5);"), ACCEPT, 0, "",
     "conv|0.5"},
    {"constant as result", FLAT("z = relu(x); y = constant<scalar>(shape = [2], value = [1.0, 2.0]);"), ACCEPT, 0, "",
     "constant"},
    {"input as result", MODEL_HEADER "graph g( x ) -> ( x, y ) { x = external<scalar>(shape = [3]); y = relu(x); }\n",
     WARN, 0, "'x' is a parameter and a result", "relu(x)"},
    {"relu6",
     WITH("fragment relu6( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = max(min(x, 6.0), 0.0); }",
          "y = relu6(x);"),
     ACCEPT, 0, "", "min(x, 6.0)|max("},
    {"mish",
     WITH("fragment mish( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = x * tanh(log(1.0 + exp(x))); }",
          "y = mish(x);"),
     ACCEPT, 0, "", "exp(x)|tanh("},
    {"depth_to_space",
     WITH("fragment depth_to_space( x: tensor<scalar>, block_size: integer, blocks_first: logical ) -> ( y: "
          "tensor<scalar> )\n{\n"
          "    r = reshape(x, axis_start = 1, axis_count = 1, shape = [block_size, block_size, -1] if blocks_first "
          "else [-1, block_size, "
          "block_size]);\n"
          "    p = transpose(r, axes = [0, 3, 4, 1, 5, 2] if blocks_first else [0, 1, 4, 2, 5, 3]);\n"
          "    q = reshape(p, axis_start = 4, axis_count = 2, shape = [-1]);\n    y = reshape(q, axis_start = 2, "
          "axis_count = 2, shape = [-1]);\n}",
          "y = depth_to_space(x, block_size = 2, blocks_first = true);"),
     ACCEPT, 0, "", "reshape|transpose|reshape|y = reshape"},
    {"space_to_depth",
     WITH("fragment space_to_depth( x: tensor<scalar>, block_size: integer, blocks_first: logical ) -> ( y: "
          "tensor<scalar> )\n{\n"
          "    r = reshape(x, axis_start = 3, axis_count = 1, shape = [-1, block_size]);\n"
          "    q = reshape(r, axis_start = 2, axis_count = 1, shape = [-1, block_size]);\n"
          "    p = transpose(q, axes = [0, 3, 5, 1, 2, 4] if blocks_first else [0, 1, 3, 5, 2, 4]);\n"
          "    y = reshape(p, axis_start = 1, axis_count = 3, shape = [-1]);\n}",
          "y = space_to_depth(x, block_size = 2, blocks_first = true);"),
     ACCEPT, 0, "", "reshape|reshape|transpose|y = reshape"},
    {"layer_norm",
     WITH("fragment layer_norm( x: tensor<scalar>, scale: tensor<scalar>, offset: tensor<scalar>, axes: integer[], "
          "eps: scalar )\n"
          "-> ( y: tensor<scalar> )\n{\n    mean, variance = moments(x, axes = axes);\n"
          "    y = (x - mean) * rsqrt(variance + eps) * scale + offset;\n}",
          "y = layer_norm(x, 1.0, 0.0, axes = [3], eps = 1e-05);"),
     ACCEPT, 0, "", "moments|sub(|rsqrt(|y = add("},
    {"group_norm",
     WITH("fragment group_norm( x: tensor<scalar>, scale: tensor<scalar>, offset: tensor<scalar>, batch_size: integer, "
          "num_groups: integer,\n"
          "    num_channels: integer, eps: scalar ) -> ( y: tensor<scalar> )\n{\n"
          "    g = reshape(x, shape = [batch_size, num_groups, num_channels / num_groups, -1]);\n"
          "    mean = mean_reduce(g, axes = [2, 3]);\n    variance = mean_reduce(sqr(g - mean), axes = [2, 3]);\n"
          "    n = (g - mean) / sqrt(variance + eps);\n    y = reshape(n, shape = shape_of(x)) * scale + offset;\n}",
          "y = group_norm(x, 1.0, 0.0, batch_size = 1, num_groups = 2, num_channels = 4, eps = 1e-05);"),
     ACCEPT, 0, "", "[1, 2, 2, -1]|mean_reduce|sqrt(|[1, 4, 8, 8]|y = add("},
    {"lp_pool",
     WITH("fragment lp_pool( x: tensor<scalar>, p: scalar, size: integer[] ) -> ( y: tensor<scalar> )\n"
          "{ y = pow(box(pow(abs(x), p), size = size), 1.0 / p); }",
          "y = lp_pool(x, p = 2.0, size = [1,1,2,2]);"),
     ACCEPT, 0, "", "abs(x)|pow(|box(|pow("},
    {"mean_variance_normalization",
     WITH("fragment mean_variance_normalization( x: tensor<scalar>, scale: tensor<scalar>, offset: tensor<scalar>, "
          "axes: integer[], epsilon: scalar "
          ")\n"
          "-> ( y: tensor<scalar> ) { m, v = moments(x, axes = axes); y = scale * (x - m) / sqrt(v + epsilon) + "
          "offset; }",
          "y = mean_variance_normalization(x, 1.0, 0.0, axes = [2, 3], epsilon = 1e-05);"),
     ACCEPT, 0, "", "axes = [2, 3]|sqrt(|div("},
    {"lp_reduce",
     WITH("fragment lp_reduce( x: tensor<scalar>, p: scalar, axes: integer[] ) -> ( y: tensor<scalar> )\n"
          "{ y = sum_reduce(abs(x), axes = axes) if p == 1.0 else pow(sum_reduce(pow(abs(x), p), axes = axes), 1.0 / "
          "p); }",
          "y = lp_reduce(x, p = 2.0, axes = [1]);"),
     ACCEPT, 0, "", "abs(x)|pow(|sum_reduce|pow("},
    {"silu",
     WITH("fragment silu( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = x * sigmoid(x); }", "y = silu(x);"),
     COMPAT, TORCH, "--compat=torch", "sigmoid(x)|mul("},
};

static const struct document meant[] = {
    {"depth-wise", GRAPH("w = variable(shape = [8,1,3,3], label = 'w'); y = conv(x, w, groups = 0);"), ACCEPT, 0, "",
     "groups = 0"},
    {"depth-wise deconv", GRAPH("w = variable(shape = [4,1,3,3], label = 'w'); y = deconv(x, w, groups = 0);"), ACCEPT,
     0, "", "groups = 0"},
    {"depth-wise deconv with its shape",
     GRAPH("w = variable(shape = [4,1,3,3], label = 'w'); y = deconv(x, w, groups = 0, output_shape = [1,4,8,8]);"),
     ACCEPT, 0, "", "groups = 0"},
    {"replicated", GRAPH("y = pad(x, padding = [(0,0), (0,0), (1,1), (1,1)], border = 'replicated');"), WARN, 0,
     "replicated", "pad"},
    {"replicated box", GRAPH("y = box(x, size = [1,1,3,3], border = 'replicated');"), WARN, 0, "replicated", "box"},
    {"pool ignore", GRAPH("y = max_pool(x, size = [1,1,3,3], border = 'ignore');"), ACCEPT, 0, "", "border = 'ignore'"},
    {"pool of PyTorch", GRAPH("y = max_pool(x, size = [1,1,3,3], border = 'constant');"), MEANING, TORCH, "",
     "border = 'constant'||border = 'ignore'"},
    {"pool of tract", GRAPH("y = max_pool(x, size = [1,1,3,3], border = 'constant');"), MEANING, TRACT, "",
     "border = 'constant'||border = 'ignore'"},
    {"pool replicate", GRAPH("y = max_pool(x, size = [1,1,3,3], border = 'replicate');"), ACCEPT, 0, "", "max_pool"},
    {"pool reflect", GRAPH("y = max_pool(x, size = [1,1,3,3], border = 'reflect');"), ACCEPT, 0, "", "max_pool"},
    {"pool reflect-even", GRAPH("y = max_pool(x, size = [1,1,3,3], border = 'reflect-even');"), ACCEPT, 0, "",
     "max_pool"},
    {"average ignore", GRAPH("y = avg_pool(x, size = [1,1,3,3], border = 'ignore');"), ACCEPT, 0, "",
     "border = 'ignore'"},
    {"average of padding alone",
     GRAPH("y = avg_pool(x, size = [1,1,2,2], stride = [1,1,2,2], padding = [(0,0), (0,0), (2,0), (2,0)], border = "
           "'ignore');"),
     ACCEPT, 0, "", "avg_pool"},
    {"empty lists",
     GRAPH("w = variable(shape = [2,4,3,3], label = 'w'); c = conv(x, w, padding = [], stride = [], dilation = []);\n"
           "y = max_pool(c, size = [1,1,2,2], padding = [], stride = [], dilation = []);"),
     ACCEPT, 0, "", "conv|max_pool"},
    {"pool with lists of conv", GRAPH("y = max_pool(x, size = [3,3], border = 'ignore');"), REJECT, TORCH, "size", ""},
    {"conv with lists of pool",
     GRAPH("w = variable(shape = [2,4,3,3], label = 'w'); y = conv(x, w, stride = [1,1,2,2]);"), REJECT, TORCH,
     "stride", ""},
    {"bias of rank 1",
     GRAPH("w = variable(shape = [2,4,3,3], label = 'w'); b = variable(shape = [2], label = 'b'); y = conv(x, w, b);"),
     WARN, 0, "bias", "conv"},
    {"bias of rank 1 for linear",
     FLAT("w = variable(shape = [2,4], label = 'w'); b = variable(shape = [2], label = 'b'); y = linear(x, w, b);"),
     WARN, 0, "bias", "linear"},
    {"bias of another count",
     GRAPH("w = variable(shape = [2,4,3,3], label = 'w'); b = variable(shape = [3], label = 'b'); y = conv(x, w, b);"),
     REJECT, TORCH, "bias", ""},
    {"slice without stride", FLAT("y = slice(x, axes = [0], begin = [0], end = [2]);"), ACCEPT, 0, "", "slice"},
    {"reshape without a range", FLAT("y = reshape(x, shape = [0, 2, 2]);"), ACCEPT, 0, "", "reshape"},
    {"elu without alpha", FLAT("y = elu(x);"), ACCEPT, 0, "", "elu"},
    {"quantize by the names of 1.0.5",
     FLAT("a = min_max_linear_quantize(x, -1.0, 1.0, bits = 8, signed = false, symmetric = false);\n"
          "y = zero_point_linear_quantize(a, 0, 0.5, bits = 8, signed = true, symmetric = false);"),
     ACCEPT, 0, "",
     "min_max_linear_quantize(x, -1.0, 1.0, bits = 8|zero_point_linear_quantize(a, 0, 0.5, bits = 8, signed = true"},
    {"quantize by the old name", FLAT("y = linear_quantize(x, -1.0, 1.0, bits = 8);"), ACCEPT, 0, "",
     "linear_quantize(x, -1.0, 1.0, bits = 8)"},
    {"quantize by channel",
     FLAT("s = constant<scalar>(shape = [1,4], value = [0.5, 0.25, 1.0, 2.0]); z = constant<integer>(shape = [1,4], "
          "value = [0, 1, 2, 3]);\n"
          "y = zero_point_linear_quantize(x, z, s, bits = 8, signed = true, symmetric = false);"),
     ACCEPT, 0, "", "zero_point_linear_quantize(x, z, s, bits = 8"},
    {"transposes around an operation",
     GRAPH("a = transpose(x, axes = [0,2,3,1]); b = relu(a); y = transpose(b, axes = [0,3,1,2]);"), ACCEPT, 0, "",
     "transpose|relu|transpose"},
    {"extent 0", UNKNOWN_EXTENT, REJECT, TORCH, "shape", ""},
};

static const struct document exported[] = {
    {"attribute by position", FLAT("y = leaky_relu(x, 0.1);"), WARN, 0, "'alpha' is an attribute", "alpha = 0.1"},
    {"axis by position", FLAT("y = softmax(x, 1);"), WARN, 0, "'axes'", "axes = [1]"},
    {"one integer for a list", FLAT("y = softmax(x, axes = 1);"), WARN, 0, "'axes' is integer[]", "axes = [1]"},
    {"variable as attribute",
     FLAT("var_1e_05 = variable<scalar>(shape = [], label = 'var_1e_05'); y = leaky_relu(x, alpha = var_1e_05);"), WARN,
     0, "'alpha' is an attribute", "alpha = "},
    {"variable as attribute of a fragment",
     WITH("fragment f( t: tensor<scalar>, eps: scalar ) -> ( r: tensor<scalar> ) { r = t + eps; }",
          "e = variable<scalar>(shape = [], label = 'e'); y = f(x, eps = e);"),
     WARN, 0, "'eps' is an attribute", "add(x, "},
    {"one label twice",
     FLAT("a = variable<scalar>(shape = [4], label = 'w'); b = variable<scalar>(shape = [4], label = 'w'); c = "
          "copy(b); y = leaky_relu(x, alpha = "
          "0.5);"),
     ACCEPT, 0, "", "leaky_relu(x, "},
    {"own gelu with one argument too many",
     WITH("fragment gelu( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = 0.5 * x; }", "y = gelu(x, 0.0);"), COMPAT,
     TORCH, "--compat=torch", "mul(0.5, x)"},
    {"integer for a tensor of scalars", FLAT("y = x * pow(8, 0.5);"), COMPAT, TORCH, "--compat=torch", "pow(8.0, 0.5)"},
    {"integer for a scalar", FLAT("y = leaky_relu(x, alpha = 2);"), COMPAT, TORCH, "--compat=torch", "alpha = 2.0"},
    {"tensor of an integer", FLAT("a = unsqueeze(2, axes = [0]); y = mul(x, a);"), COMPAT, TORCH, "--compat=torch",
     "unsqueeze<integer>(2|cast<scalar>|mul("},
    {"the same assignment again", FLAT("a = tanh(x); b = exp(a); a = tanh(x); y = a + b;"), COMPAT, TORCH,
     "--compat=torch", "tanh|exp|add"},
    {"another assignment of a name", FLAT("a = tanh(x); a = exp(x); y = exp(a);"), REJECT, TORCH, "a second time", ""},
    {"cast of tract", FLAT("a = tract_core_cast(x, to = 'i64'); y = cast<scalar>(a);"), COMPAT, TRACT, "tract",
     "cast<integer>|cast<scalar>"},
    {"cast to what NNEF lacks", FLAT("a = tract_core_cast(x, to = 'c64'); y = relu(x);"), REJECT, TRACT, "", ""},
    {"rounding of tract", FLAT("y = tract_core_round_even(x);"), COMPAT, TRACT, "--compat=tract", "round_even"},
    {"indices of tract",
     FLAT("r = tract_core_range(start = 0, end = 3, step = 2); y = tract_core_gather(x, r, axis = 0);"), COMPAT, TRACT,
     "--compat=tract", "value = [0, 2]|gather"},
    {"downsampling of tract", FLAT("y = tract_core_downsample(x, axis = 1, stride = 2, modulo = 1);"), COMPAT, TRACT,
     "--compat=tract", "begin = [1], end = [4], stride = [2]"},
    {"normalization of tract_onnx", GRAPH("y = tract_onnx_lrn(x, alpha = 0.5, size = 3);"), COMPAT, TRACT,
     "--compat=tract", "size = [1, 3, 1, 1], alpha = 0.5"},
    {"power of tract", FLAT("y = tract_core_pow_const(x, exponent = 2.5);"), COMPAT, TRACT, "--compat=tract",
     "pow(x, 2.5)"},
    {"exclusive or of tract", FLAT("y = select(tract_core_xor(x > 0.0, x > 1.0), 1.0, 0.0);"), COMPAT, TRACT,
     "--compat=tract", "gt(x, 0.0)|gt(x, 1.0)|and|and|or|select"},
    {"one-hot of tract",
     FLAT("r = tract_core_range(start = 0, end = 3, step = 1); y = tract_core_one_hot(r, axis = 1, dim = 4);"), COMPAT,
     TRACT, "--compat=tract", "value = [0.0, 1.0, 2.0, 3.0]|eq(|select<scalar>("},
    {"end of an LSTM cell of tract",
     FLAT("c = slice(x, axes = [1], begin = [0], end = [1]); h, d = tract_core_lstm_epilogue(x, c, hidden = 1); y = h "
          "+ d;"),
     COMPAT, TRACT, "--compat=tract", "split|sigmoid|mul|sigmoid|tanh|mul|add|sigmoid|tanh|mul"},
    {"end of a GRU cell of tract",
     FLAT("g = slice(x, axes = [1], begin = [0], end = [3]); h = slice(x, axes = [1], begin = [3], end = [4]);\n"
          "y = tract_core_gru_epilogue(g, g, h, hidden = 1);"),
     COMPAT, TRACT, "--compat=tract", "split|split|sigmoid|sigmoid|tanh|sub|mul|add"},
    {"what transformers of tract add",
     FLAT("a = tract_transformers_silu(x); b = tract_transformers_gelu_approx(a); y = tract_transformers_rms_norm(b, "
          "axis = 1);"),
     COMPAT, TRACT, "--compat=tract", "silu|tanh|mean_reduce|rsqrt"},
    {"delay of a stream", FLAT("y = tract_pulse_delay(x, axis = 0, delay = 1, overlap = 0);"), REJECT, TRACT,
     "tract_pulse_delay", ""},
    {"space_to_depth of nnef_tools",
     WITH("fragment space_to_depth( x: tensor<scalar>, block_size: integer, blocks_first: logical ) -> ( y: "
          "tensor<scalar> )\n{ y = reshape(x, shape = [1, 4, 8, 8, 1, 1]); }",
          "y = space_to_depth(x, block_size = 2, blocks_first = true);"),
     MEANING, LEGACY, "", "shape = [1, 4, 8, 8, 1, 1]||shape = [-1, 2]|axes = [0, 3, 5, 1, 2, 4]"},
    {"erf of torch", FLAT("y = erf(x);"), COMPAT, TORCH, "--compat=torch", "erf"},
    {"erf of tract", FLAT("y = erf(x);"), COMPAT, TRACT, "--compat=tract", "erf"},
    {"own erf", WITH("fragment erf( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = tanh(x); }", "y = erf(x);"),
     ACCEPT, TORCH, "", "tanh(x)"},
    {"normalization unsqueezed on the wrong side",
     GRAPH("m = variable(shape = [1,1,1,4], label = 'm'); v = variable(shape = [1,1,1,4], label = 'v');\n"
           "y = batch_normalization(x, m, v, offset = 0.0, scale = 1.0, epsilon = 1e-5);"),
     COMPAT, TORCH, "--compat=torch", "batch_normalization"},
    {"normalization of rank 1, as many images as channels",
     MODEL_HEADER "graph g( x ) -> ( y ) { x = external<scalar>(shape = [3,3,4,4]); m = variable<scalar>(shape = [3], "
                  "label = 'm');\n"
                  "y = batch_normalization(x, m, 1.0, offset = 0.0, scale = 1.0, epsilon = 1e-5); }\n",
     COMPAT, TORCH, "--compat=torch", "batch_normalization"},
    {"bias of rank 1, as many rows as columns",
     MODEL_HEADER
     "graph g( x ) -> ( y ) { x = external<scalar>(shape = [5,4]); w = variable<scalar>(shape = [5,4], label = 'w');\n"
     "b = variable<scalar>(shape = [5], label = 'b'); y = linear(x, w, b); }\n",
     WARN, 0, "bias [5] is taken for [1,5]", "linear"},
    {"slopes of rank 1, as many images as channels",
     MODEL_HEADER
     "graph g( x ) -> ( y ) { x = external<scalar>(shape = [3,3,4]); a = variable<scalar>(shape = [3], label = 'a');\n"
     "y = prelu(x, a); }\n",
     WARN, 0, "'alpha' of shape [3] is taken as [1,3]", "prelu"},
    {"bias of a deconvolution with its axis last",
     MODEL_HEADER
     "graph g( x ) -> ( y ) { x = external<scalar>(shape = [1,2,3,3]); f = variable<scalar>(shape = [2,4,1,1], label = "
     "'f');\nb = variable<scalar>(shape = [1,1,1,4], label = 'b'); y = deconv(x, f, b); }\n",
     WARN, 0, "bias of shape [1,1,1,4] is taken as [1,4]", "deconv"},
    {"linear over leading axes",
     MODEL_HEADER "graph g( x ) -> ( y ) { x = external<scalar>(shape = [2,3,4]); w = variable<scalar>(shape = "
                  "[1,5,4], label = 'w');\n"
                  "b = variable<scalar>(shape = [1,5], label = 'b'); y = linear(x, w, b); }\n",
     COMPAT, TORCH, "--compat=torch", "linear"},
    {"types and ratios",
     MODEL_HEADER
     "graph g( x ) -> ( y ) { x = external<scalar>(shape = [2,384]); w = variable(shape = [1,128], label = 'w');\n"
     "[s1, s2, s3] = split(x, axis = 1, ratios = [128, 128, 128]);\n"
     "a = s1 + s2 * s3 + w; b = reshape<scalar>(a, shape = [-1, 128]); y = reshape(b, shape = [0, 64, 2]); }\n",
     ACCEPT, 0, "",
     "variable<scalar>|split<scalar>(x, axis = 1, ratios = [128, 128, 128])|shape = [-1, 128]|shape = [0, 64, 2]"},
    {"layer normalization",
     FLAT("m = mean_reduce(x, axes = [1]); d = sub(x, m); v = mean_reduce((pow(d, 2.0)), axes = [1]); y = div(d, "
          "sqrt(v + 1e-05));"),
     ACCEPT, 0, "", "mean_reduce|sub|pow|mean_reduce|sqrt|div"},
    {"GELU from erf", FLAT("y = x * 0.5 * (1.0 + erf(x / sqrt(2.0)));"), COMPAT, TORCH, "--compat=torch", "erf"},
};

static void has_lines(const struct document *d, struct model_text *text, const char *lines)
{
    const char *dump = model_text_dump(text, NNEFCL_DUMP_FLAT), *at = dump;
    char line[256];
    while (*lines && *lines != '|') {
        const size_t length = strcspn(lines, "|");
        snprintf(line, sizeof line, "%.*s", (int)length, lines);
        at = strstr(at, line);
        ck_assert_msg(at != NULL, "%s: no '%s' in\n%s", d->name, line, dump);
        at += length;
        lines += length + (lines[length] == '|');
    }
}

static void check_mode(const struct document *d, int strict, unsigned compat)
{
    const char *const mode = strict   ? "strict"
                             : compat ? "with the dialect"
                                      : "by default",
                      *second = d->flat ? strstr(d->flat, "||") : NULL;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    struct model_text text;
    options.strict = strict;
    options.compat = compat;
    model_text_open(&text, d->text, &options);
    const int refused = d->reaction == REJECT || (d->reaction == WARN && strict) || (d->reaction == COMPAT && !compat);
    if (refused) {
        ck_assert_msg(text.status == NNEFCL_ERR_MODEL || text.status == NNEFCL_ERR_UNSUPPORTED ||
                          text.status == NNEFCL_ERR_LIMIT,
                      "%s, %s: status %d", d->name, mode, text.status);
        ck_assert_msg(d->reaction != WARN || text.status == NNEFCL_ERR_MODEL, "%s, %s: status %d", d->name, mode,
                      text.status);
        ck_assert_msg(d->reaction != COMPAT || text.status == NNEFCL_ERR_UNSUPPORTED, "%s, %s: status %d: %s", d->name,
                      mode, text.status, text.talk);
        ck_assert_msg(strstr(text.error.message, d->says) != NULL, "%s, %s: no '%s' in: %s", d->name, mode, d->says,
                      text.talk);
        ck_assert_msg(text.error.line > 0, "%s, %s: no line: %s", d->name, mode, text.talk);
        ck_assert_ptr_null(text.model);
        return;
    }
    ck_assert_msg(text.status == NNEFCL_OK, "%s, %s: %s", d->name, mode, text.talk);
    if (d->reaction == WARN && !compat)
        ck_assert_msg(strstr(text.talk, "warning ") && strstr(text.talk, d->says), "%s, %s: no '%s' in: %s", d->name,
                      mode, d->says, text.talk);
    if (d->reaction == ACCEPT)
        ck_assert_msg(text.talk[0] == '\0', "%s, %s: %s", d->name, mode, text.talk);
    has_lines(d, &text, compat && second ? second + 2 : d->flat);
    model_text_close(&text);
}

static void check_document(const struct document *d)
{
    check_mode(d, 0, 0);
    check_mode(d, 1, 0);
    check_mode(d, 0, d->compat ? d->compat : TORCH | TRACT | LEGACY);
}

START_TEST(text_rows)
{
    check_document(&written[_i]);
}
END_TEST

START_TEST(semantics_rows)
{
    check_document(&meant[_i]);
}
END_TEST

START_TEST(tried_rows)
{
    check_document(&exported[_i]);
}
END_TEST

/* An extent that the exporter did not know is 0; the caller gives it. */
START_TEST(extent_given)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    const nnefcl_input_shape shape = {"x", {.rank = 2, .extent = {7, 4}}};
    nnefcl_tensor_info info;
    struct model_text text;
    options.shapes = &shape;
    options.shape_count = 1;
    model_text_open(&text, UNKNOWN_EXTENT, &options);
    ck_assert_msg(text.status == NNEFCL_OK && text.talk[0] == '\0', "%s", text.talk);
    ck_assert_int_eq(nnefcl_model_output(text.model, 0, &info), NNEFCL_OK);
    ck_assert_int_eq(info.shape.extent[0], 7);
    model_text_close(&text);
}
END_TEST

/* torch_to_nnef leaves hundreds of unused nodes: their variables need no file. */
START_TEST(dead_code)
{
    struct model_text text;
    model_text_open(
        &text, FLAT("a = variable<scalar>(shape = [4], label = 'w'); b = copy(a); c = relu(b); y = exp(x);"), NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    ck_assert_uint_eq(nnefcl_model_variable_count(text.model), 0);
    ck_assert_ptr_null(strstr(model_text_dump(&text, NNEFCL_DUMP_FLAT), "copy"));
    model_text_close(&text);
}
END_TEST

/* A fragment without parameters is printed as it was read. */
START_TEST(metadata_printed)
{
    struct model_text text;
    model_text_open(&text,
                    WITH("fragment tract_core_properties() -> ( p: (string, tensor<scalar>)[] ) { p = [('a', 'b')]; }",
                         "y = relu(x);"),
                    NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.talk);
    const char *dump = model_text_dump(&text, NNEFCL_DUMP_AST);
    ck_assert_msg(strstr(dump, "fragment tract_core_properties() -> ( p:") != NULL, "%s", dump);
    model_text_close(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("realworld");
    TCase *tests = tcase_create("realworld");
    tcase_add_loop_test(tests, text_rows, 0, sizeof written / sizeof *written);
    tcase_add_loop_test(tests, semantics_rows, 0, sizeof meant / sizeof *meant);
    tcase_add_loop_test(tests, tried_rows, 0, sizeof exported / sizeof *exported);
    tcase_add_test(tests, extent_given);
    tcase_add_test(tests, dead_code);
    tcase_add_test(tests, metadata_printed);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
