/* SPDX-License-Identifier: Apache-2.0 */
/* Networks that torch.save of Torch7 wrote: modules in containers, weights shared by number, classes of cudnn. */
#include "import/computed.h"
#include "import/file_bytes_made.h"

enum { NUMBER = 1, STRING = 2, TABLE = 3, OBJECT = 4, BOOLEAN = 5 };

static unsigned next_number;
static enum { LITTLE, BIG, TEXT } form; /* how numbers are written */

/* `text` says the same. */
static void put_as(struct bytes *file, uint64_t bits, unsigned width, const char *text)
{
    if (form == TEXT)
        bytes_put(file, text, strlen(text));
    for (unsigned i = 0; i < width && form != TEXT; i++)
        bytes_int(file, bits >> 8 * (form == BIG ? width - 1 - i : i), 1);
}

static void put_whole(struct bytes *file, uint64_t number, unsigned width)
{
    char text[32];
    snprintf(text, sizeof text, "%lld\n", (long long)number);
    put_as(file, number, width, text);
}

static void put_string(struct bytes *file, const char *text)
{
    put_whole(file, strlen(text), 4);
    bytes_put(file, text, strlen(text));
    if (form == TEXT)
        bytes_put(file, "\n", 1);
}

static void put_key(struct bytes *file, const char *key)
{
    put_whole(file, STRING, 4);
    put_string(file, key);
}

static void put_number(struct bytes *file, double number)
{
    put_whole(file, NUMBER, 4);
    uint64_t bits;
    char text[32];
    snprintf(text, sizeof text, "%.17g\n", number);
    memcpy(&bits, &number, sizeof bits);
    put_as(file, bits, sizeof bits, text);
}

static void put_class(struct bytes *file, const char *name)
{
    put_whole(file, OBJECT, 4);
    put_whole(file, ++next_number, 4);
    put_string(file, "V 1");
    put_string(file, name);
}

static void put_table(struct bytes *file, unsigned entries)
{
    put_whole(file, TABLE, 4);
    put_whole(file, ++next_number, 4);
    put_whole(file, entries, 4);
}

static void put_tensor(struct bytes *file, const int *extent, unsigned rank)
{
    uint64_t count = 1;
    put_class(file, "torch.FloatTensor");
    put_whole(file, rank, 4);
    for (unsigned i = 0; i < rank; i++) {
        put_whole(file, (uint64_t)extent[i], 8);
        count *= (uint64_t)extent[i];
    }
    uint64_t stride = count;
    for (unsigned i = 0; i < rank; i++)
        put_whole(file, stride /= (uint64_t)extent[i], 8);
    put_whole(file, 1, 8);
    put_class(file, "torch.FloatStorage");
    put_whole(file, count, 8);
    uint32_t half;
    memcpy(&half, &(float){0.5f}, sizeof half);
    for (uint64_t i = 0; i < count; i++)
        put_as(file, half, sizeof half, i + 1 < count ? "0.5 " : "0.5\n");
}

/* `fields`: "kW=3 kH=3", and weights of these extents. */
static void put_module(struct bytes *file, const char *name, const char *fields, const int *extent, unsigned rank)
{
    unsigned count = rank > 0;
    for (const char *at = fields; (at = strchr(at, '=')); at++)
        count++;
    put_class(file, name);
    put_table(file, count);
    for (const char *at = fields; *at;) {
        char key[32];
        double value;
        int used = 0;
        ck_assert_int_eq(sscanf(at, "%31[^=]=%lf %n", key, &value, &used), 2);
        put_key(file, key);
        put_number(file, value);
        at += used;
    }
    if (rank) {
        put_key(file, "weight");
        put_tensor(file, extent, rank);
    }
}

static void put_container(struct bytes *file, const char *name, unsigned modules)
{
    put_class(file, name);
    put_table(file, 1);
    put_key(file, "modules");
    put_table(file, modules);
}

static void make_network(struct bytes *file)
{
    file->size = 0;
    next_number = 0;
    put_container(file, "nn.Sequential", 4);
    put_number(file, 1);
    put_module(file, "cudnn.SpatialConvolution", "kW=3 kH=3 dW=1 dH=1 padW=1 padH=1", (const int[]){2, 1, 3, 3}, 4);
    put_number(file, 2);
    put_container(file, "nn.ConcatTable", 2);
    put_number(file, 1);
    put_module(file, "nn.ReLU", "", NULL, 0);
    put_number(file, 2);
    put_module(file, "nn.Identity", "", NULL, 0);
    put_number(file, 3);
    put_module(file, "nn.CAddTable", "", NULL, 0);
    put_number(file, 4);
    put_module(file, "nn.LogSoftMax", "", NULL, 0);
}

