/* SPDX-License-Identifier: Apache-2.0 */
/* Caffe2: a network and the one that fills its weights, results written over operands, the shape of the input beside.
 */
#include "import/computed.h"
#include "import/file_bytes_made.h"

static const char *const files[] = {"predict_net.pb", "init_net.pb", "value_info.json"};

static void arg_int(struct bytes *op, const char *name, int value)
{
    struct bytes arg = {.size = 0};
    pb_text(&arg, 1, name);
    pb_number(&arg, 3, (uint64_t)value);
    pb_message(op, 5, &arg);
}

static void fill(struct bytes *net, const char *name, const int *extent, size_t rank)
{
    struct bytes op = {.size = 0}, shape = {.size = 0}, values = {.size = 0};
    size_t count = 1;
    pb_text(&op, 2, name);
    pb_text(&op, 4, "GivenTensorFill");
    pb_text(&shape, 1, "shape");
    pb_text(&values, 1, "values");
    for (size_t i = 0; i < rank; i++) {
        pb_number(&shape, 6, (uint64_t)extent[i]);
        count *= (size_t)extent[i];
    }
    for (size_t i = 0; i < count; i++)
        pb_float(&values, 5, 0.25f);
    pb_message(&op, 5, &shape);
    pb_message(&op, 5, &values);
    pb_message(net, 2, &op);
}

/* Numbers of a weight 'i' are integers. */
static void put_weight(struct bytes *net, const char *name, const struct written *w)
{
    const bool whole = *name == 'i';
    struct bytes op = {.size = 0}, shape = {.size = 0}, values = {.size = 0};
    pb_text(&op, 2, name);
    pb_text(&op, 4, whole ? "GivenTensorInt64Fill" : "GivenTensorFill");
    pb_text(&shape, 1, "shape");
    pb_text(&values, 1, "values");
    for (int i = 0; i < w->rank; i++)
        pb_number(&shape, 6, (uint64_t)w->extent[i]);
    for (size_t i = 0; i < w->count; i++)
        if (whole)
            pb_number(&values, 6, (uint64_t)(int64_t)w->value[i]);
        else
            pb_float(&values, 5, w->value[i]);
    pb_message(&op, 5, &shape);
    pb_message(&op, 5, &values);
    pb_message(net, 2, &op);
}

static struct bytes op_of(const char *type, const char *const *input, size_t inputs, const char *output)
{
    struct bytes op = {.size = 0};
    for (size_t i = 0; i < inputs; i++)
        pb_text(&op, 1, input[i]);
    pb_text(&op, 2, output);
    pb_text(&op, 4, type);
    return op;
}

static void make_network(struct bytes *net, struct bytes *init)
{
    static const char *const inputs[] = {"data", "w", "b"};
    net->size = init->size = 0;
    pb_text(net, 1, "net");
    struct bytes op = op_of("Conv", inputs, 3, "c");
    arg_int(&op, "kernel", 3);
    arg_int(&op, "pad", 1);
    pb_message(net, 2, &op);
    op = op_of("Relu", (const char *const[]){"c"}, 1, "c");
    pb_message(net, 2, &op);
    op = op_of("Softmax", (const char *const[]){"c"}, 1, "y");
    pb_message(net, 2, &op);
    for (size_t i = 0; i < 3; i++)
        pb_text(net, 7, inputs[i]);
    pb_text(net, 8, "y");
    pb_text(init, 1, "init");
    fill(init, "w", (const int[]){2, 1, 3, 3}, 4);
    fill(init, "b", (const int[]){2}, 1);
}

static nnefcl_status open_with(const struct bytes *net, const struct bytes *init, const char *info,
                               struct model_text *text)
{
    struct file_folder folder;
    folder_make(&folder);
    folder_write(&folder, files[0], net->data, net->size);
    if (init)
        folder_write(&folder, files[1], init->data, init->size);
    if (info)
        folder_write(&folder, files[2], info, strlen(info));
    folder_open(&folder, files[0], text);
    folder_remove(&folder, files, 3);
    return text->status;
}

START_TEST(network)
{
    static struct bytes net, init;
    static struct model_text text;
    make_network(&net, &init);
    open_with(&net, &init, "{\"data\": [1, [1, 1, 5, 6]]}", &text);
    flat_has(&text,
             "( data ) -> ( y )|shape = [1, 1, 5, 6]|c_1 = conv(|padding = [(1, 1), (1, 1)]|c = relu(c_1)|softmax(c, "
             "axes = [1, 2, 3])");
    nnefcl_model_free(text.model);
}
END_TEST

