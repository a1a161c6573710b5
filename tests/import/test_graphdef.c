/* SPDX-License-Identifier: Apache-2.0 */
/* Frozen graphs of TensorFlow: channels go first and come back, edges are names, constants have every form. */
#include <ctype.h>

#include "import/computed.h"
#include "import/graphdef_made.h"

/* Two convolutions, a bias, a relu, a mean over the plane, and a control edge. */
static void make_network(struct bytes *graph)
{
    struct bytes fields = {.size = 0}, node;
    graph->size = 0;
    placeholder(graph, "x", (const int[]){1, 4, 4, 2}, 4);
    pb_float(&fields, 5, 0.5f);
    constant(graph, "w", FLOAT, (const int[]){3, 3, 2, 2}, 4, &fields);
    constant(graph, "b", FLOAT, (const int[]){2}, 1, &fields);
    integers(graph, "plane", (const int[]){1, 2}, 2);
    node = node_of("conv", "Conv2D", (const char *const[]){"x", "w"}, 2);
    attr_text(&node, "padding", "SAME");
    attr_list(&node, "strides", (const int[]){1, 1, 1, 1}, 4);
    pb_message(graph, 1, &node);
    node = node_of("bias", "BiasAdd", (const char *const[]){"conv:0", "b", "^plane"}, 3);
    pb_message(graph, 1, &node);
    node = node_of("relu", "Relu", (const char *const[]){"bias"}, 1);
    pb_message(graph, 1, &node);
    node = node_of("again", "Conv2D", (const char *const[]){"relu", "w"}, 2);
    attr_text(&node, "padding", "VALID");
    attr_list(&node, "strides", (const int[]){1, 1, 1, 1}, 4);
    pb_message(graph, 1, &node);
    node = node_of("mean", "Mean", (const char *const[]){"again", "plane"}, 2);
    pb_message(graph, 1, &node);
    node = node_of("y", "IdentityN", (const char *const[]){"mean"}, 1);
    pb_message(graph, 1, &node);
}

START_TEST(network)
{
    static struct bytes graph;
    static struct model_text text;
    make_network(&graph);
    bytes_open(&text, graph.data, graph.size);
    flat_has(&text,
             "( x ) -> ( y )|x = external<scalar>(shape = [1, 4, 4, 2])|axes = [0, 3, 1, 2]|conv(|padding = [(1, 1), "
             "(1, 1)]|add(|relu(|conv(|mean_reduce(|axes = [2, 3]");
    /* No transpose but that of the input: what lies between knows channels first. */
    const char *dump = model_text_dump(&text, NNEFCL_DUMP_FLAT), *first = strstr(dump, "transpose");
    ck_assert_msg(first && !strstr(first + 1, "transpose"), "%s", dump);
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes graph;
    make_network(&graph);
    bytes_survive(&graph, 3);
}
END_TEST

static const struct {
    const char *op, *says;
} refusals[] = {
    {"MatrixInverse", "the operator MatrixInverse is not supported"},
    {"Conv2D", "operand 2 is missing"},
};

START_TEST(refused)
{
    static struct bytes graph;
    static struct model_text text;
    graph.size = 0;
    placeholder(&graph, "x", (const int[]){1, 4, 4, 2}, 4);
    const struct bytes node = node_of("y", refusals[_i].op, (const char *const[]){"x"}, 1);
    pb_message(&graph, 1, &node);
    ck_assert_int_ne(bytes_open(&text, graph.data, graph.size), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, refusals[_i].says) != NULL, "%s", text.talk);
}
END_TEST

/* Shapes that are computed from shapes: [batch, -1] by Shape, StridedSlice, Pack. */
START_TEST(folded)
{
    static struct bytes graph;
    static struct model_text text;
    struct bytes fields = {.size = 0}, node;
    graph.size = 0;
    placeholder(&graph, "x", (const int[]){2, 3, 4}, 3);
    integers(&graph, "zero", (const int[]){0}, 1);
    integers(&graph, "one", (const int[]){1}, 1);
    pb_number(&fields, 7, (uint64_t)-1);
    constant(&graph, "rest", INT32, NULL, 0, &fields);
    node = node_of("shape", "Shape", (const char *const[]){"x"}, 1);
    pb_message(&graph, 1, &node);
    node = node_of("batch", "StridedSlice", (const char *const[]){"shape", "zero", "one", "one"}, 4);
    struct bytes mask = {.size = 0};
    pb_number(&mask, 3, 1);
    attr(&node, "shrink_axis_mask", &mask);
    pb_message(&graph, 1, &node);
    node = node_of("pack", "Pack", (const char *const[]){"batch", "rest"}, 2);
    pb_message(&graph, 1, &node);
    node = node_of("y", "Reshape", (const char *const[]){"x", "pack"}, 2);
    pb_message(&graph, 1, &node);
    bytes_open(&text, graph.data, graph.size);
    flat_has(&text, "y = reshape<scalar>(x, shape = [2, 12]");
    nnefcl_model_free(text.model);
}
END_TEST

