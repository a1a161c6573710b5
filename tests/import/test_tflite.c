/* SPDX-License-Identifier: Apache-2.0 */
/* Files of TensorFlow Lite: a convolution with its activation, integers that stand for numbers, a loop that unrolls. */
#include "import/computed.h"
#include "import/file_bytes_made.h"

/* ---- a writer of flatbuffers: parents first, so that offsets lead forward ---- */

struct field {
    unsigned number, width; /* width 0: an offset, at `place` once it is written */
    uint64_t value;
    size_t *place;
};

static size_t put_table(struct bytes *file, const struct field *field, size_t count)
{
    unsigned fields = 0, offset = 4;
    for (size_t i = 0; i < count; i++)
        if (field[i].number + 1 > fields)
            fields = field[i].number + 1;
    const size_t vtable = file->size;
    bytes_int(file, 4 + 2 * fields, 2);
    bytes_int(file, 0, 2);
    for (unsigned n = 0; n < fields; n++) {
        unsigned at = 0, here = 4;
        for (size_t i = 0; i < count; here += field[i].width ? field[i].width : 4, i++)
            if (field[i].number == n)
                at = here;
        bytes_int(file, at, 2);
    }
    const size_t table = file->size;
    bytes_int(file, table - vtable, 4);
    for (size_t i = 0; i < count; offset += field[i].width ? field[i].width : 4, i++) {
        if (field[i].place)
            *field[i].place = file->size;
        bytes_int(file, field[i].value, field[i].width ? field[i].width : 4);
    }
    return table;
}

#define TABLE(file, ...)                                                                                               \
    put_table(file, (const struct field[]){__VA_ARGS__},                                                               \
              sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field))

/* The offset at `place` leads to `target`. */
static void point(struct bytes *file, size_t place, size_t target)
{
    for (size_t i = 0; i < 4; i++)
        file->data[place + i] = (unsigned char)((target - place) >> 8 * i);
}

static void put_text(struct bytes *file, size_t place, const char *text)
{
    point(file, place, file->size);
    bytes_int(file, strlen(text), 4);
    bytes_put(file, text, strlen(text) + 1);
}

static void put_ints(struct bytes *file, size_t place, const int *item, size_t count, size_t width)
{
    point(file, place, file->size);
    bytes_int(file, count, 4);
    for (size_t i = 0; i < count; i++)
        bytes_int(file, (uint64_t)(int64_t)item[i], width);
}

/* A vector of `count` offsets; the first stands at the place that is returned. */
static size_t put_offsets(struct bytes *file, size_t place, size_t count)
{
    point(file, place, file->size);
    bytes_int(file, count, 4);
    const size_t first = file->size;
    for (size_t i = 0; i < count; i++)
        bytes_int(file, 0, 4);
    return first;
}

/* ---- models ---- */

enum { FLOAT32 = 0, INT16 = 7, INT8 = 9 };
enum { DEQUANTIZE = 6, CONV = 3, QUANTIZE = 114 };

struct tensor {
    const char *name;
    int type, rank, extent[4], buffer; /* buffer 0: computed */
    float scale;                       /* 0: not quantized */
    int zero_point;
};

struct operation {
    int code, inputs, input[3], output;
};

struct model {
    size_t tensors, operations, elements; /* elements: of buffer 1, floats of 0.5 */
    const struct tensor *tensor;
    const struct operation *operation;
    int input, output;
};

static void put_tensor(struct bytes *file, size_t place, const struct tensor *t)
{
    size_t shape, name, quant = 0, scale, zero_point;
    if (t->scale > 0)
        point(file, place,
              TABLE(file, {0, 0, 0, &shape}, {1, 1, (uint64_t)t->type, NULL}, {2, 4, (uint64_t)t->buffer, NULL},
                    {3, 0, 0, &name}, {4, 0, 0, &quant}));
    else
        point(file, place,
              TABLE(file, {0, 0, 0, &shape}, {1, 1, (uint64_t)t->type, NULL}, {2, 4, (uint64_t)t->buffer, NULL},
                    {3, 0, 0, &name}));
    put_ints(file, shape, t->extent, (size_t)t->rank, 4);
    put_text(file, name, t->name);
    if (!quant)
        return;
    point(file, quant, TABLE(file, {2, 0, 0, &scale}, {3, 0, 0, &zero_point}));
    point(file, scale, file->size);
    bytes_int(file, 1, 4);
    bytes_floats(file, &t->scale, 1);
    put_ints(file, zero_point, &t->zero_point, 1, 8);
}

static void put_operation(struct bytes *file, size_t place, size_t index, const struct operation *o)
{
    size_t inputs, outputs, options = 0;
    if (o->code == CONV)
        point(file, place,
              TABLE(file, {0, 4, index, NULL}, {1, 0, 0, &inputs}, {2, 0, 0, &outputs}, {4, 0, 0, &options}));
    else
        point(file, place, TABLE(file, {0, 4, index, NULL}, {1, 0, 0, &inputs}, {2, 0, 0, &outputs}));
    put_ints(file, inputs, o->input, (size_t)o->inputs, 4);
    put_ints(file, outputs, &o->output, 1, 4);
    if (options) /* SAME, strides of 2, relu6 */
        point(file, options, TABLE(file, {0, 1, 0, NULL}, {1, 4, 2, NULL}, {2, 4, 2, NULL}, {3, 1, 3, NULL}));
}

static void put_buffers(struct bytes *file, size_t place, size_t elements)
{
    size_t data;
    const size_t first = put_offsets(file, place, 2);
    point(file, first, TABLE(file, {3, 1, 0, NULL}));
    point(file, first + 4, TABLE(file, {0, 0, 0, &data}));
    point(file, data, file->size);
    bytes_int(file, 4 * elements, 4);
    for (size_t i = 0; i < elements; i++)
        bytes_floats(file, &(float){0.5f}, 1);
}

static void make_model(struct bytes *file, const struct model *m)
{
    size_t codes, graphs, buffers, tensors, inputs, outputs, operations;
    file->size = 0;
    bytes_int(file, 0, 4);
    bytes_put(file, "TFL3", 4);
    point(file, 0, TABLE(file, {0, 4, 3, NULL}, {1, 0, 0, &codes}, {2, 0, 0, &graphs}, {4, 0, 0, &buffers}));
    const size_t code = put_offsets(file, codes, m->operations);
    for (size_t i = 0; i < m->operations; i++)
        point(file, code + 4 * i, TABLE(file, {0, 1, (uint64_t)m->operation[i].code, NULL}));
    const size_t graph = put_offsets(file, graphs, 1);
    point(file, graph,
          TABLE(file, {0, 0, 0, &tensors}, {1, 0, 0, &inputs}, {2, 0, 0, &outputs}, {3, 0, 0, &operations}));
    const size_t tensor = put_offsets(file, tensors, m->tensors);
    for (size_t i = 0; i < m->tensors; i++)
        put_tensor(file, tensor + 4 * i, &m->tensor[i]);
    put_ints(file, inputs, &m->input, 1, 4);
    put_ints(file, outputs, &m->output, 1, 4);
    const size_t operation = put_offsets(file, operations, m->operations);
    for (size_t i = 0; i < m->operations; i++)
        put_operation(file, operation + 4 * i, i, &m->operation[i]);
    put_buffers(file, buffers, m->elements);
}