/* What stands for the input in init_net is none of the weights; a bias of one 0 is. */
START_TEST(stand_in)
{
    static struct bytes net, init;
    static struct model_text text;
    struct written zero;
    make_network(&net, &init);
    written_read(&zero, _i ? "1: 0" : "1x1: 0");
    put_weight(&init, "data", &zero);
    open_with(&net, &init, "{\"data\": [1, [1, 1, 5, 6]]}", &text);
    flat_has(&text, "( data ) -> ( y )|data = external<scalar>(shape = [1, 1, 5, 6])|c_1 = conv(data");
    nnefcl_model_free(text.model);
    net.size = init.size = 0;
    const struct bytes op = op_of("FC", (const char *const[]){"x", "w", "b"}, 3, "y");
    pb_text(&net, 1, "net");
    pb_text(&init, 1, "init");
    pb_message(&net, 2, &op);
    fill(&init, "w", (const int[]){1, 2}, 2);
    written_read(&zero, "1: 0");
    put_weight(&init, "b", &zero);
    for (const char *const *name = (const char *const[]){"x", "w", "b", NULL}; *name; name++)
        pb_text(&net, 7, *name);
    pb_text(&net, 8, "y");
    open_with(&net, &init, "{\"x\": [1, [1, 2]]}", &text);
    computed_are(&text, "1x2: 1 2", "1x1: 0.75");
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(refused)
{
    static struct bytes net, init;
    static struct model_text text;
    make_network(&net, &init);
    open_with(&net, NULL, NULL, &text);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "init_net.pb"), "%s", text.talk);
    open_with(&net, &init, NULL, &text);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "'data'"), "%s", text.talk);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes net, init, bad;
    static struct model_text text;
    make_network(&net, &init);
    for (size_t at = 0; at < net.size + init.size; at += 2) {
        const bool first = at < net.size;
        bad = first ? net : init;
        bad.data[first ? at : at - net.size] ^= 0x81;
        open_with(first ? &bad : &net, first ? &init : &bad, "{\"data\": [1, [1, 1, 5, 6]]}", &text);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
}
END_TEST

/* ---- single operators: values by the definition ---- */

/* "axis=1 alpha=0.5 order=NHWC split=1,2": a point makes it a float, commas a list. */
static void put_args(struct bytes *op, const char *args)
{
    for (const char *at = args; *at;) {
        char name[32], value[32];
        int used = 0;
        struct bytes arg = {.size = 0};
        ck_assert_int_eq(sscanf(at, "%31[^=]=%31s %n", name, value, &used), 2);
        pb_text(&arg, 1, name);
        if (strchr(value, ','))
            for (const char *item = value; item; item = strchr(item, ',') ? strchr(item, ',') + 1 : NULL)
                pb_number(&arg, 6, (uint64_t)strtoll(item, NULL, 10));
        else if (*value >= 'A' && *value <= 'Z')
            pb_text(&arg, 4, value);
        else if (strchr(value, '.'))
            pb_float(&arg, 2, strtof(value, NULL));
        else
            pb_number(&arg, 3, (uint64_t)strtoll(value, NULL, 10));
        pb_message(op, 5, &arg);
        at += used;
    }
}