static void open_as(struct model_text *text, const struct bytes *file, const nnefcl_input_shape *shape)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    memset(text, 0, sizeof *text);
    options.shapes = shape;
    options.shape_count = 1;
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    text->status = nnefcl_model_open_memory(file->data, file->size, &options, &text->model, &text->error);
}

static void open_shaped(struct model_text *text, const struct bytes *file)
{
    const nnefcl_input_shape shape = {"x", {.rank = 4, .extent = {1, 1, 5, 6}}};
    open_as(text, file, &shape);
}

START_TEST(network)
{
    static struct bytes file;
    static struct model_text text;
    make_network(&file);
    open_shaped(&text, &file);
    flat_has(&text, "( x ) -> ( y )|shape = [1, 1, 5, 6]|SpatialConvolution0 = conv(x|padding = [(1, 1), (1, 1)]|relu("
                    "SpatialConvolution0)|add(|SpatialConvolution0)|max_reduce(|axes = [1]|exp(|log(");
    nnefcl_model_free(text.model);
}
END_TEST

/* The same network in every form. */
START_TEST(forms)
{
    static struct bytes file, bad;
    static struct model_text text;
    const nnefcl_input_shape row = {"x", {.rank = 2, .extent = {1, 2}}};
    form = _i;
    make_network(&file);
    open_shaped(&text, &file);
    flat_has(&text,
             "( x ) -> ( y )|shape = [1, 1, 5, 6]|SpatialConvolution0 = conv(x|padding = [(1, 1), (1, 1)]|relu(");
    nnefcl_model_free(text.model);
    for (size_t at = 0; at < file.size; at += 5) {
        bad = file;
        bad.data[at] ^= "\1\x80\xff"[at % 3];
        open_shaped(&text, &bad);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
    }
    file.size = 0;
    next_number = 0;
    put_module(&file, "nn.Linear", "", (const int[]){1, 2}, 2);
    open_as(&text, &file, &row);
    computed_are(&text, "1x2: 1 3", "1x1: 2");
    nnefcl_model_free(text.model);
    form = LITTLE;
}
END_TEST

/* Smaller images stand in the middle of larger ones. */
START_TEST(in_the_middle)
{
    static struct bytes file;
    static struct model_text text;
    const nnefcl_input_shape shape = {"x", {.rank = 4, .extent = {1, 1, 1, 4}}};
    file.size = 0;
    next_number = 0;
    put_container(&file, "nn.DepthConcat", 2);
    put_number(&file, 1);
    put_module(&file, "nn.Identity", "", NULL, 0);
    put_number(&file, 2);
    put_module(&file, "nn.Narrow", "dimension=4 index=2 length=1", NULL, 0);
    open_as(&text, &file, &shape);
    computed_are(&text, "1x1x1x4: 1 2 3 4", "2x1x1x4: 1 2 3 4 0 2 0 0");
    nnefcl_model_free(text.model);
}
END_TEST

/* Modules side by side read a table: as many tensors as there are modules. */
START_TEST(side_by_side)
{
    static struct bytes file;
    static struct model_text text;
    const nnefcl_input_shape shape[] = {{"x1", {.rank = 1, .extent = {2}}}, {"x2", {.rank = 1, .extent = {2}}}};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    file.size = 0;
    next_number = 0;
    put_container(&file, "nn.Sequential", 2);
    put_number(&file, 1);
    put_container(&file, "nn.ParallelTable", 2);
    put_number(&file, 1);
    put_module(&file, "nn.Square", "", NULL, 0);
    put_number(&file, 2);
    put_module(&file, "nn.Identity", "", NULL, 0);
    put_number(&file, 2);
    put_module(&file, "nn.CAddTable", "", NULL, 0);
    memset(&text, 0, sizeof text);
    options.shapes = shape;
    options.shape_count = 2;
    text.status = nnefcl_model_open_memory(file.data, file.size, &options, &text.model, &text.error);
    computed_are(&text, "2: 1 3|2: 5 6", "2: 6 15");
    nnefcl_model_free(text.model);
}
END_TEST