static const struct model models[] = {
    {3, 1, 36,
     (const struct tensor[]){{"in:0", FLOAT32, 4, {1, 5, 6, 2}, 0, 0, 0},
                             {"w", FLOAT32, 4, {2, 3, 3, 2}, 1, 0, 0},
                             {"out", FLOAT32, 4, {1, 3, 3, 2}, 0, 0, 0}},
     (const struct operation[]){{CONV, 2, {0, 1, 0}, 2}}, 0, 2},
    {3, 2, 1,
     (const struct tensor[]){{"x", FLOAT32, 2, {2, 3, 0, 0}, 0, 0, 0},
                             {"t", INT8, 2, {2, 3, 0, 0}, 0, 0.5f, 1},
                             {"y", FLOAT32, 2, {2, 3, 0, 0}, 0, 0, 0}},
     (const struct operation[]){{QUANTIZE, 1, {0, 0, 0}, 1}, {DEQUANTIZE, 1, {1, 0, 0}, 2}}, 0, 2},
    /* integers in, integers out: what they stand for is inside */
    {2, 1, 1,
     (const struct tensor[]){{"x", INT8, 2, {2, 3, 0, 0}, 0, 0.5f, 1}, {"y", INT8, 2, {2, 3, 0, 0}, 0, 0.25f, -2}},
     (const struct operation[]){{QUANTIZE, 1, {0, 0, 0}, 1}}, 0, 1},
};

static const char *const flat[] = {
    "( in_0 ) -> ( out )|in_0 = external<scalar>(shape = [1, 5, 6, 2])|axes = [0, 3, 1, 2]|conv(|padding = [(1, 1), "
    "(0, 1)]"
    "|stride = [2, 2]|clamp(|0.0, 6.0)|out = transpose",
    "( x ) -> ( y )|div(x, 0.5)|round_away(|add(|1.0)|clamp(|-128.0, 127.0)|sub(|1.0)|y = mul(|0.5)",
    "( x ) -> ( y )|x = external<integer>|cast<scalar>(x)|sub(|1.0)|round(|round_away(|add(|-2.0)|clamp(|y = "
    "cast<integer>",
};

START_TEST(read_model)
{
    static struct bytes file;
    static struct model_text text;
    make_model(&file, &models[_i]);
    bytes_open(&text, file.data, file.size);
    flat_has(&text, flat[_i]);
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes file;
    make_model(&file, &models[_i]);
    bytes_survive(&file, 5);
}
END_TEST

static const struct {
    struct model model;
    const char *says;
} refusals[] = {
    {{2, 1, 1,
      (const struct tensor[]){{"x", FLOAT32, 1, {2, 0, 0, 0}, 0, 0, 0}, {"y", FLOAT32, 1, {2, 0, 0, 0}, 0, 0, 0}},
      (const struct operation[]){{30, 1, {0, 0, 0}, 1}}, 0, 1},
     "the operator SKIP_GRAM is not supported"},
    {{2, 1, 1,
      (const struct tensor[]){{"x", FLOAT32, 1, {2, 0, 0, 0}, 0, 0, 0}, {"y", FLOAT32, 1, {2, 0, 0, 0}, 0, 0, 0}},
      (const struct operation[]){{19, 1, {7, 0, 0}, 1}}, 0, 1},
     "asks for tensor 7 of 2"},
    {{3, 1, 35, NULL, NULL, 0, 2}, "tensor 'w' has 140 bytes of data"},
};

START_TEST(refused)
{
    static struct bytes file;
    static struct model_text text;
    struct model model = refusals[_i].model;
    if (!model.tensor) {
        model.tensor = models[0].tensor;
        model.operation = models[0].operation;
    }
    make_model(&file, &model);
    bytes_open(&text, file.data, file.size);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, refusals[_i].says), "%s", text.talk);
}
END_TEST

/* ---- single operators: values by the definition ---- */

enum { INT32 = 2 };
enum { ADD, AVERAGE_POOL, LEAKY_RELU = 98, PAD = 34, MUL = 18, MEAN = 40, MAX_POOL = 17, DIFFERENCE = 99, RESIZE = 23 };
enum { SUB = 41, FULLY_CONNECTED = 9, PRELU = 54, CONCATENATION = 2, RESHAPE = 22, L2_NORMALIZATION = 11 };
enum { SQRT = 75, RSQRT = 76, MATRIX = 126 };
enum {
    L2_POOL = 12,
    RNN_STEP = 24,
    SVDF = 27,
    RNN = 35,
    LSTM_STEP = 16,
    DIV = 42,
    LSTM = 44,
    TWO_RNN = 46,
    XOR = 160,
    TWO_LSTM = 52,
    TOP_K = 48,
    PRODUCT = 81,
    ONE_HOT = 85,
    CUM_SUM = 128
};

#define MAX_OPERANDS 40

/* y = op(x, operands). An operand is "-", absent, "~2x3:", a variable, or a constant, of integers after 'i'; x too may
 * be of integers. "q0.5,-1 2x3: ...": integers of 8 bits, with scale and zero point; after 's' they have 16, after
 * 'z' 32. What follows '^' the operator keeps to itself. */