/* y, y1, ... = op(x, weights) */
static const struct single {
    const char *op, *args, *x, *weights[3], *y; /* names of weights are w0, w1, or i0 where `weights` begins with 'i' */
} singles[] = {
    {"Swish", "", "3: -1 0 2", {0}, "3: -0.26894142 0 1.76159416"},
    {"Softsign", "", "3: -1 0 3", {0}, "3: -0.5 0 0.75"},
    {"HardSigmoid", "", "4: -3 -1 1 3", {0}, "4: 0 0.3 0.7 1"},
    {"HardSigmoid", "alpha=0.5 beta=0.25", "4: -1 0 1 2", {0}, "4: 0 0.25 0.75 1"},
    {"Selu", "", "3: -1 0 2", {0}, "3: -1.11133074 0 2.10140197"},
    {"Selu", "alpha=2.0 scale=0.5", "2: -1 3", {0}, "2: -0.63212056 1.5"},
    {"Pow", "exponent=3.0", "3: -2 0.5 2", {0}, "3: -8 0.125 8"},
    {"Sin", "", "2: 0 1", {0}, "2: 0 0.84147098"},
    {"Cos", "", "2: 0 1", {0}, "2: 1 0.54030231"},
    {"Pow", "broadcast=1", "2x2: 1 2 3 4", {"2: 2 0.5"}, "2x2: 1 1.41421356 9 2"},
    {"Scale", "scale=-1.5", "2: 2 -4", {0}, "2: -3 6"},
    {"Scale", "", "2: 2 -4", {0}, "2: 2 -4"},
    {"Mean", "", "2: 3 6", {"2: 0 1", "2: 6 2"}, "2: 3 3"},
    {"Cast", "to=2", "4: -1.75 -0.5 0.5 2.75", {0}, "4: -1 0 0 2"},
    {"Cast", "to=5", "3: -1 0 0.5", {0}, "3: 1 0 1"},
    {"Sign", "", "3: -2 0 5", {0}, "3: -1 0 1"},
    {"Rsqrt", "", "2: 4 0.25", {0}, "2: 0.5 2"},
    {"Reciprocal", "", "2: 4 -0.25", {0}, "2: 0.25 -4"},
    {"Erf", "", "2: 0 1", {0}, "2: 0 0.84270079"},
    {"Sinh", "", "2: 0 1", {0}, "2: 0 1.17520119"},
    {"Cosh", "", "2: 0 1", {0}, "2: 1 1.54308063"},
    {"Tan", "", "2: 0 1", {0}, "2: 0 1.55740772"},
    {"Asin", "", "2: 0 1", {0}, "2: 0 1.57079633"},
    {"Acos", "", "2: 0 1", {0}, "2: 1.57079633 0"},
    {"Atan", "", "2: 0 1", {0}, "2: 0 0.78539816"},
    {"LT", "broadcast=1", "2x2: 1 2 3 4", {"2: 2 2"}, "2x2: 1 0 0 0"},
    {"LE", "broadcast=1 axis=0", "2x2: 1 2 3 4", {"2: 1 3"}, "2x2: 1 0 1 0"},
    {"GT", "", "2: 1 3", {"2: 2 2"}, "2: 0 1"},
    {"GE", "", "3: 1 2 3", {"3: 2 2 2"}, "3: 0 1 1"},
    {"EQ", "", "3: 1 2 3", {"3: 2 2 2"}, "3: 0 1 0"},
    {"ReduceMin", "axes=1", "2x2: 4 3 -1 2", {0}, "2x1: 3 -1"},
    {"ReduceL1", "", "2x2: 1 -2 -3 4", {0}, "1x1: 10"},
    {"ReduceL1", "axes=-1 keepdims=0", "2x2: 1 -2 -3 4", {0}, "2: 3 7"},
    {"ReduceL2", "axes=0 keepdims=0", "2x2: 3 5 -4 12", {0}, "2: 5 13"},
    {"ArgMax", "", "2x3: 1 3 2 6 5 4", {0}, "2x1: 1 0"},
    {"ArgMin", "axis=0 keepdims=0", "2x3: 1 3 2 0 5 1", {0}, "3: 1 0 1"},
    {"LogSoftmax", "", "1x2x2: 0 0 0 0", {0}, "1x2x2: -1.38629436 -1.38629436 -1.38629436 -1.38629436"},
    {"LogSoftmax", "axis=2", "1x2x2: 0 0 0 1.0986123", {0}, "1x2x2: -0.69314718 -0.69314718 -1.38629436 -0.28768207"},
    {"LayerNorm", "epsilon=0.0", "2x2: 1 3 -2 4", {0}, "2x2: -1 1 -1 1|2x1: 2 1|2x1: 1 3"},
    {"LayerNorm",
     "epsilon=3.0 elementwise_affine=1",
     "2x2: 1 3 -2 4",
     {"2: 2 4", "2: 1 -1"},
     "2x2: 0 1 -0.73205081 2.46410162|2x1: 2 1|2x1: 2 3.46410162"},
    {"LayerNorm", "epsilon=0.0 axis=2", "1x2x2: 1 3 -2 4", {0}, "1x2x2: -1 1 -1 1|1x2x1: 2 1|1x2x1: 1 3"},
    {"GlobalAveragePool", "", "1x2x1x2: 1 3 5 9", {0}, "1x2x1x1: 2 7"},
    {"GlobalMaxPool", "", "1x2x1x2: 1 3 9 5", {0}, "1x2x1x1: 3 9"},
    {"Gather", "", "3x2: 1 2 3 4 5 6", {"i2: 2 0"}, "2x2: 5 6 1 2"},
    {"Gather", "axis=1", "2x3: 1 2 3 4 5 6", {"i2x1: 2 0"}, "2x2x1: 3 1 6 4"},
    {"Gather", "axis=1 match_outer=1", "2x3: 1 2 3 4 5 6", {"i2x1: 2 0"}, "!match_outer"},
    {"Tile", "tiles=0", "2: 1 2", {0}, "!0 tiles"},
    {"Cast", "to=4", "2: 1 2", {0}, "!no counterpart"},
    {"Tile", "tiles=2", "2x1: 1 2", {0}, "4x1: 1 2 1 2"},
    {"Tile", "tiles=2 axis=1", "2x2: 1 2 3 4", {0}, "2x4: 1 2 1 2 3 4 3 4"},
    {"UpsampleBilinear", "height_scale=1.0 width_scale=1.5", "1x1x1x2: 0 2", {0}, "1x1x1x3: 0 1 2"},
    {"UpsampleBilinear", "height_scale=2.0 width_scale=1.0", "1x1x2x2: 0 3 6 9", {0}, "1x1x4x2: 0 3 2 5 4 7 6 9"},
    {"UpsampleBilinear", "width_scale=1.6666666", "1x1x1x3: 0 2 4", {0}, "1x1x1x5: 0 1 2 3 4"},
    {"FCTransposed", "", "1x2: 1 2", {"2x3: 1 2 3 4 5 6", "3: 0 1 2"}, "1x3: 9 13 17"},
    {"FCTransposed", "axis_w=2", "1x2x2: 1 2 3 4", {"2x2x1: 1 2 3 4", "1: 1"}, "1x1: 31"},
    {"Alias", "", "2: 1 2", {0}, "2: 1 2"},
    /* channels at the end, of filters too */
    {"Conv", "kernel=1 order=NHWC", "1x1x2x2: 1 2 3 4", {"1x1x1x2: 1 10", "1: 0.5"}, "1x1x2x1: 21.5 43.5"},
    {"MaxPool", "kernel=2 order=NHWC", "1x2x2x2: 1 8 2 7 3 6 4 5", {0}, "1x1x1x2: 4 8"},
    {"AveragePool", "global_pooling=1 order=NHWC", "1x1x2x2: 1 2 3 4", {0}, "1x1x1x2: 2 3"},
    {"PRelu", "order=NHWC", "1x1x2x2: -1 -1 1 -2", {"2: 0.5 0.25"}, "1x1x2x2: -0.5 -0.25 1 -0.5"},
    {"PadImage", "pad_l=1 order=NHWC", "1x1x1x2: 1 2", {0}, "1x1x2x2: 0 0 1 2"},
    {"ResizeNearest", "width_scale=2.0 order=NHWC", "1x1x1x2: 1 2", {0}, "1x1x2x2: 1 2 1 2"},
    {"Concat", "order=NHWC", "1x1x1x1: 1", {"1x1x1x2: 2 3"}, "1x1x1x3: 1 2 3"},
    {"Conv", "kernel=1 order=CHWN", "1x1x1x1: 1", {"1x1x1x1: 1", "1: 0"}, "!order CHWN"},
    /* pads of old networks: none, as many windows as strides, those of Caffe */
    {"MaxPool", "kernel=2 stride=2 pad=1 legacy_pad=1", "1x1x2x2: 1 2 3 4", {0}, "1x1x1x1: 4"},
    {"MaxPool", "kernel=2 stride=1 legacy_pad=2", "1x1x1x3: 1 3 2", {0}, "1x1x1x3: 3 3 2"},
    {"MaxPool",
     "kernel=3 stride=2 legacy_pad=3",
     "1x1x4x4: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
     {0},
     "1x1x2x2: 11 12 15 16"},
    {"AveragePool", "kernel_h=1 kernel_w=2 stride=2 legacy_pad=3", "1x1x1x3: 2 4 9", {0}, "1x1x1x2: 3 9"},
    /* other numbers of axes */
    {"Conv1D", "kernels=2 strides=1", "1x1x3: 1 2 3", {"1x1x2: 1 10", "1: 0"}, "1x1x2: 21 32"},
    {"MaxPool3D", "kernel=2", "1x1x2x2x2: 1 2 3 4 5 6 7 8", {0}, "1x1x1x1x1: 8"},
    {"Conv", "kernels=1,1,1", "1x1x2: 1 2", {"1x1x1: 1", "1: 0"}, "!3 items for 1"},
    {"AffineChannel", "", "1x2x2: 1 2 3 4", {"2: 2 3", "2: 0 1"}, "1x2x2: 2 4 10 13"},
    {"GroupNorm", "group=1 epsilon=0.0", "1x2x1: 1 3", {"2: 1 2", "2: 0 5"}, "1x2x1: -1 7"},
    {"UpsampleNearest", "scale=2", "1x1x1x2: 1 2", {0}, "1x1x2x4: 1 1 2 2 1 1 2 2"},
    {"Normalize", "", "2x2: 3 4 0 0", {0}, "2x2: 0.6 0.8 0 0"},
    {"ReduceFrontMean", "", "2x2: 1 2 3 4", {0}, "2: 2 3"},
    {"ReduceBackMax", "", "2x2: 1 2 3 4", {0}, "2: 2 4"},
    {"SumElements", "", "2x2: 1 2 3 4", {0}, ": 10"},
    {"NE", "", "2: 1 3", {"2: 1 2"}, "2: 0 1"},
    {"ResizeLike", "", "2x2: 1 2 3 4", {"4: 0 0 0 0"}, "4: 1 2 3 4"},
    {"Concat", "axis=0 add_axis=1", "2: 1 2", {"2: 3 4"}, "2x2: 1 2 3 4|2: 1 1"},
    {"Reshape", "shape=4,1", "2x2: 1 2 3 4", {0}, "4x1: 1 2 3 4|2: 2 2"},
    {"Slice", "", "3: 1 2 3", {"i1: 1", "i1: -1"}, "2: 2 3"},
    {"EnsureCPUOutput", "", "2: 1 2", {0}, "2: 1 2"},
    {"RoIPool",
     "pooled_h=1 pooled_w=2 spatial_scale=0.5",
     "1x1x3x4: 0 1 2 3 4 5 6 7 8 9 10 11",
     {"2x5: 0 0 0 6 2 0 2 4 3 4"},
     "2x1x1x2: 5 7 9 10"},
    {"RoIAlign", "sampling_ratio=1", "1x1x2x2: 0 1 2 3", {"1x5: 0 0 0 2 2"}, "1x1x1x1: 3"},
    {"RoIAlign", "sampling_ratio=1 aligned=1 order=NHWC", "1x2x2x1: 0 1 2 3", {"1x4: 0 0 2 2"}, "1x1x1x1: 1.5"},
    {"GRUUnit", "sequence_lengths=0", "1x1x1: 0.5", {"1x1x3: 9 1 2"}, "1x1x1: 0.624796237"},
    {"GRUUnit", "sequence_lengths=0", "1x1x1: 0.5", {"1x1x4: 9 1 2 3"}, "!gates that do not fit"},
    {"RoIAlign", "", "1x1x2x2: 0 1 2 3", {"1x5: 0 0 0 2 2"}, "1x1x1x1: 2.25"},
    {"RoIAlign", "sampling_ratio=65", "1x1x2x2: 0 1 2 3", {"1x5: 0 0 0 2 2"}, "!65 samples"},
};