/* There is no document that could be shown. */
START_TEST(no_document)
{
    static struct bytes file;
    static struct model_text text;
    nnefcl_error error = {0};
    make_network(&file);
    open_shaped(&text, &file);
    ck_assert_int_eq(nnefcl_model_dump(text.model, NNEFCL_DUMP_AST, model_text_append, &text, &error),
                     NNEFCL_ERR_UNSUPPORTED);
    ck_assert(error.message[0] && !text.dump[0]);
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(shape_wanted)
{
    static struct bytes file;
    static struct model_text text;
    make_network(&file);
    ck_assert_int_ne(bytes_open(&text, file.data, file.size), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, "'x'") != NULL, "%s", text.talk);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes file, bad;
    static struct model_text text;
    make_network(&file);
    for (size_t at = 0; at < file.size; at++) {
        bad = file;
        bad.data[at] ^= "\1\x80\xff"[at % 3];
        open_shaped(&text, &bad);
        ck_assert_msg(text.status == NNEFCL_OK || text.error.message[0], "byte %zu", at);
        nnefcl_model_free(text.model);
        bad.size = at;
        open_shaped(&text, &bad);
        ck_assert_int_ne(text.status, NNEFCL_OK);
    }
}
END_TEST

/* Modules within modules without an end, and one that is shared so often that walking it never ends. */
START_TEST(nested)
{
    static struct bytes file;
    static struct model_text text;
    file.size = 0;
    next_number = 0;
    for (unsigned i = 0; i < 120; i++) {
        put_container(&file, "nn.Sequential", 1);
        put_number(&file, 1);
    }
    put_module(&file, "nn.Identity", "", NULL, 0);
    open_shaped(&text, &file);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "nested too deep"), "%s", text.talk);
    file.size = 0;
    next_number = 0;
    for (unsigned i = 0; i < 40; i++) { /* two modules each: the next one, and the next one again */
        put_container(&file, "nn.Sequential", 2);
        put_number(&file, 1);
    }
    put_module(&file, "nn.Identity", "", NULL, 0);
    for (unsigned i = 40; i-- > 0;) {
        put_number(&file, 2);
        put_whole(&file, OBJECT, 4);
        put_whole(&file, 3 * (i + 1) + 1, 4);
    }
    open_shaped(&text, &file);
    ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, "too many modules"), "%s", text.talk);
}
END_TEST

/* The largest of three lines, of two units; all weights are 1/2. */
START_TEST(maxout)
{
    static struct bytes file;
    static struct model_text text;
    const nnefcl_input_shape shape = {"x", {2, {1, 2}}};
    file.size = 0;
    next_number = 0;
    put_container(&file, "nn.Maxout", 3);
    put_number(&file, 1);
    put_module(&file, "nn.Linear", "", (const int[]){6, 2}, 2);
    put_number(&file, 2);
    put_class(&file, "nn.View");
    put_table(&file, 2);
    put_key(&file, "numInputDims");
    put_number(&file, 1);
    put_key(&file, "size");
    put_class(&file, "torch.LongStorage");
    put_whole(&file, 2, 8);
    put_whole(&file, 3, 8);
    put_whole(&file, 2, 8);
    put_number(&file, 3);
    put_module(&file, "nn.Max", "dimension=1 nInputDims=2", NULL, 0);
    open_as(&text, &file, &shape);
    computed_are(&text, "1x2: 1 2", "1x2: 1.5 1.5");
    nnefcl_model_free(text.model);
}
END_TEST

/* ---- single modules: values by the definition ---- */

/* Reads x, or a table of x and x, or is the module of a MapTable on those; or its first, and the second is Identity; in
 * a Bottle; the first of Parallel along axis 1, the second is Identity; behind the pool that it undoes; its first row
 * and the module's of the second are added, or its last row, or all rows as a table; in a graph. */
enum reads {
    ONE,
    TWO,
    EACH,
    FIRST,
    BOTTLED,
    PARALLEL,
    UNPOOLED,
    UNPOOLED_ODD,
    SPLIT,
    SPLIT_LAST,
    SPLIT_ALL,
    GRAPH,
    GRAPH_TWO,
    GRAPH_LATE
};