/* Shapes that are computed in other ways: lines that make "n" of "s", the shape of x, and what is then y's. */
static const struct {
    const char *lines[6], *shape;
} shapes[] = {
    {{"p = Slice s one one", "q = Prod s zero keep_dims=1", "r = FloorDiv q p", "n = ConcatV2 r p at"}, "[8, 3]"},
    {{"p = Unpack s num=3 axis=0", "n = Pack p:2 p:0 p:1 axis=0"}, "[4, 2, 3]"},
    {{"p = Split at s num_split=3", "n = ConcatV2 p:1 p:2 p:0 at"}, "[3, 4, 2]"},
    {{"n = ReverseV2 s zero"}, "[4, 3, 2]"},
    {{"p = Neg s", "n = Abs p"}, "[2, 3, 4]"},
    {{"n = StridedSlice s m1 out m1 end_mask=1"}, "[4, 3, 2]"},
    {{"p = ExpandDims s at", "q = Tile p times", "r = Transpose q order",
      "n = StridedSlice r b e st shrink_axis_mask=2"},
     "[2, 3, 4]"},
    {{"p = Fill rank number", "q = Mul s p", "n = Sub q s"}, "[2, 3, 4]"},
};

START_TEST(shaped)
{
    static struct bytes graph;
    static struct model_text text;
    char wanted[64];
    graph.size = 0;
    placeholder(&graph, "x", (const int[]){2, 3, 4}, 3);
    integers(&graph, "zero", (const int[]){0}, 1);
    integers(&graph, "one", (const int[]){1}, 1);
    integers(&graph, "m1", (const int[]){-1}, 1);
    integers(&graph, "out", (const int[]){0}, 1);
    integers(&graph, "times", (const int[]){2, 1}, 2);
    integers(&graph, "order", (const int[]){1, 0}, 2);
    integers(&graph, "b", (const int[]){0, 1}, 2);
    integers(&graph, "e", (const int[]){3, 2}, 2);
    integers(&graph, "st", (const int[]){1, 1}, 2);
    integers(&graph, "rank", (const int[]){3}, 1);
    number_of(&graph, 1, "number", INT32, 2);
    number_of(&graph, 1, "at", INT32, 0);
    node_line(&graph, 1, "s = Shape x");
    node_lines(&graph, 1, shapes[_i].lines);
    node_line(&graph, 1, "y = Reshape x n");
    bytes_open(&text, graph.data, graph.size);
    snprintf(wanted, sizeof wanted, "y = %s<scalar>(x%s%s", strcmp(shapes[_i].shape, "[2, 3, 4]") ? "reshape" : "copy",
             strcmp(shapes[_i].shape, "[2, 3, 4]") ? ", shape = " : "",
             strcmp(shapes[_i].shape, "[2, 3, 4]") ? shapes[_i].shape : "");
    flat_has(&text, wanted);
    nnefcl_model_free(text.model);
}
END_TEST

/* One operator on x, and on what it needs beside it: how it is made, and values by the definition. */
#define SINGLE_X "2x2: 0 2 -0.5 0.5"

static const struct single {
    const char *op, *input[5], *flat, *y;
} singles[] = {
    {"Cumsum", {"x", "axis"}, "matmul(", "2x2: 0 2 -0.5 0"},
    {"Prod", {"x", "axis"}, "mul(", "2: 0 -0.25"},
    {"EuclideanNorm", {"x", "axis"}, "sum_reduce(|sqrt(", "2: 2 0.70710678"},
    {"TopKV2", {"x", "two"}, "top_k(x, axis = 1, count = 2, largest = true)", "2x2: 2 0 0.5 -0.5"},
    {"Softsign", {"x"}, "abs(x)|div(x", "2x2: 0 0.66666667 -0.33333333 0.33333333"},
    {"Log1p", {"x"}, "add(x, 1.0)|log(", "2x2: 0 1.09861229 -0.69314718 0.40546511"},
    {"Expm1", {"x"}, "exp(x)|sub(", "2x2: 0 6.3890561 -0.39346934 0.64872127"},
    {"DivNoNan", {"x", "x"}, "eq(x, 0.0)|div(x, x)|select<scalar>(", "2x2: 0 1 1 1"},
    {"ClipByValue", {"x", "half", "one"}, "min(x, 1.0)|max(", "2x2: 0.5 1 0.5 0.5"},
};

START_TEST(single)
{
    static struct bytes graph;
    static struct model_text text;
    const struct single *s = &singles[_i];
    struct bytes two = {.size = 0}, half = {.size = 0}, one = {.size = 0}, node;
    size_t inputs = 0;
    graph.size = 0;
    while (s->input[inputs])
        inputs++;
    placeholder(&graph, "x", (const int[]){2, 2}, 2);
    integers(&graph, "axis", (const int[]){1}, 1);
    pb_number(&two, 7, 2);
    constant(&graph, "two", INT32, NULL, 0, &two);
    pb_float(&half, 5, 0.5f);
    constant(&graph, "half", FLOAT, NULL, 0, &half);
    pb_float(&one, 5, 1);
    constant(&graph, "one", FLOAT, NULL, 0, &one);
    node = node_of("y", s->op, s->input, inputs);
    pb_message(&graph, 1, &node);
    bytes_open(&text, graph.data, graph.size);
    flat_has(&text, s->flat);
    computed_are(&text, SINGLE_X, s->y);
    nnefcl_model_free(text.model);
}
END_TEST