static void make_single(const struct single *s, struct bytes *net, struct bytes *init)
{
    static const char *const names[][3] = {{"w0", "w1", "w2"}, {"i0", "i1", "i2"}}, *const outputs[] = {"y", "y1",
                                                                                                        "y2"};
    struct written w;
    struct bytes op = {.size = 0};
    net->size = init->size = 0;
    pb_text(init, 1, "init");
    pb_text(net, 1, "net");
    pb_text(&op, 1, "x");
    for (size_t i = 0; i < 3 && s->weights[i]; i++) {
        const bool whole = *s->weights[i] == 'i';
        written_read(&w, s->weights[i] + whole);
        put_weight(init, names[whole][i], &w);
        pb_text(&op, 1, names[whole][i]);
    }
    size_t count = 0;
    for (const char *at = s->y; at; at = strchr(at + 1, '|'))
        pb_text(&op, 2, outputs[count++]);
    pb_text(&op, 4, s->op);
    put_args(&op, s->args);
    pb_message(net, 2, &op);
    pb_text(net, 7, "x");
    for (size_t i = 0; i < 3 && s->weights[i]; i++)
        pb_text(net, 7, names[*s->weights[i] == 'i'][i]);
    for (size_t i = 0; i < count; i++)
        pb_text(net, 8, outputs[i]);
}