static const struct single {
    const char *name, *fields; /* "kW=2 transA=true" */
    const char *x, *weight, *bias, *y;
    enum reads reads;
} singles[] = {
    {"SoftMin", "", "1x2: 0 1.0986123", NULL, NULL, "1x2: 0.75 0.25", ONE},
    {"SoftMin", "", "2x1x2: 0 5 1.0986123 5", NULL, NULL, "2x1x2: 0.75 0.5 0.25 0.5", ONE},
    {"SoftSign", "", "3: -1 0 3", NULL, NULL, "3: -0.5 0 0.75", ONE},
    {"MulConstant", "constant_scalar=3", "2x2: 1 2 10 20", NULL, NULL, "2: 31 62", SPLIT},
    {"MulConstant", "constant_scalar=3", "2x2: 1 2 10 20", NULL, NULL, "2: 6 60", SPLIT_LAST},
    {"CAddTable", "", "2x2: 1 2 10 20", NULL, NULL, "!all items of a SplitTable", SPLIT_ALL},
    {"MapTable", "", "2x2: 1 2 10 20", NULL, NULL, "!all items of a SplitTable", SPLIT_ALL},
    {"Identity", "", "2x2: 1 2 10 20", NULL, NULL, "!all items of a SplitTable", SPLIT_ALL},
    {"CReLU", "nInputDims=1", "2: 1 -2", NULL, NULL, "4: 1 0 0 2", ONE},
    {"CReLU", "nInputDims=1", "2x2: 1 -2 -3 4", NULL, NULL, "2x4: 1 0 0 2 0 4 3 0", ONE},
    {"LogSigmoid", "", "3: -50 0 2", NULL, NULL, "3: -50 -0.69314718 -0.12692801", ONE},
    {"TanhShrink", "", "2: -1 2", NULL, NULL, "2: -0.23840584 1.03597242", ONE},
    {"HardShrink", "lambda=1", "4: -2 -1 0.5 1.5", NULL, NULL, "4: -2 0 0 1.5", ONE},
    {"HardShrink", "", "3: -0.75 0.5 0.25", NULL, NULL, "3: -0.75 0 0", ONE},
    {"SoftShrink", "lambda=1", "4: -2 -1 0.5 1.5", NULL, NULL, "4: -1 0 0 0.5", ONE},
    {"RReLU", "lower=0.1 upper=0.3", "2: -10 2", NULL, NULL, "2: -2 2", ONE},
    {"RReLU", "", "2: -48 2", NULL, NULL, "2: -11 2", ONE},
    {"Add", "", "2x2: 1 2 3 4", NULL, "2: 10 20", "2x2: 11 22 13 24", ONE},
    {"Add", "scalar=true", "2x2: 1 2 3 4", NULL, "1: 10", "2x2: 11 12 13 14", ONE},
    {"Add", "", "2: 1 2", NULL, "2: 10 20", "2: 11 22", ONE},
    {"Add", "", "2x2x1: 1 2 3 4", NULL, "2: 10 20", "2x2x1: 11 22 13 24", ONE},
    {"MM", "transA=false transB=true", "2x2: 1 2 3 4", NULL, NULL, "2x2: 5 11 11 25", TWO},
    {"MM", "transA=true transB=false", "2x2: 1 2 3 4", NULL, NULL, "2x2: 10 14 14 20", TWO},
    {"MM", "transA=true", "2x1x2: 1 2 3 4", NULL, NULL, "2x2x2: 1 2 2 4 9 12 12 16", TWO},
    {"Replicate", "nfeatures=2", "2: 1 2", NULL, NULL, "2x2: 1 2 1 2", ONE},
    {"Replicate", "nfeatures=2 dim=2", "2: 1 2", NULL, NULL, "2x2: 1 1 2 2", ONE},
    {"Replicate", "nfeatures=2 dim=1 ndim=1", "2x2: 1 2 3 4", NULL, NULL, "2x2x2: 1 2 1 2 3 4 3 4", ONE},
    {"Padding", "dim=1 pad=2 nInputDim=1 value=9 index=1", "2: 1 2", NULL, NULL, "4: 1 2 9 9", ONE},
    {"Padding", "dim=1 pad=-1 nInputDim=1", "2x2: 1 2 3 4", NULL, NULL, "2x3: 0 1 2 0 3 4", ONE},
    {"Padding", "dim=1 pad=1 index=2", "2: 1 2", NULL, NULL, "!a border inside of the tensor", ONE},
    {"LookupTable", "", "2: 3 1", "3x2: 1 2 3 4 5 6", NULL, "2x2: 5 6 1 2", ONE},
    {"LookupTable", "", "1x2: 2 2", "3x1: 1 2 3", NULL, "1x2x1: 2 2", ONE},
    {"TemporalConvolution", "kW=2 dW=1", "3x2: 1 2 3 4 5 6", "1x4: 1 10 100 1000", "1: 0.5", "2x1: 4321.5 6543.5", ONE},
    {"TemporalConvolution", "kW=2 dW=2", "1x4x1: 1 2 3 4", "2x2: 1 1 1 -1", "2: 0 1", "1x2x2: 3 0 7 0", ONE},
    {"SpatialUpSamplingBilinear", "scale_factor=2", "1x1x2x2: 0 3 6 9", NULL, NULL,
     "1x1x4x4: 0 1 2 3 2 3 4 5 4 5 6 7 6 7 8 9", ONE},
    {"SpatialUpSamplingBilinear", "oheight=3 owidth=2", "1x2x2: 0 3 6 9", NULL, NULL, "1x3x2: 0 3 3 6 6 9", ONE},
    {"SpatialAdaptiveMaxPooling", "H=1 W=2", "1x1x2x4: 1 2 3 4 5 6 7 8", NULL, NULL, "1x1x1x2: 6 8", ONE},
    {"SpatialAdaptiveAveragePooling", "H=1 W=2", "1x2x4: 1 2 3 4 5 6 7 8", NULL, NULL, "1x1x2: 3.5 5.5", ONE},
    {"SpatialAdaptiveMaxPooling", "H=1 W=2", "1x1x3: 1 2 3", NULL, NULL, "!3 elements into 2 windows", ONE},
    {"Dropout", "p=0.25", "2: 4 8", NULL, NULL, "2: 3 6", ONE},
    {"Dropout", "p=0.25 v2=false", "2: 4 8", NULL, NULL, "2: 3 6", ONE},
    {"Dropout", "p=0.25 v2=true", "2: 4 8", NULL, NULL, "2: 4 8", ONE},
    {"SpatialDropout", "p=0.5", "1x1x1x2: 4 8", NULL, NULL, "1x1x1x2: 2 4", ONE},
    {"Normalize", "p=1", "2x2: 1 -3 2 2", NULL, NULL, "2x2: 0.25 -0.75 0.5 0.5", ONE},
    {"Normalize", "p=3", "1x2: 1 -1", NULL, NULL, "1x2: 0.79370053 -0.79370053", ONE},
    {"Normalize", "p=inf", "1x2: 1 -4", NULL, NULL, "1x2: 0.25 -1", ONE},
    {"InstanceNormalization", "eps=0", "1x2x1x2: 1 3 2 6", "2: 1 10", "2: 0 5", "1x2x1x2: -1 1 -5 15", ONE},
    {"ShaveImage", "size=1", "1x1x3x4: 1 2 3 4 5 6 7 8 9 10 11 12", NULL, NULL, "1x1x1x2: 6 7", ONE},
    {"ShaveImage", "size=2", "1x1x3x4: 1 2 3 4 5 6 7 8 9 10 11 12", NULL, NULL, "!2 less on each side", ONE},
    {"PixelShuffle", "upscaleFactor=2", "4x1x1: 1 2 3 4", NULL, NULL, "1x2x2: 1 2 3 4", ONE},
    {"GatedLinearUnit", "", "1x4: 1 2 0 50", NULL, NULL, "1x2: 0.5 2", ONE},
    {"GatedLinearUnit", "dim=1", "2x2: 1 2 0 50", NULL, NULL, "1x2: 0.5 2", ONE},
    {"GatedLinearUnit", "", "1x3: 1 2 0", NULL, NULL, "!halves of 3", ONE},
    {"SpatialDepthWiseConvolution", "kW=2 kH=1 dW=1 dH=1", "1x2x1x2: 1 2 3 4", "2x2x1x2: 1 0 0 1 1 1 2 -1",
     "2x2: 0.5 10 20 30", "1x4x1x1: 1.5 23 14 32", ONE},
    {"SpatialDepthWiseConvolution", "kW=2 kH=1", "1x3x1x2: 1 2 3 4 5 6", "2x2x1x2: 1 0 0 1 1 1 2 -1", NULL,
     "!weights that do not fit 3 channels", ONE},
    {"Euclidean", "", "1x2: 1 2", "2x3: 1 4 1 2 6 3", NULL, "1x3: 0 5 1", ONE},
    {"Cosine", "", "2: 3 4", "2x2: 3 4 4 -3", NULL, "2: 1 0", ONE},
    {"Cosine", "", "1x3: 3 4 0", "2x2: 3 4 4 -3", NULL, "!weights that do not fit the input", ONE},
    {"CAveTable", "", "2: 1 2", NULL, NULL, "2: 1 2", TWO},
    {"DotProduct", "", "2x2: 1 2 3 4", NULL, NULL, "2: 5 25", TWO},
    {"DotProduct", "", "2: 1 2", NULL, NULL, "1: 5", TWO},
    {"CosineDistance", "", "2x2: 1 2 3 4", NULL, NULL, "2: 1 1", TWO},
    {"PairwiseDistance", "norm=2", "2x2: 1 2 3 4", NULL, NULL, "2: 0 0", TWO},
    {"Bilinear", "", "1x2: 1 2", "1x2x2: 1 10 100 1000", "1: 0.5", "1x1: 4221.5", TWO},
    {"SpatialSubSampling", "kW=2 kH=1 dW=2 dH=1", "1x2x1x2: 1 2 3 4", "2: 1 10", "2: 0 5", "1x2x1x1: 3 75", ONE},
    {"SpatialAveragePooling", "kW=2 kH=1 dW=1 dH=1 divide=false", "1x1x3: 1 2 3", NULL, NULL, "1x1x2: 3 5", ONE},
    {"SpatialDilatedMaxPooling", "kW=2 kH=1 dilationW=2", "1x1x4: 4 1 2 3", NULL, NULL, "1x1x2: 4 3", ONE},
    {"TemporalMaxPooling", "kW=2 dW=2", "4x1: 1 3 2 0", NULL, NULL, "2x1: 3 2", ONE},
    {"TemporalMaxPooling", "kW=2", "1x3x2: 1 6 2 5 3 4", NULL, NULL, "1x2x2: 2 6 3 5", ONE},
    {"VolumetricConvolution", "kT=2 kW=1 kH=1", "1x2x1x2: 1 2 3 4", "1x1x2x1x1: 1 10", "1: 0.5", "1x1x1x2: 31.5 42.5",
     ONE},
    {"VolumetricFullConvolution", "kT=2 kW=1 kH=1 dT=2", "1x1x1x1x2: 1 2", "1x1x2x1x1: 1 10", NULL,
     "1x1x2x1x2: 1 2 10 20", ONE},
    {"VolumetricMaxPooling", "kT=2 kW=2 kH=1 dT=2 dW=2", "1x1x2x1x2: 1 4 3 2", NULL, NULL, "1x1x1x1x1: 4", ONE},
    {"VolumetricAveragePooling", "kT=2 kW=2 kH=1 dT=2 dW=2", "1x2x1x2: 1 4 3 2", NULL, NULL, "1x1x1x1: 2.5", ONE},
    {"VolumetricMaxPooling", "kT=1 kW=1 kH=1", "1x2: 1 2", NULL, NULL, "!an operand of rank 2", ONE},
    {"Linear", "", "2x1x2: 1 2 3 4", "1x2: 1 10", "1: 0.5", "2x1x1: 21.5 43.5", BOTTLED},
    {"Linear", "", "1x2: 1 2", "1x2: 1 10", "1: 0.5", "1x1: 21.5", BOTTLED},
    {"Add", "", "2x1: 1 2", NULL, "1: 10", "2: 11 2", PARALLEL},
    {"SpatialMaxUnpooling", "", "1x1x2x4: 1 5 3 2 4 0 7 6", NULL, NULL, "1x1x2x4: 0 5 0 0 0 0 7 0", UNPOOLED},
    {"SpatialMaxUnpooling", "", "1x2x3: 1 5 3 4 0 7", NULL, NULL, "1x2x3: 0 5 0 0 0 7", UNPOOLED_ODD},
    {"SpatialMaxUnpooling", "", "1x1x2x2: 1 5 3 2", NULL, NULL, "!no pool before it", ONE},
    {"Add", "", "1x2: 1 2", NULL, "2: 10 20", "1x2: 12 24", GRAPH},
    {"Add", "", "1x2: 1 2", NULL, "2: 10 20", "1x2: 11 22|1x2: 1 2", GRAPH_TWO},
    {"Add", "", "1x2: 1 2", NULL, "2: 10 20", "!reads what no node before it gives", GRAPH_LATE},
    {"Add", "", "1x2: 1 2", NULL, "2: 10 20", "1x2: 11 22|1x2: 11 22", EACH},
    {"Add", "", "1x2: 1 2", NULL, "2: 10 20", "1x2: 11 22|1x2: 1 2", FIRST},
};