static const struct single {
    int code;
    struct field option[6];
    const char *x, *operand[MAX_OPERANDS - 1], *y;
} singles[] = {
#define POOL(padding, activation)                                                                                      \
    {                                                                                                                  \
        {0, 1, padding, NULL}, {1, 4, 2, NULL}, {2, 4, 1, NULL}, {3, 4, 2, NULL}, {4, 4, 1, NULL},                     \
        {                                                                                                              \
            5, 1, activation, NULL                                                                                     \
        }                                                                                                              \
    }
    {L2_POOL, POOL(1, 0), "1x1x3x1: 3 4 6", {0}, "1x1x1x1: 3.53553391"},
    {L2_POOL, POOL(0, 0), "1x1x3x1: 3 4 6", {0}, "1x1x2x1: 3.53553391 6"},
    {L2_POOL, POOL(1, 3), "1x2x2x2: 3 7 4 7 1 1 -1 1", {0}, "1x2x1x2: 3.53553391 6 1 1"},
    /* whole numbers as the reference kernels round them: half away from zero, once more where a factor is shifted */
    {AVERAGE_POOL, POOL(1, 0), "q0.1,5 1x1x4x1: -3 -2 2 3", {0}, "q0.1,5 1x1x2x1: -3 3"},
    {AVERAGE_POOL, POOL(1, 1), "q0.1,5 1x1x4x1: -3 -2 20 3", {0}, "q0.1,5 1x1x2x1: 5 12"},
    {MAX_POOL, POOL(1, 0), "q0.1,5 1x1x4x1: -3 -2 2 3", {0}, "q0.1,5 1x1x2x1: -2 3"},
#undef POOL
    {ADD, {{0, 1, 0, NULL}}, "q0.5,1 4: 2 4 -2 -4", {"q0.5,0 4: 0 0 0 0"}, "q1,0 4: 1 2 -2 -3"},
    {ADD, {{0, 1, 0, NULL}}, "q0.5,0 2: 127 -128", {"q0.5,0 2: 127 -128"}, "q0.5,0 2: 127 -128"},
    {SUB, {{0, 1, 3, NULL}}, "q1,0 3: 1 9 -9", {"q0.5,0 1: 2"}, "q0.5,-10 3: -10 2 -10"},
    {MUL, {{0, 1, 0, NULL}}, "q0.0030653492768262973,0 2: 40 -40", {"q1,0 1: 53"}, "q1,0 2: 7 -7"},
    {MEAN, {{0, 1, 0, NULL}}, "q0.8,0 2x2: 1 0 3 -2", {"i: 1"}, "q1,0 2: 1 1"},
    {SQRT, {{0}}, "q0.5,0 4: 7 0 8 2", {0}, "q0.5,0 4: 3 0 4 2"},
    {RSQRT, {{0}}, "q0.00830727,-128 4: 35 1 -128 111", {0}, "q0.0052561,-128 4: 36 56 127 7"},
    {MATRIX, {{0, 1, 0, NULL}}, "s1,0 1x1: 32767", {"s1,0 1x1: 32767"}, "s42000,0 1x1: 25563"},
    {DIFFERENCE, {{0}}, "q1,0 3: 3 -4 0", {"q0.5,2 1: 4"}, "q1,-1 3: 3 24 0"},
    {LEAKY_RELU, {{0, 4, 0x3e800000, NULL}}, "q1,1 4: 5 1 -1 -9", {0}, "q0.5,0 4: 8 0 -1 -5"},
    {PRELU, {{0}}, "q1,0 2x2: 4 4 -4 -4", {"q0.5,1 2: 2 -1"}, "q1,0 2x2: 4 4 -2 4"},
    {PAD, {{0}}, "q0.5,3 2: 7 8", {"i1x2: 1 0"}, "q0.5,3 3: 3 7 8"},
    {RESIZE, {{3, 1, 1, NULL}}, "q1,0 1x1x2x1: 0 2", {"i2: 1 4"}, "q1,0 1x1x4x1: 0 1 2 2"},
    {RESIZE, {{3, 1, 1, NULL}}, "q1,0 1x1x2x1: 0 -2", {"i2: 1 4"}, "q1,0 1x1x4x1: 0 -1 -2 -2"},
    {FULLY_CONNECTED, {{0, 1, 1, NULL}}, "q0.5,-1 1x2: 1 3", {"q0.5,0 2x2: 1 2 -1 -2", "-"}, "q1,0 1x2: 3 0"},
    {CONCATENATION, {{0, 4, 0, NULL}}, "q0.5,3 1: 7", {"q0.5,3 1: -7"}, "q0.5,3 2: 7 -7"},
    {CONCATENATION, {{0, 4, 0, NULL}}, "q0.5,3 1: 7", {"q1,0 1: -7"}, "q0.5,3 2: 7 -11"},
    {RESHAPE, {{0}}, "q0.5,3 2: 7 8", {"i2: 2 1"}, "q0.5,3 2x1: 7 8"},
    {DIV, {{0, 1, 0, NULL}}, "i4: 7 -7 6 0", {"i: 2"}, "4: 3 -3 3 0"},
    {DIV, {{0, 1, 0, NULL}}, "2: 7 -7", {": 2"}, "2: 3.5 -3.5"},
    {PRELU, {{0}}, "2x1x2: 4 4 -4 -4", {"1x2: 0.5 2"}, "2x1x2: 4 4 -2 -8"},
    {L2_NORMALIZATION, {{0, 1, 0, NULL}}, "2x2: 3 4 0 0", {0}, "2x2: 0.6 0.8 0 0"},
    {ONE_HOT, {{0, 4, (uint32_t)-1, NULL}}, "i2: 1 0", {"i: 3", ": 5", ": -1"}, "2x3: -1 5 -1 5 -1 -1"},
    {ONE_HOT, {{0, 4, 0, NULL}}, "i2: 1 0", {"i: 3", ": 1", ": 0"}, "3x2: 0 1 1 0 0 0"},
    {ONE_HOT, {{0, 4, 1, NULL}}, "i1x2: 7 -1", {"i: 2", ": 1", ": 0"}, "1x2x2: 0 0 0 0"},
    {TOP_K, {{0}}, "2x3: 1 3 2 6 6 4", {"i: 2"}, "2x2: 3 2 6 6"},
    {PRODUCT, {{0, 1, 1, NULL}}, "2x3: 1 3 2 6 -5 4", {"i1: -1"}, "2x1: 6 -120"},
    {PRODUCT, {{0, 1, 0, NULL}}, "2x3: 1 3 2 6 -5 4", {"i2: 0 1"}, ": -720"},
    {CUM_SUM, {{0, 1, 0, NULL}, {1, 1, 0, NULL}}, "2x3: 1 2 3 4 5 6", {"i: 1"}, "2x3: 1 3 6 4 9 15"},
    {CUM_SUM, {{0, 1, 1, NULL}, {1, 1, 0, NULL}}, "2x3: 1 2 3 4 5 6", {"i: 0"}, "2x3: 0 0 0 1 2 3"},
    {CUM_SUM, {{0, 1, 0, NULL}, {1, 1, 1, NULL}}, "2x3: 1 2 3 4 5 6", {"i: -1"}, "2x3: 6 5 3 15 11 6"},
    {CUM_SUM, {{0, 1, 1, NULL}, {1, 1, 1, NULL}}, "3: 1 2 3", {"i: 0"}, "3: 5 3 0"},
#define RUN(time_major, function)                                                                                      \
    {                                                                                                                  \
        {0, 1, time_major, NULL},                                                                                      \
        {                                                                                                              \
            1, 1, function, NULL                                                                                       \
        }                                                                                                              \
    }
    {RNN, RUN(0, 1), "2x2x1: 1 2 0 -1", {"1x1: 2", "1x1: 3", "1: 1", "~2x1:"}, "2x2x1: 3 14 1 2"},
    {RNN, RUN(1, 1), "2x1x1: 1 2", {"1x1: 2", "1x1: 3", "1: 1", "~1x1:"}, "2x1x1: 3 14"},
    {RNN, RUN(0, 1), "1x2x1: 1 2", {"2x1: 1 2", "2x2: 0 1 0 0", "2: 0 0", "~1x2:"}, "1x2x2: 1 2 4 4"},
    {RNN, RUN(0, 4), "1x1x1: 1", {"1x1: 2", "1x1: 3", "1: -1", "~1x1:"}, "1x1x1: 0.76159416"},
    {RNN, RUN(0, 0), "1x1x1: 1", {"1x1: 2", "1x1: 3", "1: -1", "~1x1:"}, "!activation number 0"},
#undef RUN
#define WEIGHTS                                                                                                        \
    "2x1: -0.25 1", "2x1: -0.5 0.25", "2x1: 0.75 -0.75", "2x1: -1 0.75", "2x2: 0 1 -0.25 -0.25", "2x2: 0.75 1 1 0.75", \
        "2x2: 0.5 -0.5 -0.25 -0.5", "2x2: 1 0.5 -1 -0.75"
#define BEHIND "2: 0.5 0.5", "2: 0.5 0.75", "2: -0.5 0.25", "2: -0.75 -1", "-", "-", "~2x2:", "~2x2:"
#define RUN(time_major, function)                                                                                      \
    {                                                                                                                  \
        {0, 1, function, NULL},                                                                                        \
        {                                                                                                              \
            3, 1, time_major, NULL                                                                                     \
        }                                                                                                              \
    }
    /* i, f, o = sigmoid(W x + R h + b), g = tanh(the same); c = f c + i g, h = o tanh(c), for batches of two steps */
    {LSTM,
     RUN(0, 4),
     "2x2x1: 1 -2 0.5 3",
     {WEIGHTS, "-", "-", "-", BEHIND},
     "2x2x2: 0.0202564065 -0.157970477 -0.38928831 -0.00208588872 -0.0163833193 -0.0316080681 0.00819223022 "
     "-0.599988136"},
    {LSTM,
     RUN(1, 4),
     "2x2x1: 1 0.5 -2 3",
     {WEIGHTS, "-", "-", "-", BEHIND},
     "2x2x2: 0.0202564065 -0.157970477 -0.0163833193 -0.0316080681 -0.38928831 -0.00208588872 0.00819223022 "
     "-0.599988136"},
    /* peepholes of input, forget and output: p c inside of the sigmoid, the output's of the new c */
    {LSTM,
     RUN(0, 4),
     "2x2x1: 1 -2 0.5 3",
     {WEIGHTS, "2: -0.5 -1", "2: 0 -1", "2: 0 0.75", BEHIND},
     "2x2x2: 0.0202564065 -0.133402926 -0.385328147 -0.000128369114 -0.0163833193 -0.0302192031 0.0083667695 "
     "-0.482578056"},
    /* one unit: c = 1/2 tanh(x), then 1/2 c + 1/2 tanh(x), h = 1/2 tanh(c) */
    {LSTM,
     RUN(0, 4),
     "1x2x1: 1 1",
     {"1x1: 0", "1x1: 0", "1x1: 1", "1x1: 0", "1x1: 0", "1x1: 0", "1x1: 0", "1x1: 0", "-", "-", "-", "1: 0", "1: 0",
      "1: 0", "1: 0", "-", "-", "~1x1:", "~1x1:"},
     "1x2x1: 0.181699742 0.258118402"},
    /* no input gate: it is 1 - forget; one unit, f = 3/4 by its bias: c = 1/4 tanh(x), then 3/4 c + 1/4 tanh(x) */
    {LSTM,
     RUN(0, 4),
     "1x2x1: 1 1",
     {"-", "1x1: 0", "1x1: 1", "1x1: 0", "-", "1x1: 0", "1x1: 0", "1x1: 0", "-", "-", "-", "-", "1: 1.0986123", "1: 0",
      "1: 0", "-", "-", "~1x1:", "~1x1:"},
     "1x2x1: 0.09406533 0.16069544"},
    /* the cell stays within 1/4: h = 1/2 tanh(1/4) */
    {LSTM,
     {{0, 1, 4, NULL}, {1, 4, 0x3e800000, NULL}},
     "1x2x1: 1 1",
     {"1x1: 0", "1x1: 0", "1x1: 1", "1x1: 0", "1x1: 0", "1x1: 0", "1x1: 0", "1x1: 0", "-", "-", "-", "1: 0", "1: 0",
      "1: 0", "1: 0", "-", "-", "~1x1:", "~1x1:"},
     "1x2x1: 0.12245933 0.12245933"},
/* the state is a product of o tanh(c), within bounds and with a bias or not */
#define NARROW                                                                                                         \
    "2x1: -0.25 1", "2x1: -0.5 0.25", "2x1: 0.75 -0.75", "2x1: -1 0.75", "2x1: 0 1", "2x1: 0.75 1", "2x1: 0.5 -0.5",   \
        "2x1: 1 0.5", "-", "-", "-"
#define BIASES "2: 0.5 0.5", "2: 0.5 0.75", "2: -0.5 0.25", "2: -0.75 -1"
    {LSTM,
     RUN(0, 4),
     "2x2x1: 1 -2 0.5 3",
     {NARROW, BIASES, "1x2: 1 -2", "-", "~2x1:", "~2x2:"},
     "2x2x1: 0.336197361 -0.42788696 0.046832817 1.20790254"},
    {LSTM,
     {{0, 1, 4, NULL}, {2, 4, 0x3f000000, NULL}},
     "2x2x1: 1 -2 0.5 3",
     {NARROW, BIASES, "1x2: 1 -2", "1: 0.25", "~2x1:", "~2x2:"},
     "2x2x1: 0.5 -0.185811673 0.296832817 0.5"},
    {LSTM, RUN(0, 4), "2x2x1: 1 -2 0.5 3", {NARROW, BIASES, "1x1: 1", "-", "~2x1:", "~2x2:"}, "!the inner extents"},
    /* gates that are normalized, multiplied and moved; the same with forget for an input gate */
    {LSTM,
     RUN(0, 4),
     "2x2x1: 1 -2 0.5 3",
     {WEIGHTS, "-", "-", "-", BEHIND, "2: 1 0.5", "2: 0.5 2", "2: -1 1", "2: 0.25 1"},
     "2x2x2: -0.0884874401 -0.21680379 0.0480594156 0.0369733565 -0.0884874419 -0.216803782 -0.126930926 -0.358334364"},
    {LSTM,
     RUN(0, 4),
     "2x2x1: 1 -2 0.5 3",
     {"-",
      "2x1: -0.5 0.25",
      "2x1: 0.75 -0.75",
      "2x1: -1 0.75",
      "-",
      "2x2: 0.75 1 1 0.75",
      "2x2: 0.5 -0.5 -0.25 -0.5",
      "2x2: 1 0.5 -1 -0.75",
      "-",
      "-",
      "-",
      "-",
      "2: 0.5 0.75",
      "2: -0.5 0.25",
      "2: -0.75 -1",
      "-",
      "-",
      "~2x2:",
      "~2x2:",
      "-",
      "2: 0.5 2",
      "2: -1 1",
      "2: 0.25 1"},
     "2x2x2: -0.114034561 -0.0190727287 -0.0768999809 0.068214641 -0.114034559 -0.0190727318 -0.158884821 "
     "-0.0369499198"},
    /* one step of it, as a layer and as the basic one, whose gates stand in another order behind those of the state */
    {LSTM_STEP, {{0, 1, 4, NULL}}, "1x1: 1", {NARROW, BIASES, "1x2: 1 -2", "-", "~1x1:", "~1x2:"}, "1x1: 0.336197361"},
    {LSTM_STEP,
     {{0, 1, 4, NULL}, {3, 1, 1, NULL}},
     "1x1: 1",
     {"1x1: 0.5", "4x2: 1 2 -1 0.5 0.5 1 -0.5 2", "4: 0.1 0.2 0.3 0.4", "1x1: 0.25"},
     "1x1: -0.173761397"},
    {LSTM_STEP,
     {{0, 1, 4, NULL}, {3, 1, 1, NULL}},
     "1x1: 1",
     {"1x1: 0.5", "4x1: 1 2 -1 0.5", "4: 0.1 0.2 0.3 0.4", "1x1: 0.25"},
     "!weights that do not fit the input"},
#undef NARROW
#undef BIASES
    /* relu instead of tanh */
    {LSTM,
     RUN(0, 1),
     "2x2x1: 1 -2 0.5 3",
     {WEIGHTS, "-", "-", "-", BEHIND},
     "2x2x2: 0.0208071639 0 0.0899815174 0.0235845645 0 0 0.0176050569 0"},
#undef RUN
#undef BEHIND
#undef WEIGHTS
    /* both directions, one behind the other: relu(2 x + 3 h + 1), and backwards relu(x + h) */
    {TWO_RNN,
     {{1, 1, 1, NULL}, {2, 1, 1, NULL}},
     "1x2x1: 1 2",
     {"1x1: 2", "1x1: 3", "1: 1", "~1x1:", "1x1: 1", "1x1: 1", "1: 0", "~1x1:"},
     "1x2x2: 3 3 14 2"},
/* h = 1/2 tanh(c); backwards the second step is the first */
#define ONE                                                                                                            \
    "1x1: 0", "1x1: 0", "1x1: 1", "1x1: 0", "1x1: 0", "1x1: 0", "1x1: 0", "1x1: 0", "-", "-", "-", "1: 0", "1: 0",     \
        "1: 0", "1: 0", "-", "-"
    {TWO_LSTM,
     {{0, 1, 4, NULL}, {3, 1, 1, NULL}, {4, 1, 0, NULL}},
     "1x2x1: 1 1",
     {ONE, ONE, "~1x1:", "~1x1:", "~1x1:", "~1x1:"},
     "1x2x2: 0.181699742 0.258118402 0.258118402 0.181699742"},
#undef ONE
    {XOR, {{0, 1, 0, NULL}}, "i3: 12 255 -7", {"i3: 10 -16 4"}, "3: 6 -241 -3"},
    /* sparse weights */
    {FULLY_CONNECTED, {{0, 1, 0, NULL}}, "1x4: 1 10 100 1000", {"%0 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"}, "1x2: 3021 4"},
    {FULLY_CONNECTED, {{0, 1, 0, NULL}}, "1x4: 1 10 100 1000", {"%2 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"}, "1x2: 3021 4"},
    {FULLY_CONNECTED,
     {{0, 1, 0, NULL}},
     "1x4: 1 10 100 1000",
     {"%3 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"},
     "!a sparse tensor is damaged"},
    {FULLY_CONNECTED,
     {{0, 1, 0, NULL}},
     "1x4: 1 10 100 1000",
     {"%4 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"},
     "!a sparse tensor is damaged"},
    {FULLY_CONNECTED,
     {{0, 1, 0, NULL}},
     "1x4: 1 10 100 1000",
     {"%5 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"},
     "!a sparse tensor is damaged"},
    {FULLY_CONNECTED,
     {{0, 1, 0, NULL}},
     "1x4: 1 10 100 1000",
     {"%6 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"},
     "!a sparse tensor is damaged"},
    {FULLY_CONNECTED,
     {{0, 1, 0, NULL}},
     "1x4: 1 10 100 1000",
     {"%7 2x4: 0 2 0 3 4 0 0 0", "2: 1 0"},
     "!a sparse tensor is damaged"},
    /* whole numbers, as the reference kernel of the interpreter rounds them: gates of 12 bits, a cell of 16 */
    {LSTM,
     {{3, 1, 0, NULL}, {0, 1, 4, NULL}},
     "q0.05,3 1x3x2: 66 -1 100 -6 77 76",
     {"q0.01,0 2x2: 23 49 -47 -95",
      "q0.012,0 2x2: 107 -69 -123 -23",
      "q0.014,0 2x2: -124 40 -103 -48",
      "q0.016,0 2x2: -41 56 98 45",
      "q0.008,0 2x2: 16 -69 41 61",
      "q0.009,0 2x2: -116 20 -83 -105",
      "q0.01,0 2x2: -30 75 33 100",
      "q0.011,0 2x2: 64 -41 19 -53",
      "-",
      "-",
      "-",
      "z0.0005,0 2: -397 279",
      "z0.0006,0 2: -577 -153",
      "z0.0007,0 2: -142 10",
      "z0.0008,0 2: -440 -484",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^q0.015625,-7 0:"},
     "q0.015625,-7 1x3x2: -9 -22 -8 -16 -46 -7"},
    /* without an input gate */
    {LSTM,
     {{0, 1, 4, NULL}},
     "q0.05,3 1x3x2: -53 -70 94 -71 107 27",
     {"-",
      "q0.012,0 2x2: -97 80 73 31",
      "q0.014,0 2x2: -124 90 -93 102",
      "q0.016,0 2x2: 51 -37 -45 13",
      "-",
      "q0.009,0 2x2: 83 -47 48 -27",
      "q0.01,0 2x2: 36 40 26 -73",
      "q0.011,0 2x2: 105 18 85 -25",
      "-",
      "-",
      "-",
      "-",
      "z0.0006,0 2: -848 818",
      "z0.0007,0 2: 872 433",
      "z0.0008,0 2: -124 227",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^q0.015625,-7 0:"},
     "q0.015625,-7 1x3x2: 6 -42 -56 -8 -52 -8"},
    /* with peepholes of 16 bits, which see the cell */
    {LSTM,
     {{0, 1, 4, NULL}},
     "q0.05,3 1x3x2: 17 123 -121 27 78 72",
     {"-",
      "q0.012,0 2x2: 115 51 -80 48",
      "q0.014,0 2x2: -19 -20 93 125",
      "q0.016,0 2x2: 113 -37 47 -10",
      "-",
      "q0.009,0 2x2: -38 49 62 -5",
      "q0.01,0 2x2: -12 41 9 67",
      "q0.011,0 2x2: 45 -118 110 101",
      "-",
      "s4e-05,0 2: -29470 -7359",
      "s6e-05,0 2: 11990 -26321",
      "-",
      "z0.0006,0 2: 746 -424",
      "z0.0007,0 2: -227 -864",
      "z0.0008,0 2: -474 -806",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^q0.015625,-7 0:"},
     "q0.015625,-7 1x3x2: -7 -6 -7 -7 36 18"},
    /* projected, from steps of their own; cell and state within bounds */
    {LSTM,
     {{0, 1, 4, NULL}, {1, 4, 0x3f000000, NULL}, {2, 4, 0x3ecccccd, NULL}},
     "q0.05,3 1x3x2: -28 -97 -96 -70 -22 -32",
     {"q0.01,0 2x2: -24 -61 -97 -53",
      "q0.012,0 2x2: -43 -111 -86 -53",
      "q0.014,0 2x2: 32 -23 78 -121",
      "q0.016,0 2x2: -51 -125 -106 -125",
      "q0.008,0 2x1: 23 97",
      "q0.009,0 2x1: 33 -22",
      "q0.01,0 2x1: -55 106",
      "q0.011,0 2x1: 49 -5",
      "-",
      "-",
      "-",
      "z0.0005,0 2: 511 106",
      "z0.0006,0 2: -746 -231",
      "z0.0007,0 2: 718 504",
      "z0.0008,0 2: -733 -283",
      "q0.004,0 1x2: 105 78",
      "z4e-05,0 1: -418",
      "~q0.015625,-7 1x1:",
      "~s0.00048828125,0 1x2:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^q0.01,-5 0:"},
     "q0.015625,-7 1x3x1: 13 -2 8"},
    /* normalized, in steps that the file says */
    {LSTM,
     {{0, 1, 4, NULL}},
     "q0.05,3 1x3x2: -91 38 86 -20 74 5",
     {"-",
      "q0.012,0 2x2: -68 -99 -7 103",
      "q0.014,0 2x2: 65 37 -60 60",
      "q0.016,0 2x2: 8 34 125 105",
      "-",
      "q0.009,0 2x2: 0 32 -59 34",
      "q0.01,0 2x2: 86 -88 103 -126",
      "q0.011,0 2x2: 63 -62 -45 -31",
      "-",
      "-",
      "-",
      "-",
      "z5.859375e-08,0 2: 0 4440000",
      "z8.7890625e-08,0 2: -6440000 80000",
      "z1.171875e-07,0 2: 15220000 6040000",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "-",
      "s6e-05,0 2: 8256 22223",
      "s9e-05,0 2: 28979 22949",
      "s0.00012,0 2: 14273 14964",
      "^s0.002,0 0:",
      "^s0.0023,0 0:",
      "^s0.0026,0 0:",
      "^s0.0029,0 0:",
      "^q0.015625,-7 0:"},
     "q0.015625,-7 1x3x2: -41 -4 5 -9 14 -18"},
    /* normalized with peepholes */
    {LSTM,
     {{0, 1, 4, NULL}},
     "q0.05,3 1x3x2: 101 27 35 -18 -115 -80",
     {"q0.01,0 2x2: -51 72 -29 27",
      "q0.012,0 2x2: -9 53 -40 -105",
      "q0.014,0 2x2: -52 33 31 123",
      "q0.016,0 2x2: -66 -20 114 -99",
      "q0.008,0 2x2: 51 117 106 45",
      "q0.009,0 2x2: 100 -77 65 44",
      "q0.01,0 2x2: 2 126 88 -74",
      "q0.011,0 2x2: 123 90 -32 51",
      "s2e-05,0 2: 16931 -16700",
      "s4e-05,0 2: -14304 -18914",
      "s6e-05,0 2: -2177 27249",
      "z2.9296875e-08,0 2: -3960000 -5760000",
      "z5.859375e-08,0 2: 15220000 -2120000",
      "z8.7890625e-08,0 2: -15800000 5600000",
      "z1.171875e-07,0 2: 9520000 -2160000",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "s3e-05,0 2: 30696 8006",
      "s6e-05,0 2: 28804 14246",
      "s9e-05,0 2: 27197 19333",
      "s0.00012,0 2: 23576 26270",
      "^s0.002,0 0:",
      "^s0.0023,0 0:",
      "^s0.0026,0 0:",
      "^s0.0029,0 0:",
      "^q0.015625,-7 0:"},
     "q0.015625,-7 1x3x2: -10 21 -6 -13 8 -8"},
    /* one step */
    {LSTM_STEP,
     {{0, 1, 4, NULL}},
     "q0.05,3 1x2: 91 110",
     {"q0.01,0 2x2: -89 -49 112 -102",
      "q0.012,0 2x2: 62 4 76 -48",
      "q0.014,0 2x2: -110 93 6 -86",
      "q0.016,0 2x2: -58 -117 20 74",
      "q0.008,0 2x2: 11 123 43 -17",
      "q0.009,0 2x2: 77 95 -66 56",
      "q0.01,0 2x2: 44 73 35 23",
      "q0.011,0 2x2: -19 2 83 33",
      "-",
      "-",
      "-",
      "z0.0005,0 2: 877 534",
      "z0.0006,0 2: 893 810",
      "z0.0007,0 2: -132 702",
      "z0.0008,0 2: 745 419",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^q0.015625,-7 0:"},
     "q0.015625,-7 1x2: -7 -33"},
    {LSTM,
     {{0, 1, 4, NULL}},
     "q0.05,3 1x3x2: 66 -1 100 -6 77 76",
     {"q0.01,0 2x2: 23 49 -47 -95", "q0.012,0 2x2: 107 -69 -123 -23", "q0.014,0 2x2: -124 40 -103 -48",
      "q0.016,0 2x2: -41 56 98 45", "q0.008,0 2x2: 16 -69 41 61", "q0.009,0 2x2: -116 20 -83 -105",
      "q0.01,0 2x2: -30 75 33 100", "q0.011,0 2x2: 64 -41 19 -53", "-", "-", "-", "z0.0005,0 2: -397 279",
      "z0.0006,0 2: -577 -153", "z0.0007,0 2: -142 10", "z0.0008,0 2: -440 -484", "-", "-",
      "~q0.015625,-7 1x2:", "~s0.00048828125,0 1x2:"},
     "!only 5 are supported"},
    {LSTM,
     {{0, 1, 1, NULL}},
     "q0.05,3 1x3x2: 66 -1 100 -6 77 76",
     {"q0.01,0 2x2: 23 49 -47 -95",
      "q0.012,0 2x2: 107 -69 -123 -23",
      "q0.014,0 2x2: -124 40 -103 -48",
      "q0.016,0 2x2: -41 56 98 45",
      "q0.008,0 2x2: 16 -69 41 61",
      "q0.009,0 2x2: -116 20 -83 -105",
      "q0.01,0 2x2: -30 75 33 100",
      "q0.011,0 2x2: 64 -41 19 -53",
      "-",
      "-",
      "-",
      "z0.0005,0 2: -397 279",
      "z0.0006,0 2: -577 -153",
      "z0.0007,0 2: -142 10",
      "z0.0008,0 2: -440 -484",
      "-",
      "-",
      "~q0.015625,-7 1x2:",
      "~s0.00048828125,0 1x2:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^s1,0 0:",
      "^q0.015625,-7 0:"},
     "!another function than tanh"},
    /* one step from zeros */
    {RNN_STEP, {{0, 1, 1, NULL}}, "1x2: 1 -3", {"2x2: 1 2 2 1", "2x2: 9 9 9 9", "2: 7 0", "~1x2:"}, "1x2: 2 0"},
    /* two filters for each unit; of the steps only the last one counts */
    {SVDF,
     {{0, 4, 2, NULL}, {1, 1, 0, NULL}},
     "1x2: 1 2",
     {"4x2: 1 0 0 1 1 1 2 0", "4x2: 9 1 9 2 9 3 9 -1", "2: 0.5 0", "~1x8:"},
     "1x2: 5.5 7"},
};

/* "q0.5,-1 2x3: ...": scale and zero point of `t`; returns what is behind them, or the text itself. */
static const char *quant_read(struct tensor *t, const char *text)
{
    char *end;
    if (!*text || !strchr("qsz", *text))
        return text;
    t->type = *text == 's' ? INT16 : *text == 'z' ? INT32 : INT8;
    t->scale = strtof(text + 1, &end);
    t->zero_point = (int)strtol(end + 1, &end, 10);
    return end + 1;
}

/* Those elements of a sparse matrix that a file holds, in the order in which it does. */
static void sparse_elements(const struct written *w, size_t width, struct written *out)
{
    *out = (struct written){.rank = 1};
    for (size_t i = 0; i < w->count; i += width)
        for (size_t k = 0; k < width && (w->value[i] != 0 || w->value[i + width - 1] != 0); k++)
            out->value[out->count++] = w->value[i + k];
    out->extent[0] = (int)out->count;
}

/* Rows are there, of blocks of columns only some. Damage: 3 an index behind the columns, 4 marks that fall, 5 an axis
 * that is none, 6 rows of another number, 7 marks of another number. */
static void put_sparsity(struct bytes *file, size_t place, const struct written *w, int kind)
{
    const size_t width = kind == 2 ? 2 : 1, levels = kind == 2 ? 3 : 2, rows = (size_t)w->extent[0],
                 columns = (size_t)w->extent[1] / width;
    size_t order, blocks, list, marks, indices, items, count = 0;
    int mark[16] = {0}, index[64];
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < columns; k++) {
            const float *block = &w->value[(i * columns + k) * width];
            if (block[0] != 0 || block[width - 1] != 0)
                index[count++] = (int)k + (kind == 3 ? 99 : 0);
        }
        mark[i + 1] = kind == 4 && i == 0 ? 99 : (int)count;
    }
    point(file, place, TABLE(file, {0, 0, 0, &order}, {1, 0, 0, &blocks}, {2, 0, 0, &list}));
    put_ints(file, order, (const int[]){0, kind == 5 ? 3 : 1, 2}, levels, 4);
    put_ints(file, blocks, (const int[]){1}, levels - 2, 4);
    const size_t level = put_offsets(file, list, levels);
    point(file, level, TABLE(file, {1, 4, rows + (kind == 6), NULL}));
    point(file, level + 4,
          TABLE(file, {0, 1, 1, NULL}, {2, 1, 3, NULL}, {3, 0, 0, &marks}, {4, 1, 1, NULL}, {5, 0, 0, &indices}));
    point(file, marks, TABLE(file, {0, 0, 0, &items}));
    put_ints(file, items, mark, rows + (kind != 7), 1);
    point(file, indices, TABLE(file, {0, 0, 0, &items}));
    put_ints(file, items, index, count, 4);
    if (levels == 3)
        point(file, level + 8, TABLE(file, {1, 4, 2, NULL}));
}

static void put_sparse(struct bytes *file, size_t place, int buffer, const char *text)
{
    struct written w;
    size_t shape, name, sparsity;
    written_read(&w, text + 3);
    point(file, place,
          TABLE(file, {0, 0, 0, &shape}, {1, 1, FLOAT32, NULL}, {2, 4, (uint64_t)buffer, NULL}, {3, 0, 0, &name},
                {6, 0, 0, &sparsity}));
    put_ints(file, shape, w.extent, (size_t)w.rank, 4);
    put_text(file, name, "w");
    put_sparsity(file, sparsity, &w, text[1] - '0');
}

/* Tensor `index` of a single model; constants have buffer index + 1. */
static void put_operand(struct bytes *file, size_t place, size_t index, const char *text)
{
    static const char *const names[] = {"x", "w"};
    const bool whole = *text == 'i', variable = *text == '~';
    if (*text == '%') {
        put_sparse(file, place, (int)index + 1, text);
        return;
    }
    struct tensor quantized = {.name = names[index > 0]};
    struct written w;
    size_t shape, name;
    written_read(&w, quant_read(&quantized, text + (whole || variable)));
    const int buffer = index == 0 || w.count == 0 ? 0 : (int)index + 1;
    quantized.rank = w.rank;
    memcpy(quantized.extent, w.extent, sizeof quantized.extent);
    quantized.buffer = buffer;
    if (quantized.scale > 0) {
        put_tensor(file, place, &quantized);
        return;
    }
    point(file, place,
          TABLE(file, {0, 0, 0, &shape}, {1, 1, whole ? INT32 : FLOAT32, NULL}, {2, 4, (uint64_t)buffer, NULL},
                {3, 0, 0, &name}, {5, 1, variable, NULL}));
    put_ints(file, shape, w.extent, (size_t)w.rank, 4);
    put_text(file, name, names[index > 0]);
}

static void put_constant(struct bytes *file, size_t place, const char *text)
{
    struct tensor quantized = {0};
    struct written w;
    size_t data;
    if (*text == '%') {
        struct written all;
        written_read(&all, text + 3);
        sparse_elements(&all, text[1] == '2' ? 2 : 1, &w);
    } else {
        written_read(&w, quant_read(&quantized, text + (*text == 'i' || *text == '~')));
    }
    if (w.count == 0) {
        point(file, place, TABLE(file, {3, 1, 0, NULL}));
        return;
    }
    point(file, place, TABLE(file, {0, 0, 0, &data}));
    if (quantized.scale > 0) {
        const size_t size = quantized.type == INT32 ? 4 : quantized.type == INT16 ? 2 : 1;
        point(file, data, file->size);
        bytes_int(file, w.count * size, 4);
        for (size_t i = 0; i < w.count; i++)
            bytes_int(file, (uint64_t)w.whole[i], size);
        return;
    }
    point(file, data, file->size);
    bytes_int(file, 4 * w.count, 4);
    for (size_t i = 0; i < w.count && *text == 'i'; i++)
        bytes_int(file, (uint64_t)w.whole[i], 4);
    if (*text != 'i')
        bytes_floats(file, w.value, w.count);
}

static size_t field_count(const struct field *field)
{
    size_t count = 0;
    while (count < 6 && field[count].width)
        count++;
    return count;
}

/* Tensors are x, the operands that are there, and the result. */
static void make_single(struct bytes *file, const struct single *s)
{
    size_t codes, graphs, buffers, tensors, inputs, outputs, operations, read, written, options, kept,
        count = 1, there = 1, own = 0;
    const char *text[MAX_OPERANDS] = {s->x};
    struct tensor result = {.name = "y", .type = FLOAT32};
    quant_read(&result, *s->y == '!' ? s->x : s->y); /* what is refused gives what it takes */
    int operand[MAX_OPERANDS] = {0};
    for (; count < MAX_OPERANDS && s->operand[count - 1] && *s->operand[count - 1] != '^'; count++) {
        const bool absent = *s->operand[count - 1] == '-';
        operand[count] = absent ? -1 : (int)there;
        if (!absent)
            text[there++] = s->operand[count - 1];
    }
    int intermediate[MAX_OPERANDS] = {0};
    for (; count + own < MAX_OPERANDS && s->operand[count + own - 1]; own++) {
        intermediate[own] = (int)there;
        text[there++] = s->operand[count + own - 1] + 1;
    }
    file->size = 0;
    bytes_int(file, 0, 4);
    bytes_put(file, "TFL3", 4);
    point(file, 0, TABLE(file, {0, 4, 3, NULL}, {1, 0, 0, &codes}, {2, 0, 0, &graphs}, {4, 0, 0, &buffers}));
    const size_t code = put_offsets(file, codes, 1);
    const uint64_t old = s->code < 127 ? (uint64_t)s->code : 127; /* what a byte holds; the new field says it whole */
    point(file, code, TABLE(file, {0, 1, old, NULL}, {3, 4, (uint64_t)s->code, NULL}));
    const size_t graph = put_offsets(file, graphs, 1);
    point(file, graph,
          TABLE(file, {0, 0, 0, &tensors}, {1, 0, 0, &inputs}, {2, 0, 0, &outputs}, {3, 0, 0, &operations}));
    const size_t tensor = put_offsets(file, tensors, there + 1);
    for (size_t i = 0; i < there; i++)
        put_operand(file, tensor + 4 * i, i, text[i]);
    put_tensor(file, tensor + 4 * there, &result);
    put_ints(file, inputs, &(int){0}, 1, 4);
    put_ints(file, outputs, &(int){(int)there}, 1, 4);
    const size_t operation = put_offsets(file, operations, 1);
    point(file, operation,
          TABLE(file, {0, 4, 0, NULL}, {1, 0, 0, &read}, {2, 0, 0, &written}, {4, 0, 0, &options}, {8, 0, 0, &kept}));
    put_ints(file, read, operand, count, 4);
    put_ints(file, kept, intermediate, own, 4);
    put_ints(file, written, &(int){(int)there}, 1, 4);
    point(file, options, put_table(file, s->option, field_count(s->option)));
    const size_t buffer = put_offsets(file, buffers, there + 1);
    put_constant(file, buffer, "0:");
    for (size_t i = 0; i < there; i++)
        put_constant(file, buffer + 4 * (i + 1), i ? text[i] : "0:");
}

START_TEST(single)
{
    static struct bytes file;
    static struct model_text text;
    const struct single *s = &singles[_i];
    struct tensor unused;
    make_single(&file, s);
    bytes_open(&text, file.data, file.size);
    if (*s->y == '!')
        ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, s->y + 1), "%s", text.talk);
    else
        computed_are(&text, quant_read(&unused, s->x) + (*s->x == 'i'), quant_read(&unused, s->y));
    nnefcl_model_free(text.model);
}
END_TEST