/* The shape of the input, as value_info.json says it. */
static void put_info(char *info, size_t size, const struct written *x)
{
    int used = snprintf(info, size, "{\"x\": [1, [");
    for (int i = 0; i < x->rank; i++)
        used += snprintf(info + used, size - (size_t)used, "%s%d", i ? ", " : "", x->extent[i]);
    snprintf(info + used, size - (size_t)used, "]]}");
}

/* y for an input x, or "!" and what is said. */
static void result_is(struct bytes *net, struct bytes *init, const char *x, const char *y)
{
    static struct model_text text;
    struct written input;
    char info[128];
    written_read(&input, x);
    put_info(info, sizeof info, &input);
    open_with(net, init, info, &text);
    if (*y == '!')
        ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, y + 1), "%s", text.talk);
    else
        computed_are(&text, x, y);
    nnefcl_model_free(text.model);
}

START_TEST(single)
{
    static struct bytes net, init;
    const struct single *s = &singles[_i];
    make_single(s, &net, &init);
    result_is(&net, &init, s->x, s->y);
}
END_TEST

/* ---- integers that stand for numbers ---- */

/* y = op(x quantized by `from`, weights "scale,zero 2x2: 130 127", "i 1: 3", floats "f 1: 3"), values by the
 * definition. */
static const struct whole {
    const char *op, *args, *from, *x, *weights[2], *y;
} wholes[] = {
    {"", "Y_scale=0.5 Y_zero_point=10", "", "5: -1 0.25 0.75 100 200", {0}, "5: 8 10 12 210 255"},
    {"Int8Dequantize", "", "Y_scale=0.5 Y_zero_point=10", "3: -1 0.75 200", {0}, "3: -1 1 122.5"},
    /* (2 2 - 4 1 + 3) / 8, in quarters: half away from zero */
    {"Int8Conv",
     "kernel=1 Y_scale=0.25 Y_zero_point=5",
     "Y_scale=0.5 Y_zero_point=1",
     "1x1x1x2: 1 2",
     {"0.25,128 1x1x1x2: 130 127", "i 1: 3"},
     "1x1x1x1: 7"},
    {"Int8ConvRelu",
     "kernel=1 Y_scale=0.25 Y_zero_point=5",
     "Y_scale=0.5 Y_zero_point=1",
     "1x1x1x2: 1 2",
     {"0.25,128 1x1x1x2: 130 127", "i 1: -10"},
     "1x1x1x1: 5"},
    /* a border is the number 0, which the zero point stands for */
    {"Int8Conv",
     "kernels=1,2 pads=0,1,0,0 order=NHWC Y_scale=1.0 Y_zero_point=0",
     "Y_scale=1.0 Y_zero_point=7",
     "1x1x1x1: 2",
     {"1,1 1x1x2x1: 51 4", "i 1: 0"},
     "1x1x1x1: 6"},
    {"Int8FC",
     "Y_scale=0.5 Y_zero_point=1",
     "Y_scale=1.0 Y_zero_point=0",
     "1x1x2: 3 4",
     {"0.5,2 2x2: 2 3 4 5", "i 2: 0 -2"},
     "1x2: 5 17"},
    {"Int8MaxPool", "kernel_h=1 kernel_w=2", "Y_scale=1.0 Y_zero_point=4", "1x1x2x1: -3 -1", {0}, "1x1x1x1: 3"},
    {"Int8MaxPoolRelu", "kernel_h=1 kernel_w=2", "Y_scale=1.0 Y_zero_point=4", "1x1x2x1: -3 -1", {0}, "1x1x1x1: 4"},
    {"Int8AveragePool",
     "kernel_h=1 kernel_w=2 stride_w=2 pad_r=1 Y_scale=2.0 Y_zero_point=9",
     "Y_scale=0.5 Y_zero_point=4",
     "1x1x3x1: 4 8 16",
     {0},
     "1x1x2x1: 12 13"},
    {"Int8Add", "Y_scale=2.0 Y_zero_point=1", "Y_scale=0.5 Y_zero_point=1", "1: 1", {"1,3 1: 5"}, "1: 3"},
    {"Int8SumRelu", "Y_scale=2.0 Y_zero_point=8", "Y_scale=0.5 Y_zero_point=9", "1: -4", {"1,3 1: 0"}, "1: 8"},
    {"Int8Relu", "", "Y_scale=0.5 Y_zero_point=10", "2: -1 1", {0}, "2: 10 12"},
    {"Int8LeakyRelu",
     "alpha=0.5 Y_scale=0.5 Y_zero_point=10",
     "Y_scale=0.5 Y_zero_point=10",
     "2: -2 2",
     {0},
     "2: 8 14"},
    {"Int8Sigmoid", "Y_scale=0.00390625", "Y_scale=0.5 Y_zero_point=10", "2: 0 1", {0}, "2: 128 187"},
    {"Int8Softmax", "Y_scale=0.00390625", "Y_scale=0.5 Y_zero_point=90", "2x2: 0 0 0 -40", {0}, "2x2: 128 128 255 0"},
    {"Int8Concat", "Y_scale=1.0 Y_zero_point=2", "Y_scale=1.0 Y_zero_point=2", "1: 1", {"1,2 2: 7 8"}, "3: 3 7 8"},
    {"Int8Reshape", "shape=2,1", "Y_scale=1.0 Y_zero_point=2", "1x2: 1 3", {0}, "2x1: 3 5"},
    {"Int8Slice", "starts=0,1 ends=-1,-1", "Y_scale=1.0 Y_zero_point=2", "1x2: 1 3", {0}, "1x1: 5"},
    {"Int8Conv", "kernel=1", "Y_scale=1.0", "1x1x1x1: 1", {"f 1x1x1x1: 1", "i 1: 0"}, "!one is quantized"},
    {"Int8Relu", "", "Y_scale=0.0", "1: 1", {0}, "!scale 0"},
};