/* cell, state, weights, peepholes of input, forget and output, bias */
#define LSTM "1x1: 0.5", "1x1: 0.25", "2x4: 1 2 -1 0.5 0.5 1 -0.5 2", "1: 0.5", "1: -0.5", "1: 1", "4: 0.1 0.2 0.3 0.4"

/* Operators with attributes and constants of any shape: values by the definition, or by TensorFlow. */
static const struct valued {
    const char *op, *attributes; /* "Op:2": the value is that of result 2; "axis=1 seq_dim=0" */
    const char *input[9];        /* "2x2: 1 2 3 4", "i 2: 0 1" for integers; "x 2: 1 2" is given, or the first */
    const char *y;
} valued[] = {
    {"IsNan", "", {"2: nan 1"}, "2: 1 0"},
    {"BlockLSTM:6", "use_peephole=1 cell_clip=0.25", {"i : 2", "x 2x1x1: 1 -2", LSTM}, "2x1x1: 0.2054601 0.0382546"},
    {"BlockLSTM:1", "use_peephole=1 cell_clip=0.25", {"i : 2", "x 2x1x1: 1 -2", LSTM}, "2x1x1: 0.25 0.08105032"},
    {"BlockLSTMV2:6", "", {"i : 2", "x 2x1x1: 1 -2", LSTM}, "2x1x1: -0.05095479 0.04072618"},
    {"LSTMBlockCell:1", "", {"x 1x1: 1", LSTM}, "1x1: 1.033335"},
    {"GRUBlockCell:3",
     "",
     {"x 1x1: 1", "1x1: 0.25", "2x2: 1 2 -1 0.5", "2x1: 1 2", "2: 0.5 -0.5", "1: 0.25"},
     "1x1: 0.3614243"},
    {"IsInf", "", {"3: -inf 1 nan"}, "3: 1 0 0"},
    {"IsFinite", "", {"3: -inf 1 nan"}, "3: 0 1 0"},
    {"TruncateDiv", "", {"4: 7 -7 7 -7", "4: 2 2 -2 -2"}, "4: 3 -3 -3 3"},
    {"TruncateMod", "", {"4: 7 -7 7 -7", "4: 3 3 -3 -3"}, "4: 1 -1 1 -1"},
    {"Mod", "", {"2: -7 7", "2: 3 -3"}, "2: -1 1"},
    {"Atan2",
     "",
     {"6: 1 -1 0 0 1 -1", "6: 0 0 0 -1 -1 -1"},
     "6: 1.5707964 -1.5707964 0 3.1415927 2.3561945 -2.3561945"},
    {"Xlogy", "", {"3: 0 2 1", "3: 0 1 2.7182818"}, "3: 0 0 1"},
    {"Xlog1py", "", {"2: 0 1", "2: -1 1.7182818"}, "2: 0 1"},
    {"Xdivy", "", {"2: 0 3", "2: 0 2"}, "2: 0 1.5"},
    {"MulNoNan", "", {"2: nan 3", "2: 0 2"}, "2: 0 6"},
    {"TopK", "k=2", {"2x3: 1 3 2 6 6 4"}, "2x2: 3 2 6 6"},
    {"BitwiseAnd", "", {"3: 12 255 -7", "i 3: 10 -16 4"}, "3: 8 240 0"},
    {"BitwiseOr", "", {"3: 12 255 -7", "i 3: 10 -16 4"}, "3: 14 -1 -3"},
    {"BitwiseXor", "", {"3: 12 255 -7", "i 3: 10 -16 4"}, "3: 6 -241 -3"},
    {"Invert", "", {"2: 12 -1"}, "2: -13 0"},
    {"LeftShift", "", {"3: 1 3 5", "i : 2"}, "3: 4 12 20"},
    {"RightShift", "", {"3: 9 -3 5", "i 3: 2 1 0"}, "3: 2 -2 5"},
    /* the second operand is one that the graph has to have */
    {"DataFormatDimMap", "", {"i 4: 0 1 -1 2", "x 1: 0"}, "4: 0 2 1 3"},
    {"DataFormatVecPermute", "", {"i 4: 1 2 3 9", "x 1: 0"}, "4: 1 9 2 3"},
    {"DataFormatVecPermute", "src_format=NCHW dst_format=NHWC", {"i 4x1: 1 9 2 3", "x 1: 0"}, "4x1: 1 2 3 9"},
    {"L2Loss", "", {"2x2: 1 2 3 4"}, ": 15"},
    {"ScatterNd", "", {"i 3x1: 1 3 1", "x 3x2: 1 2 3 4 5 6", "i 2: 4 2"}, "4x2: 0 0 6 8 0 0 3 4"},
    {"TensorScatterUpdate", "", {"3: 1 2 3", "i 2x1: 2 0", "2: 9 8"}, "3: 8 2 9"},
    {"TensorScatterSub", "", {"3: 1 2 3", "i 2x1: 2 2", "2: 1 1"}, "3: 1 2 1"},
    {"SparseToDense", "", {"i 2x2: 0 1 1 0", "i 2: 2 2", "x 2: 5 6", ": 1"}, "2x2: 1 5 6 1"},
    {"SegmentSum", "", {"3x1: 1 2 3", "i 3: 0 0 1"}, "2x1: 3 3"},
    {"UnsortedSegmentSum", "", {"3: 1 2 3", "i 3: 2 0 2", "i : 3"}, "3: 2 0 4"},
    {"Div", "", {"x 2: 7 -7", "2: 2 2"}, "2: 3.5 -3.5"},
    {"MatrixDiag", "", {"2x2: 1 2 3 4"}, "2x2x2: 1 0 0 2 3 0 0 4"},
    {"MatrixDiagV3", "", {"2: 1 2", "i : 1", "i : -1", "i : -1", ": 9"}, "3x3: 9 1 9 9 9 2 9 9 9"},
    {"MatrixDiagV3", "", {"2x3: 0 1 2 3 4 5", "i 2: 0 1", "i : 3", "i : 3", ": 0"}, "3x3: 3 1 0 0 4 2 0 0 5"},
    {"MatrixDiagV2", "", {"2x3: 1 2 0 3 4 5", "i 2: 0 1", "i : 3", "i : 3", ": 0"}, "3x3: 3 1 0 0 4 2 0 0 5"},
    {"MatrixDiagV3", "align=LEFT_RIGHT", {"2x2: 3 4 0 5", "i 2: -1 0", "i : 2", "i : 2", ": 0"}, "2x2: 3 0 5 4"},
    {"MatrixDiagPart", "", {"2x3: 1 2 3 4 5 6"}, "2: 1 5"},
    {"MatrixDiagPartV3", "", {"2x3: 1 2 3 4 5 6", "i : 1", ": 0"}, "2: 2 6"},
    {"MatrixDiagPartV3", "", {"2x3: 1 2 3 4 5 6", "i 2: -1 1", ": 7"}, "3x2: 2 6 1 5 4 7"},
    {"MatrixSetDiagV3", "", {"2x2: 1 2 3 4", "1: 9", "i : -1"}, "2x2: 1 2 9 4"},
    {"Diag", "", {"2x1: 1 2"}, "2x1x2x1: 1 0 0 2"},
    {"DiagPart", "", {"2x2: 1 2 3 4"}, "2: 1 4"},
    {"DynamicStitch", "", {"i 2: 0 2", "i : 1", "x 2x1: 1 2", "1: 7"}, "3x1: 1 7 2"},
    {"SoftmaxCrossEntropyWithLogits", "", {"1x2: 0 0", "1x2: 0.5 0.5"}, "1: 0.69314718"},
    {"SparseSoftmaxCrossEntropyWithLogits", "", {"2x2: 0 1 0 0", "i 2: 1 0"}, "2: 0.31326169 0.69314718"},
    {"ApproximateEqual", "tolerance=0.5", {"2: 1 2", "2: 1.4 2.6"}, "2: 1 0"},
    {"QuantizeAndDequantizeV4", "num_bits=2 range_given=1", {"4: -3 -0.6 0.4 3", ": -2", ": 1"}, "4: -2 -1 0 1"},
    {"QuantizeAndDequantizeV4",
     "num_bits=2 range_given=1 signed_input=0",
     {"4: -3 0.6 0.4 3", ": 0", ": 1.5"},
     "4: 0 0.5 0.5 1.5"},
    {"SegmentMean", "", {"4: 1 2 3 5", "i 4: 0 0 2 2"}, "3: 1.5 0 4"},
    {"SegmentProd", "", {"4: 1 2 3 5", "i 4: 0 0 2 2"}, "3: 2 1 15"},
    {"SegmentMax", "", {"4: 1 2 3 5", "i 4: 0 0 2 2"}, "3: 2 0 5"},
    {"SegmentMin", "", {"4: 1 2 3 5", "i 4: 0 0 2 2"}, "3: 1 0 3"},
    {"UnsortedSegmentSum", "", {"3: 1 2 3", "i 3: 1 0 -1", "i : 2"}, "2: 2 1"},
    {"UnsortedSegmentMax", "", {"3: 1 2 3", "i 3: 1 1 -1", "i : 2"}, "2: -3.4028235e38 2"},
    {"UnsortedSegmentMin", "", {"3: 1 2 3", "i 3: 1 1 -1", "i : 2"}, "2: 3.4028235e38 1"},
    {"UnsortedSegmentProd", "", {"3: 1 2 3", "i 3: 1 -1 1", "i : 2"}, "2: 1 3"},
    {"SparseSegmentSum", "", {"3x1: 1 2 3", "i 3: 2 0 1", "i 3: 0 0 1"}, "2x1: 4 2"},
    {"SparseSegmentMean", "", {"3x1: 1 2 3", "i 3: 2 0 1", "i 3: 0 0 1"}, "2x1: 2 2"},
    {"SparseSegmentSqrtN", "", {"3x1: 1 2 3", "i 3: 2 0 1", "i 3: 0 0 1"}, "2x1: 2.8284271 2"},
    {"Bincount", "", {"i 4: 1 3 1 7", "i : 4", "x 4: 0.5 2 1 9"}, "4: 0 1.5 0 2"},
    {"DenseBincount", "", {"i 2x2: 1 1 0 2", "i : 3", "x 2x2: 1 2 3 4"}, "2x3: 0 3 0 3 0 4"},
    {"HistogramFixedWidth", "", {"5: -1 0.1 0.6 1 9", "2: 0 1", "i : 2"}, "2: 2 3"},
    {"LowerBound", "", {"1x3: 0 1 2", "1x3: -1 1 5"}, "1x3: 0 1 3"},
    {"UpperBound", "", {"1x3: 0 1 2", "1x3: -1 1 5"}, "1x3: 0 2 3"},
    {"InTopKV2", "", {"2x3: 1 3 2 3 2 1", "i 2: 2 2", "i : 2"}, "2: 1 0"},
    {"Cumprod", "", {"4: 1 2 3 4", "i : 0"}, "4: 1 2 6 24"},
    {"Cumprod", "exclusive=1 reverse=1", {"4: 1 2 3 4", "i : 0"}, "4: 24 12 4 1"},
    {"CumulativeLogsumexp", "", {"3: 0 0 0", "i : 0"}, "3: 0 0.69314718 1.0986123"},
    {"RGBToHSV",
     "",
     {"4x3: 1 0 0 0 0.5 0.25 0.2 0.1 0.4 0 0 0"},
     "4x3: 0 1 1 0.41666667 1 0.5 0.72222222 0.75 0.4 0 0 0"},
    {"HSVToRGB", "", {"3x3: 0 1 1 0.41666667 1 0.5 0.72222222 0.75 0.4"}, "3x3: 1 0 0 0 0.5 0.25 0.2 0.1 0.4"},
    {"AdjustHue", "", {"2x3: 1 0 0 0.2 0.1 0.4", ": 0.5"}, "2x3: 0 1 1 0.3 0.4 0.1"},
    {"AdjustSaturation", "", {"2x3: 1 0.5 0.5 0.2 0.1 0.4", ": 2"}, "2x3: 1 0 0 0.13333333 0 0.4"},
    {"AdjustContrastv2", "", {"1x2x1: 1 3", ": 2"}, "1x2x1: 0 4"},
    {"ResizeArea", "", {"1x1x4x1: 1 2 3 5", "i 2: 1 3"}, "1x1x3x1: 1.25 2.5 4.5"},
    {"ResizeArea", "align_corners=1", {"1x1x5x1: 1 2 3 4 5", "i 2: 1 3"}, "1x1x3x1: 1.5 3.5 5"},
    {"ScaleAndTranslate",
     "kernel_type=triangle antialias=1",
     {"1x1x4x1: 1 2 3 5", "i 2: 1 2", "2: 1 0.5", "2: 0 0"},
     "1x1x2x1: 1.7142857 3.7142857"},
    {"ScaleAndTranslate",
     "kernel_type=keyscubic antialias=0",
     {"1x1x4x1: 1 2 3 5", "i 2: 1 4", "2: 1 1", "2: 0 1.5"},
     "1x1x4x1: 0 0.875 1.4117647 2.4375"},
    {"Dilation2D",
     "strides=1,1,1,1 rates=1,1,1,1 padding=SAME",
     {"1x1x4x1: 1 5 2 0", "1x2x1: 1 0"},
     "1x1x4x1: 5 6 3 1"},
    {"Dilation2D",
     "strides=1,1,2,1 rates=1,1,2,1 padding=VALID",
     {"1x1x5x1: 1 5 2 0 7", "1x2x1: 0 -1"},
     "1x1x2x1: 1 6"},
    {"FusedBatchNormV3",
     "is_training=1 epsilon=0",
     {"2x1x1x2: 1 2 3 8", "2: 1 2", "2: 4 1", "i 0:", "i 0:"},
     "2x1x1x2: 3 -1 5 3"},
    {"MatrixBandPart", "", {"3x3: 1 2 3 4 5 6 7 8 9", "i : 0", "i : 1"}, "3x3: 1 2 0 0 5 6 0 0 9"},
    {"MatrixBandPart", "", {"3x2: 1 2 3 4 5 6", "i : -1", "i : 0"}, "3x2: 1 0 3 4 5 6"},
    {"MatrixDiag", "", {"2: 1 2"}, "2x2: 1 0 0 2"},
    {"MatrixSetDiag", "", {"2x3: 1 2 3 4 5 6", "2: 8 9"}, "2x3: 8 2 3 4 9 6"},
    {"Roll", "", {"2x3: 1 2 3 4 5 6", "i 2: 1 -1", "i 2: 1 0"}, "2x3: 6 4 5 3 1 2"},
    {"ReverseSequence", "seq_dim=1 batch_dim=0", {"2x3: 1 2 3 4 5 6", "i 2: 2 3"}, "2x3: 2 1 3 6 5 4"},
    {"GatherV2", "batch_dims=1", {"2x3: 1 2 3 4 5 6", "i 2x2: 2 0 1 1", "i : 1"}, "2x2: 3 1 5 5"},
    {"BatchNormWithGlobalNormalization",
     "variance_epsilon=0 scale_after_normalization=1",
     {"1x1x2x2: 1 2 3 4", "2: 1 2", "2: 4 1", "2: 0.5 0", "2: 2 3"},
     "1x1x2x2: 0.5 0 2.5 6"},
    {"FakeQuantWithMinMaxVarsPerChannel", "num_bits=2", {"1x2: 1.4 7", "2: 0 -1", "2: 3 2"}, "1x2: 1 2"},
    {"SpaceToBatch", "block_size=2", {"1x2x2x1: 1 2 3 4", "i 2x2: 0 0 0 0"}, "4x1x1x1: 1 2 3 4"},
    {"MaxPoolWithArgmax", "ksize=1,1,2,1 strides=1,1,2,1 padding=VALID", {"1x1x4x1: 1 4 3 2"}, "1x1x2x1: 4 3"},
    {"ExtractImagePatches",
     "ksizes=1,1,2,1 strides=1,1,1,1 rates=1,1,1,1 padding=VALID",
     {"1x1x3x2: 1 2 3 4 5 6"},
     "1x1x2x4: 1 2 3 4 3 4 5 6"},
    {"CropAndResize",
     "extrapolation_value=-1",
     {"1x2x2x1: 1 2 3 4", "x 2x4: 0 0 1 1 0 0 2 0", "i 2: 0 0", "i 2: 3 1"},
     "2x3x1x1: 1.5 2.5 3.5 1 3 -1"},
    {"CropAndResize",
     "method=nearest",
     {"2x2x2x1: 0 0 0 0 1 2 3 4", "1x4: 0 0 1 1", "i 1: 1", "i 2: 1 2"},
     "1x1x2x1: 3 4"},
    {"ResizeBicubic",
     "half_pixel_centers=1",
     {"1x1x2x1: 0 8", "i 2: 1 4"},
     "1x1x4x1: -0.70588235 1.6571429 6.3428571 8.7058824"},
    {"_FusedConv2D",
     "strides=1,1,1,1 padding=VALID fused_ops=BiasAdd,LeakyRelu leakyrelu_alpha=0.5",
     {"1x1x2x1: 1 -2", "1x1x1x2: 1 2", "2: 0.5 -1"},
     "1x1x2x2: 1.5 1 -0.75 -2.5"},
    {"_FusedConv2D",
     "strides=1,1,1,1 padding=VALID fused_ops=FusedBatchNorm,Relu epsilon=0",
     {"1x1x2x1: 1 -2", "1x1x1x2: 1 2", "2: 2 1", "2: 0 1", "2: 1 0", "2: 4 1"},
     "1x1x2x2: 0 3 0 0"},
    {"_FusedConv2D",
     "strides=1,1,1,1 padding=VALID fused_ops=BiasAdd,Add,Relu6",
     {"1x1x2x1: 1 -2", "1x1x1x2: 1 2", "2: 0.5 -1", "1x1x2x2: 1 9 3 4"},
     "1x1x2x2: 2.5 6 1.5 0"},
    {"_FusedMatMul", "fused_ops=BiasAdd,Tanh", {"1x2: 1 2", "2x1: 0.5 0.25", "1: -0.5"}, "1x1: 0.46211716"},
    {"_FusedMatMul", "fused_ops=BiasAdd,GeluExact", {"1x2: 1 2", "2x1: 0.5 0.25", "1: -0.5"}, "1x1: 0.34573123"},
    {"_FusedBatchNormEx",
     "is_training=0 epsilon=0 num_side_inputs=1 activation_mode=Relu",
     {"1x1x1x2: 1 -2", "2: 1 1", "2: 0 0", "2: 0 0", "2: 1 1", "1x1x1x2: 1 1"},
     "1x1x1x2: 2 0"},
    {"NonMaxSuppressionV4", "", {"2x4: 0 0 1 1 0 0 1 1", "2: 1 2", "i : 3", ": 0.5", ": 0"}, "3: 1 0 0"},
};