static void put_values(struct bytes *file, const char *field, const char *text)
{
    struct written w;
    int64_t stride;
    put_key(file, field);
    put_class(file, "torch.FloatTensor");
    written_read(&w, text);
    put_whole(file, (uint64_t)w.rank, 4);
    for (int i = 0; i < w.rank; i++)
        put_whole(file, (uint64_t)w.extent[i], 8);
    stride = (int64_t)w.count;
    for (int i = 0; i < w.rank; i++)
        put_whole(file, (uint64_t)(stride /= w.extent[i]), 8);
    put_whole(file, 1, 8);
    put_class(file, "torch.FloatStorage");
    put_whole(file, w.count, 8);
    bytes_floats(file, w.value, w.count);
}

static void put_single(struct bytes *file, const struct single *s)
{
    char name[64];
    unsigned count = (s->weight != NULL) + (s->bias != NULL);
    snprintf(name, sizeof name, "nn.%s", s->name);
    for (const char *at = s->fields; (at = strchr(at, '=')); at++)
        count++;
    put_class(file, name);
    put_table(file, count);
    for (const char *at = s->fields; *at;) {
        char key[32], value[32];
        int used = 0;
        ck_assert_int_eq(sscanf(at, "%31[^=]=%31s %n", key, value, &used), 2);
        put_key(file, key);
        if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
            put_whole(file, BOOLEAN, 4);
            put_whole(file, *value == 't', 4);
        } else {
            put_number(file, strtod(value, NULL));
        }
        at += used;
    }
    if (s->weight)
        put_values(file, "weight", s->weight);
    if (s->bias)
        put_values(file, "bias", s->bias);
}