static void put_whole_weight(struct bytes *net, const char *name, const char *text)
{
    struct bytes op = {.size = 0}, shape = {.size = 0}, values = {.size = 0}, bytes = {.size = 0};
    const bool whole = *text == 'i';
    char scale[16], args[64];
    struct written w;
    int zero = 0;
    written_read(&w, strchr(text, ' '));
    if (*text == 'f') {
        put_weight(net, name, &w);
        return;
    }
    pb_text(&op, 2, name);
    pb_text(&op, 4, whole ? "Int8GivenIntTensorFill" : "Int8GivenTensorFill");
    pb_text(&shape, 1, "shape");
    pb_text(&values, 1, "values");
    for (int i = 0; i < w.rank; i++)
        pb_number(&shape, 6, (uint64_t)w.extent[i]);
    for (size_t i = 0; i < w.count && whole; i++)
        pb_number(&values, 6, (uint64_t)(int64_t)w.whole[i]);
    for (size_t i = 0; i < w.count; i++)
        bytes_int(&bytes, (uint64_t)w.whole[i], 1);
    if (!whole)
        pb_message(&values, 4, &bytes);
    pb_message(&op, 5, &shape);
    pb_message(&op, 5, &values);
    if (sscanf(text, "%15[^,],%d", scale, &zero) == 2) {
        snprintf(args, sizeof args, "Y_scale=%s%s Y_zero_point=%d", scale, strchr(scale, '.') ? "" : ".0", zero);
        put_args(&op, args);
    }
    pb_message(net, 2, &op);
}