static void put_operand(struct bytes *graph, const char *name, const char *text)
{
    const bool whole = *text == 'i';
    struct bytes fields = {.size = 0};
    struct written w;
    int extent[8];
    written_read(&w, text + 2 * whole);
    for (int i = 0; i < w.rank; i++)
        extent[i] = (int)w.extent[i];
    for (size_t i = 0; i < w.count; i++)
        if (whole)
            pb_number(&fields, 7, (uint64_t)(int64_t)w.value[i]);
        else
            pb_float(&fields, 5, w.value[i]);
    constant(graph, name, whole ? INT32 : FLOAT, extent, (unsigned)w.rank, &fields);
}

static void put_input(struct bytes *graph, const char *text)
{
    struct written w;
    int extent[8];
    written_read(&w, text);
    for (int i = 0; i < w.rank; i++)
        extent[i] = (int)w.extent[i];
    placeholder(graph, "x", extent, (unsigned)w.rank);
}

static void attr_words(struct bytes *node, const char *name, const char *words)
{
    struct bytes value = {.size = 0}, list = {.size = 0};
    if (!strchr(words, ',')) {
        attr_text(node, name, words);
        return;
    }
    for (; *words; words += strcspn(words, ",") + (words[strcspn(words, ",")] == ','))
        pb_data(&list, 2, words, strcspn(words, ","));
    pb_message(&value, 1, &list);
    attr(node, name, &value);
}