/* An object that stands in the file already. */
static void put_again(struct bytes *file, int kind, unsigned number)
{
    put_whole(file, (uint64_t)kind, 4);
    put_whole(file, number, 4);
}

/* A pool of 2 x 2 that makes half as many, and the module. */
static void put_unpooled(struct bytes *file, const char *fields)
{
    put_container(file, "nn.Sequential", 2);
    put_number(file, 1);
    const unsigned pool = next_number + 1;
    put_module(file, "nn.SpatialMaxPooling", fields, NULL, 0);
    put_number(file, 2);
    put_class(file, "nn.SpatialMaxUnpooling");
    put_table(file, 1);
    put_key(file, "pooling");
    put_again(file, OBJECT, pool);
}

static void put_named(struct bytes *file, const char *name, const struct single *s, const char *fields)
{
    unsigned count = 1;
    for (const char *at = fields; (at = strchr(at, '=')); at++)
        count++;
    put_class(file, name);
    put_table(file, count);
    for (const char *at = fields; *at;) {
        char key[32];
        double value;
        int used = 0;
        ck_assert_int_eq(sscanf(at, "%31[^=]=%lf %n", key, &value, &used), 2);
        put_key(file, key);
        put_number(file, value);
        at += used;
    }
    put_key(file, "modules");
    put_table(file, s->reads == PARALLEL ? 2 : 1);
    put_number(file, 1);
    put_single(file, s);
    if (s->reads == PARALLEL) {
        put_number(file, 2);
        put_module(file, "nn.Identity", "", NULL, 0);
    }
}