static void make_whole(const struct whole *s, struct bytes *net, struct bytes *init)
{
    static const char *const names[] = {"q", "w0", "w1"};
    const bool alone = *s->op == 0;
    size_t inputs = 1;
    net->size = init->size = 0;
    pb_text(init, 1, "init");
    pb_text(net, 1, "net");
    struct bytes op = op_of("Int8Quantize", (const char *const[]){"x"}, 1, alone ? "y" : "q");
    put_args(&op, alone ? s->args : s->from);
    pb_message(net, 2, &op);
    for (; inputs < 3 && s->weights[inputs - 1]; inputs++)
        put_whole_weight(init, names[inputs], s->weights[inputs - 1]);
    op = op_of(s->op, names, inputs, "y");
    put_args(&op, s->args);
    if (!alone)
        pb_message(net, 2, &op);
    pb_text(net, 7, "x");
    for (size_t i = 1; i < inputs; i++)
        pb_text(net, 7, names[i]);
    pb_text(net, 8, "y");
}

START_TEST(whole)
{
    static struct bytes net, init;
    const struct whole *s = &wholes[_i];
    make_whole(s, &net, &init);
    result_is(&net, &init, s->x, s->y);
}
END_TEST

/* ---- recurrent networks ---- */

static void arg_words(struct bytes *op, const char *name, const char *words)
{
    struct bytes arg = {.size = 0};
    pb_text(&arg, 1, name);
    for (; *words; words += strcspn(words, " ") + (words[strcspn(words, " ")] == ' '))
        pb_data(&arg, 7, words, strcspn(words, " "));
    pb_message(op, 5, &arg);
}

/* The step of an LSTM: gates of the state before and of the input, written over each other. */
static struct bytes make_step(void)
{
    struct bytes net = {.size = 0}, op = op_of("FC", (const char *const[]){"h", "w", "b"}, 3, "g");
    put_args(&op, "axis=2");
    pb_message(&net, 2, &op);
    op = op_of("Sum", (const char *const[]){"g", "x_t"}, 2, "g");
    pb_message(&net, 2, &op);
    op = op_of("LSTMUnit", (const char *const[]){"h", "c", "g", "seq", "t"}, 5, "h_t");
    pb_text(&op, 2, "c_t");
    pb_message(&net, 2, &op);
    return net;
}

static const char step_text[] =
    "op { input: 'h' input: 'w' input: 'b' output: 'g' type: 'FC' arg { name: 'axis' i: 2 } }\n"
    "op { input: 'g' input: 'x_t' output: 'g' type: 'Sum' }\n"
    "op { input: 'h' input: 'c' input: 'g' input: 'seq' input: 't' output: 'h_t' output: 'c_t' type: 'LSTMUnit' }\n";

/* `change`: one argument of RecurrentNetwork that is put in front of the right one. */
static void make_recurrent(struct bytes *net, struct bytes *init, bool text, const char *change)
{
    static const char *const operands[] = {"x", "h0", "c0", "w", "b", "seq"};
    struct written w;
    struct bytes op = op_of("RecurrentNetwork", operands, 6, "h_all"), step = make_step(), arg = {.size = 0};
    net->size = init->size = 0;
    pb_text(init, 1, "init");
    pb_text(net, 1, "net");
    pb_text(&op, 2, "c_last");
    pb_text(&op, 2, "workspaces");
    if (change)
        put_args(&op, change);
    pb_text(&arg, 1, "step_net");
    if (text)
        pb_text(&arg, 4, step_text);
    else
        pb_message(&arg, 8, &step);
    pb_message(&op, 5, &arg);
    arg_words(&op, "recurrent_states", "h_states c_states");
    arg_words(&op, "link_internal", "h h_t c c_t x_t");
    arg_words(&op, "link_external", "h_states h_states c_states c_states x");
    arg_words(&op, "alias_src", "h_states c_states");
    arg_words(&op, "alias_dst", "h_all c_last");
    arg_words(&op, "timestep", "t");
    put_args(&op, "initial_recurrent_state_ids=1,2 link_offset=0,1,0,1,0 alias_offset=1,-1");
    pb_message(net, 2, &op);
    written_read(&w, "1: 0.5");
    put_weight(init, "h0", &w);
    written_read(&w, "2x1: 0.25 -1");
    put_weight(init, "c0", &w);
    written_read(&w, "4x1: 1 -1 0.5 2");
    put_weight(init, "w", &w);
    written_read(&w, "4: 0.1 0.2 0.3 0.4");
    put_weight(init, "b", &w);
    for (size_t i = 0; i < 6; i++)
        pb_text(net, 7, operands[i]);
    pb_text(net, 8, "h_all");
    pb_text(net, 8, "c_last");
}