/* "name=1", "name=0.5" for an epsilon or a value, "name=1,1,2,1", "name=VALID", "name=Relu,Add" */
static void put_attributes(struct bytes *node, const char *text)
{
    while (*text) {
        char name[40], value[40], *at = value;
        int used = 0, list[8];
        unsigned count = 0;
        struct bytes made = {.size = 0};
        ck_assert_int_eq(sscanf(text, "%39[^=]=%39s %n", name, value, &used), 2);
        text += used;
        if (isalpha((unsigned char)*value)) {
            attr_words(node, name, value);
            continue;
        }
        const char *first = at;
        for (; *at && count < 8 && *at != '.'; at += *at == ',')
            list[count++] = (int)strtol(at, &at, 10);
        at += strcspn(at, " ");
        if (count > 1)
            attr_list(node, name, list, count);
        else if (strstr(name, "epsilon") || strstr(name, "value") || strstr(name, "clip") || strstr(name, "alpha") ||
                 strstr(name, "tolerance"))
            pb_float(&made, 4, strtof(first, NULL));
        else
            pb_number(&made, 3, (uint64_t)(int64_t)list[0]);
        if (count == 1)
            attr(node, name, &made);
    }
}

START_TEST(values)
{
    static struct bytes graph;
    static struct model_text text;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    const struct valued *v = &valued[_i];
    const char *input[9], *later = strchr(v->op, ':');
    char op[64], result[64];
    size_t inputs = 0, given = 0;
    graph.size = 0;
    snprintf(op, sizeof op, "%.*s", (int)strcspn(v->op, ":"), v->op);
    snprintf(result, sizeof result, "n%s", later ? later : "");
    for (size_t i = 0; i < 9; i++)
        if (v->input[i] && *v->input[i] == 'x')
            given = i;
    for (; inputs < 9 && v->input[inputs]; inputs++) {
        input[inputs] = inputs == given ? "x" : names[inputs];
        if (inputs == given)
            put_input(&graph, v->input[inputs] + 2 * (*v->input[inputs] == 'x'));
        else
            put_operand(&graph, names[inputs], v->input[inputs]);
    }
    struct bytes node = node_of(later ? "n" : "y", op, input, inputs);
    put_attributes(&node, v->attributes);
    pb_message(&graph, 1, &node);
    if (later) {
        node = node_of("y", "Identity", (const char *const[]){result}, 1);
        pb_message(&graph, 1, &node);
    }
    bytes_open(&text, graph.data, graph.size);
    computed_are(&text, v->input[given] + 2 * (*v->input[given] == 'x'), v->y);
    nnefcl_model_free(text.model);
}
END_TEST