/* A node: its data read those of `from`. Returns the number of its data, `data` where they stand in the file. */
static unsigned put_node(struct bytes *file, const struct single *s, const char *module, const unsigned *from,
                         unsigned reads)
{
    put_class(file, "nngraph.Node");
    put_table(file, 1);
    put_key(file, "data");
    put_table(file, 1 + (module != NULL));
    const unsigned data = next_number;
    if (module) {
        put_key(file, "module");
        if (*module)
            put_module(file, module, "", NULL, 0);
        else
            put_single(file, s);
    }
    put_key(file, "mapindex");
    put_table(file, 2 * reads);
    for (unsigned i = 0; i < reads; i++) {
        put_number(file, i + 1);
        put_again(file, TABLE, from[i]);
        put_again(file, TABLE, from[i]);
        put_number(file, i + 1);
    }
    return data;
}

/* x -> a, the module -> b; the outputs are a + x, or a and x, or a node that reads itself. */
static void put_graph(struct bytes *file, const struct single *s)
{
    put_class(file, "nn.gModule");
    put_table(file, 3);
    put_key(file, "innode");
    const unsigned in = put_node(file, s, NULL, NULL, 0);
    put_key(file, "forwardnodes");
    put_table(file, s->reads == GRAPH ? 3 : 2);
    put_number(file, 1);
    const unsigned passed = put_node(file, s, NULL, &in, 1), own = next_number + 3; /* the data of the next node */
    put_number(file, 2);
    const unsigned made = put_node(file, s, "", s->reads == GRAPH_LATE ? &own : &passed, 1);
    unsigned last = made;
    if (s->reads == GRAPH) {
        put_number(file, 3);
        last = put_node(file, s, "nn.CAddTable", (const unsigned[]){made, passed}, 2);
    }
    put_key(file, "outnode");
    put_node(file, s, NULL, (const unsigned[]){last, passed}, s->reads == GRAPH_TWO ? 2 : 1);
}