/* A graph of x and y, [2], with one operator. Returns where the offset of its options has to be. */
static size_t put_pair(struct bytes *file, size_t place, int code)
{
    static const struct tensor pair[] = {{"x", FLOAT32, 1, {2, 0, 0, 0}, 0, 0, 0},
                                         {"y", FLOAT32, 1, {2, 0, 0, 0}, 0, 0, 0}};
    size_t inputs, outputs, operations, tensors, read, written, options;
    point(file, place,
          TABLE(file, {0, 0, 0, &tensors}, {1, 0, 0, &inputs}, {2, 0, 0, &outputs}, {3, 0, 0, &operations}));
    const size_t tensor = put_offsets(file, tensors, 2);
    for (size_t i = 0; i < 2; i++)
        put_tensor(file, tensor + 4 * i, &pair[i]);
    put_ints(file, inputs, &(int){0}, 1, 4);
    put_ints(file, outputs, &(int){1}, 1, 4);
    const size_t operation = put_offsets(file, operations, 1);
    point(file, operation,
          TABLE(file, {0, 4, (uint64_t)code, NULL}, {1, 0, 0, &read}, {2, 0, 0, &written}, {12, 0, 0, &options}));
    put_ints(file, read, &(int){0}, 1, 4);
    put_ints(file, written, &(int){1}, 1, 4);
    return options;
}