/* Complex numbers, from nodes to y. */
static const struct {
    const char *lines[8], *y;
} complex_numbers[] = {
    {{"c = Complex x x", "y = ComplexAbs c"}, "4: 1.4142136 2.8284271 4.2426407 5.6568542"},
    {{"c = RFFT x four", "y = Real c"}, "3: 10 -2 -2"},
    {{"c = RFFT x four", "y = Imag c"}, "3: 0 2 0"},
    {{"c = RFFT x two", "y = Real c"}, "2: 3 -1"},
    {{"c = RFFT x six", "d = Conj c", "y = Imag d"}, "4: 0 4.3301270 -0.8660254 0"},
    {{"c = RFFT x four", "y = IRFFT c four"}, "4: 1 2 3 4"},
    {{"c = Complex x zeros", "d = FFT c", "e = IFFT d", "y = Real e"}, "4: 1 2 3 4"},
    {{"c = Complex x x", "d = Mul c c", "y = Imag d"}, "4: 2 8 18 32"},
    {{"c = Complex x x", "d = Sub c x", "e = Reshape d square", "y = Real e"}, "2x2: 0 0 0 0"},
    {{"c = Complex x x", "d = Neg c", "y = Angle d"}, "4: -2.3561945 -2.3561945 -2.3561945 -2.3561945"},
    {{"c = Complex zeros x", "d = Exp c", "y = Imag d"}, "4: 0.84147098 0.90929743 0.14112001 -0.7568025"},
    {{"c = Reshape x square", "d = RFFT2D c twice", "y = Real d"}, "2x2: 10 -2 -4 0"},
    {{"c = Complex x x", "y = Cast c DstT=1"}, "4: 1 2 3 4"},
};