static void put_split(struct bytes *file, const struct single *s)
{
    put_container(file, "nn.Sequential", s->reads == SPLIT_ALL ? 2 : 3);
    put_number(file, 1);
    put_module(file, "nn.SplitTable", s->reads == SPLIT_LAST ? "dimension=1 nInputDims=1" : "dimension=1", NULL, 0);
    put_number(file, 2);
    if (s->reads == SPLIT) {
        put_container(file, "nn.ParallelTable", 2);
        put_number(file, 1);
        put_module(file, "nn.Identity", "", NULL, 0);
        put_number(file, 2);
    } else if (s->reads == SPLIT_LAST) {
        put_module(file, "nn.SelectTable", "index=-1", NULL, 0);
        put_number(file, 3);
    }
    put_single(file, s);
    if (s->reads != SPLIT)
        return;
    put_number(file, 3);
    put_module(file, "nn.CAddTable", "", NULL, 0);
}

static bool make_wrapped(struct bytes *file, const struct single *s)
{
    if (s->reads < BOTTLED)
        return false;
    if (s->reads == BOTTLED)
        put_named(file, "nn.Bottle", s, "nInputDim=2 nOutputDim=2");
    else if (s->reads == PARALLEL)
        put_named(file, "nn.Parallel", s, "inputDimension=1 outputDimension=1");
    else if (s->reads == UNPOOLED)
        put_unpooled(file, "kW=2 kH=2 dW=2 dH=2");
    else if (s->reads == UNPOOLED_ODD)
        put_unpooled(file, "kW=2 kH=2 dW=2 dH=2 ceil_mode=1");
    else if (s->reads < GRAPH)
        put_split(file, s);
    else
        put_graph(file, s);
    return true;
}

static void make_single(struct bytes *file, const struct single *s)
{
    file->size = 0;
    next_number = 0;
    if (make_wrapped(file, s))
        return;
    if (s->reads != ONE) {
        put_container(file, "nn.Sequential", 2);
        put_number(file, 1);
        put_container(file, "nn.ConcatTable", 2);
        for (int i = 1; i <= 2; i++) {
            put_number(file, i);
            put_module(file, "nn.Identity", "", NULL, 0);
        }
        put_number(file, 2);
    }
    if (s->reads >= EACH) {
        put_container(file, "nn.MapTable", s->reads == FIRST ? 2 : 1);
        put_number(file, 1);
    }
    put_single(file, s);
    if (s->reads == FIRST) {
        put_number(file, 2);
        put_module(file, "nn.Identity", "", NULL, 0);
    }
}

START_TEST(single)
{
    static struct bytes file;
    static struct model_text text;
    const struct single *s = &singles[_i];
    struct written x;
    written_read(&x, s->x);
    nnefcl_input_shape shape = {"x", {.rank = x.rank}};
    for (int i = 0; i < x.rank; i++)
        shape.shape.extent[i] = x.extent[i];
    make_single(&file, s);
    open_as(&text, &file, &shape);
    if (*s->y == '!')
        ck_assert_msg(text.status != NNEFCL_OK && strstr(text.talk, s->y + 1), "%s", text.talk);
    else
        computed_are(&text, s->x, s->y);
    nnefcl_model_free(text.model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("torch7");
    TCase *tests = tcase_create("torch7");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, network);
    tcase_add_loop_test(tests, forms, LITTLE, TEXT + 1);
    tcase_add_test(tests, in_the_middle);
    tcase_add_test(tests, side_by_side);
    tcase_add_test(tests, no_document);
    tcase_add_test(tests, shape_wanted);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, nested);
    tcase_add_test(tests, maxout);
    tcase_add_loop_test(tests, single, 0, sizeof singles / sizeof *singles);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