#define RECURRENT_INFO "{\"x\": [1, [2, 2, 4]], \"seq\": [2, [2]]}"

/* The second sequence ends behind its first step. */
START_TEST(recurrent)
{
    static struct bytes net, init;
    static struct model_text text;
    make_recurrent(&net, &init, _i == 1, NULL);
    open_with(&net, &init, RECURRENT_INFO, &text);
    computed_are(&text, "2x2x4: 1 0 -1 0.5 0 1 0.5 -1 0.5 0.5 1 1 1 -1 0 0.25|2: 2 1",
                 "2x2x1: 0.279276259 -0.295825946 0.679629554 -0.295825946|1x2x1: 1.22359331 -0.422871329");
    nnefcl_model_free(text.model);
}
END_TEST

static const struct {
    const char *change, *says;
} recurrent_errors[] = {
    {"link_offset=0,1,0,1,1", "step 2 of 'x'"},
    {"link_offset=1,1,0,1,0", "'h_states' is read at step 1 before it is written"},
    {"link_offset=0,2,0,1,0", "'h_states' is read at step 1 before it is written"},
    {"link_offset=0,1,0", "link_offset has 3 numbers for 5"},
    {"link_window=1,1,1,1,2", "step 1 of 'x'"},
    {"initial_recurrent_state_ids=1,4", "gates that do not fit the state"},
    {"initial_recurrent_state_ids=3,2", "a first state that does not fit the batch"},
    {"step_net=Op", "step_net"},
    {"timestep=Q", "nothing gives 't'"},
};

START_TEST(recurrent_wrong)
{
    static struct bytes net, init;
    static struct model_text text;
    make_recurrent(&net, &init, false, recurrent_errors[_i].change);
    ck_assert_int_ne(open_with(&net, &init, RECURRENT_INFO, &text), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, recurrent_errors[_i].says) != NULL, "%s", text.talk);
}
END_TEST

START_TEST(recurrent_damaged)
{
    static struct bytes net, init, bad;
    static struct model_text text;
    make_recurrent(&net, &init, _i == 1, NULL);
    for (size_t at = 0; at < net.size; at += 2) {
        bad = net;
        bad.data[at] ^= 0x81;
        open_with(&bad, &init, RECURRENT_INFO, &text);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
}
END_TEST

/* Not, And and Or on what comparisons give. */
START_TEST(logic)
{
    static const struct {
        const char *op, *input[2], *output;
    } ops[] = {{"LT", {"x", "w"}, "less"},
               {"GT", {"x", "w"}, "more"},
               {"Or", {"less", "more"}, "other"},
               {"Not", {"other"}, "same"},
               {"And", {"other", "more"}, "y"}};
    static struct bytes net, init;
    static struct model_text text;
    struct written w;
    net.size = init.size = 0;
    pb_text(&net, 1, "net");
    pb_text(&init, 1, "init");
    written_read(&w, "3: 2 2 2");
    put_weight(&init, "w", &w);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        const struct bytes op = op_of(ops[i].op, ops[i].input, ops[i].input[1] ? 2 : 1, ops[i].output);
        pb_message(&net, 2, &op);
    }
    pb_text(&net, 7, "x");
    pb_text(&net, 7, "w");
    pb_text(&net, 8, "other");
    pb_text(&net, 8, "same");
    pb_text(&net, 8, "y");
    open_with(&net, &init, "{\"x\": [1, [3]]}", &text);
    computed_are(&text, "3: 1 2 3", "3: 1 0 1|3: 0 1 0|3: 0 0 1");
    nnefcl_model_free(text.model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caffe2");
    TCase *tests = tcase_create("caffe2");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, network);
    tcase_add_loop_test(tests, stand_in, 0, 2);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, logic);
    tcase_add_loop_test(tests, single, 0, sizeof singles / sizeof *singles);
    tcase_add_loop_test(tests, recurrent, 0, 2);
    tcase_add_loop_test(tests, recurrent_wrong, 0, sizeof recurrent_errors / sizeof *recurrent_errors);
    tcase_add_loop_test(tests, recurrent_damaged, 0, 2);
    tcase_add_loop_test(tests, whole, 0, sizeof wholes / sizeof *wholes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