START_TEST(complex_of)
{
    static struct bytes graph;
    static struct model_text text;
    graph.size = 0;
    placeholder(&graph, "x", (const int[]){4}, 1);
    put_operand(&graph, "zeros", "4: 0 0 0 0");
    integers(&graph, "two", (const int[]){2}, 1);
    integers(&graph, "four", (const int[]){4}, 1);
    integers(&graph, "six", (const int[]){6}, 1);
    integers(&graph, "twice", (const int[]){2, 2}, 2);
    integers(&graph, "square", (const int[]){2, 2}, 2);
    node_lines(&graph, 1, complex_numbers[_i].lines);
    bytes_open(&text, graph.data, graph.size);
    computed_are(&text, "4: 1 2 3 4", complex_numbers[_i].y);
    nnefcl_model_free(text.model);
}
END_TEST

/* Operands of types that an operator takes nothing of, complex numbers above all; lengths of transforms. */
static const struct {
    const char *lines[4], *said;
} unfit[] = {
    {{"c = Complex x x", "y = Relu6 c"}, "'c' is of complex numbers, real ones are wanted"},
    {{"i = Less x x", "y = Relu6 i"}, "clamp does not take elements of this type as its 'x'"},
    {{"i = Less x x", "y = LeakyRelu i"}, "leaky_relu does not take elements of this type as its 'x'"},
    {{"i = Less x x", "y = ConcatV2 x i zero"}, "concat does not take elements of this type as its 'values'"},
    {{"m = Reshape x square", "c = RFFT2D m wide", "y = Real c"}, "a transform of 1048576 samples"},
    {{"m = Reshape x square", "c = RFFT2D m wider", "y = Real c"}, "has more than 2^40 elements"},
    {{"c = RFFT x wide", "y = Imag c"}, "2 lengths for 1 axes"},
    {{"m = Reshape x eight", "y = MatrixDiag m"}, "9 axes are too many, 8 is the most"},
};