/* An operator that is a graph of the file, whose tensors have the names that those around it have. */
START_TEST(composite)
{
    static struct bytes file;
    static struct model_text text;
    static const int codes[] = {206, 19}; /* STABLEHLO_COMPOSITE, RELU */
    size_t code, graphs, buffers;
    file.size = 0;
    bytes_int(&file, 0, 4);
    bytes_put(&file, "TFL3", 4);
    point(&file, 0, TABLE(&file, {0, 4, 3, NULL}, {1, 0, 0, &code}, {2, 0, 0, &graphs}, {4, 0, 0, &buffers}));
    code = put_offsets(&file, code, 2);
    for (size_t i = 0; i < 2; i++)
        point(&file, code + 4 * i,
              TABLE(&file, {0, 1, codes[i] < 127 ? (uint64_t)codes[i] : 127, NULL}, {3, 4, (uint64_t)codes[i], NULL}));
    const size_t graph = put_offsets(&file, graphs, 2);
    for (int i = 0; i < 2; i++) {
        const size_t options = put_pair(&file, graph + 4 * (size_t)i, i);
        point(&file, options, TABLE(&file, {1, 4, 1, NULL}));
    }
    put_buffers(&file, buffers, 1);
    bytes_open(&text, file.data, file.size);
    flat_has(&text, "( x ) -> ( y )|relu(x)");
    nnefcl_model_free(text.model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tflite");
    TCase *tests = tcase_create("tflite");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, read_model, 0, sizeof models / sizeof *models);
    tcase_add_loop_test(tests, damaged, 0, sizeof models / sizeof *models);
    tcase_add_loop_test(tests, single, 0, sizeof singles / sizeof *singles);
    tcase_add_loop_test(tests, refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, composite);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