START_TEST(unfit_refused)
{
    static struct bytes graph;
    static struct model_text text;
    graph.size = 0;
    placeholder(&graph, "x", (const int[]){4}, 1);
    number_of(&graph, 1, "zero", INT32, 0);
    integers(&graph, "square", (const int[]){2, 2}, 2);
    integers(&graph, "eight", (const int[]){1, 1, 1, 1, 1, 1, 1, 4}, 8);
    integers(&graph, "wide", (const int[]){1 << 20, 1 << 20}, 2);
    integers(&graph, "wider", (const int[]){INT32_MAX, INT32_MAX}, 2);
    node_lines(&graph, 1, unfit[_i].lines);
    ck_assert_int_ne(bytes_open(&text, graph.data, graph.size), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, unfit[_i].said) != NULL, "%s", text.talk);
}
END_TEST

static void einsum(struct model_text *text, const char *equation)
{
    static struct bytes graph;
    struct bytes node = node_of("y", "Einsum", (const char *const[]){"a", "b"}, 2);
    graph.size = 0;
    placeholder(&graph, "a", (const int[]){2, 3, 4, 5}, 4);
    placeholder(&graph, "b", (const int[]){2, 6, 4, 5}, 4);
    attr_text(&node, "equation", equation);
    pb_message(&graph, 1, &node);
    bytes_open(text, graph.data, graph.size);
}

START_TEST(einsums)
{
    static struct model_text text;
    einsum(&text, "btnh,bsnh->bnts");
    flat_has(&text, "transpose<scalar>(a|transpose<scalar>(b|matmul(");
    nnefcl_tensor_info info;
    ck_assert_int_eq(nnefcl_model_output(text.model, 0, &info), NNEFCL_OK);
    ck_assert_int_eq(info.shape.rank, 4);
    ck_assert_int_eq(info.shape.extent[1], 4);
    ck_assert_int_eq(info.shape.extent[2], 3);
    ck_assert_int_eq(info.shape.extent[3], 6);
    nnefcl_model_free(text.model);
    einsum(&text, "bbnh,bsnh->bs");
    ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
    einsum(&text, "btnh,bsnz->bnts");
    ck_assert_int_eq(text.status, NNEFCL_OK);
    nnefcl_model_free(text.model);
    einsum(&text, "btnh,nsbh->bnts");
    ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graphdef");
    TCase *tests = tcase_create("graphdef");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, network);
    tcase_add_test(tests, damaged);
    tcase_add_loop_test(tests, refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, folded);
    tcase_add_loop_test(tests, shaped, 0, sizeof shapes / sizeof *shapes);
    tcase_add_loop_test(tests, single, 0, sizeof singles / sizeof *singles);
    tcase_add_loop_test(tests, values, 0, sizeof valued / sizeof *valued);
    tcase_add_loop_test(tests, complex_of, 0, sizeof complex_numbers / sizeof *complex_numbers);
    tcase_add_loop_test(tests, unfit_refused, 0, sizeof unfit / sizeof *unfit);
    tcase_add_test(tests, einsums);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
