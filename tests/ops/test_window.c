/* SPDX-License-Identifier: Apache-2.0 */
/* Sliding windows: shape arithmetic, the records of all their kernels, and the fast kernels against the plain ones on
 * random windows. */
#define OP_TILES 1
#include "op_shape.h"
#include "records.h"

#define X(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = " shape ");\n    y = " call ";\n}\n"

static const struct op_shape shapes[] = {
    {"floor", X("[1,1,8,7]", "box(x, size = [1,1,3,3], stride = [1,1,2,2], padding = [(0,0),(0,0),(0,0),(0,0)])"),
     "[1,1,3,3]"},
    {"ceil under automatic padding", X("[1,1,8,7]", "box(x, size = [1,1,3,3], stride = [1,1,2,2])"), "[1,1,4,4]"},
    {"automatic padding, filter below the stride", X("[1,1,8,7]", "box(x, size = [1,1,2,1], stride = [1,1,5,3])"),
     "[1,1,2,3]"},
    {"dilation", X("[1,1,8,7]", "box(x, size = [1,1,3,2], dilation = [1,1,3,4], padding = [(0,0),(0,0),(0,0),(1,0)])"),
     "[1,1,2,4]"},
    {"cropped", X("[1,1,8,7]", "box(x, size = [1,1,1,1], padding = [(0,0),(0,0),(-3,-4),(2,-2)])"), "[1,1,1,7]"},
    {"every axis", X("[5,4,3,2]", "box(x, size = [2,3,2,1], padding = [(0,0),(1,1),(0,1),(0,0)], stride = [1,2,1,2])"),
     "[4,2,3,1]"},
    {"reverse", X("[1,1,3,4]", "debox(x, size = [1,1,3,2], stride = [1,1,2,3], padding = [(0,0),(0,0),(1,0),(0,0)])"),
     "[1,1,6,11]"},
    {"reverse with automatic padding", X("[1,1,3,4]", "debox(x, size = [1,1,3,2], stride = [1,1,2,3])"), "[1,1,6,12]"},
    {"reverse, cropped", X("[1,1,3,4]", "debox(x, size = [1,1,3,2], padding = [(0,0),(0,0),(-1,-1),(2,1)])"),
     "[1,1,7,2]"},
    {"reverse with output_shape",
     X("[1,1,3,4]", "debox(x, size = [1,1,3,2], stride = [1,1,2,3], padding = [(0,0),(0,0),(1,1),(0,0)], output_shape "
                    "= [1,1,6,13])"),
     "[1,1,6,13]"},
};

static const struct op_error errors[] = {
    {"window of 2^62", X("[1]", "box(x, size = [1073741824], dilation = [1073741824], padding = [(0,0)])"),
     "more than 2^30", 5},
    {"an extent of 2^30 with padding", X("[1073741824]", "box(x, size = [2], padding = [(1,0)])"), "with its padding",
     5},
    {"item of size above 2^30", X("[4]", "box(x, size = [1073741825])"),
     "item 0 of 'size' is 1073741825, more than 2^30", 5},
};

/* ---- random windows ---- */

static uint32_t seed;

static int roll(int count)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 8) % (uint32_t)count);
}

struct list {
    char text[160];
};

static void add(struct list *list, const char *format, int a, int b)
{
    char item[32];
    snprintf(item, sizeof item, format, a, b);
    strcat(list->text, *list->text ? "," : "");
    strcat(list->text, item);
}

/* A window that may not fit its input: then the graph does not open, and the next one is tried. */
static void make_graph(char *text, size_t size, const char *op)
{
    static const char *const borders[] = {"constant", "replicate", "reflect", "reflect-even", "ignore"};
    const bool filtered = strstr(op, "conv") != NULL, reverse = strncmp(op, "de", 2) == 0;
    const int spatial = 1 + roll(3), limit = spatial == 1 ? 50 : spatial == 2 ? 20 : 7;
    const bool depthwise = roll(3) == 0;
    const int groups = depthwise ? 1 + roll(7)
                       : roll(2) ? 1
                                 : 1 + roll(3),
              in = depthwise ? 1 : 1 + roll(9), out = depthwise ? 1 + roll(2) : 1 + roll(14);
    struct list x = {""}, w = {""}, padding = {""}, stride = {""}, dilation = {""};
    add(&x, "%d", 1 + roll(2), 0);
    add(&x, "%d", groups * in, 0);
    add(&w, "%d", filtered ? groups * (reverse ? in : out) : 1, 0);
    add(&w, "%d", filtered ? (reverse ? out : in) : 1, 0);
    for (int i = 0; i < 2 && !filtered; i++) {
        add(&padding, "(%d,%d)", 0, 0);
        add(&stride, "%d", 1, 0);
        add(&dilation, "%d", 1, 0);
    }
    for (int i = 0; i < spatial; i++) {
        const int window = 1 + roll(4);
        add(&x, "%d", 1 + roll(limit), 0);
        add(&w, "%d", window, 0);
        add(&padding, "(%d,%d)", roll(4) ? roll(window) : -1, roll(4) ? roll(window) : -1);
        add(&stride, "%d", 1 + (roll(2) ? roll(3) : 0), 0);
        add(&dilation, "%d", 1 + (roll(3) ? 0 : roll(3)), 0);
    }
    if (roll(4) == 0)
        padding.text[0] = '\0';
    char call[640];
    snprintf(call, sizeof call, "border = '%s', padding = [%s], stride = [%s], dilation = [%s]",
             borders[roll(filtered ? 4 : 5)], padding.text, stride.text, dilation.text);
    if (filtered)
        snprintf(
            text, size,
            "graph g( x ) -> ( y )\n{\n    x = external(shape = [%s]);\n    w = variable(shape = [%s], label = 'w');\n"
            "    b = variable(shape = [1,%d], label = 'b');\n    y = %s(x, w, b, groups = %d, %s);\n}\n",
            x.text, w.text, groups * out, op, groups, call);
    else
        snprintf(text, size,
                 "graph g( x ) -> ( y )\n{\n    x = external(shape = [%s]);\n    y = %s(x, size = [%s], %s);\n}\n",
                 x.text, op, w.text, call);
}

static void run(const nnefcl_model *model, const float *x, float *y, int plain)
{
    nnefcl_error error = {0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_session *session;
    options.kernels = (const char *const[]){"plain"};
    options.kernel_count = (size_t)plain;
    ck_assert_msg(nnefcl_session_create(model, op_case_device(), &options, &session, &error) == NNEFCL_OK, "%s",
                  error.message);
    ck_assert_msg(nnefcl_session_run(session, (const void *[]){x}, (void *[]){y}, &error) == NNEFCL_OK, "%s",
                  error.message);
    nnefcl_session_free(session);
}

static void compare_fast_and_plain(const nnefcl_model *model, const char *graph)
{
    nnefcl_tensor_info in, out;
    nnefcl_model_input(model, 0, &in);
    nnefcl_model_output(model, 0, &out);
    float *x = malloc(in.bytes), *fast = malloc(out.bytes), *plain = malloc(out.bytes);
    ck_assert(x && fast && plain);
    for (size_t i = 0; i < in.bytes / sizeof *x; i++)
        x[i] = (float)(roll(2001) - 1000) / 1000.0f;
    run(model, x, fast, 0);
    run(model, x, plain, 1);
    for (size_t i = 0; i < out.bytes / sizeof *fast; i++)
        ck_assert_msg(op_case_close((double)fast[i], (double)plain[i], 1e-4, 1e-5),
                      "element %zu is %.9g, with plain kernels %.9g:\n%s", i, (double)fast[i], (double)plain[i], graph);
    free(x);
    free(fast);
    free(plain);
}

#define RANDOM_WINDOWS 12

START_TEST(fast_is_plain)
{
    static const char *const ops[] = {"conv", "deconv", "box", "debox", "avg_pool", "max_pool"};
    const char *op = ops[_i];
    seed = 1 + (uint32_t)_i;
    for (int tried = 0, compared = 0; compared < RANDOM_WINDOWS; tried++) {
        char graph[1536], *text;
        nnefcl_model *model;
        nnefcl_error error = {0};
        ck_assert_int_lt(tried, 20 * RANDOM_WINDOWS);
        make_graph(graph, sizeof graph, op);
        if (op_case_open(graph, 0, &text, &model, &error) == NNEFCL_OK) {
            compare_fast_and_plain(model, graph);
            nnefcl_model_free(model);
            compared++;
        }
        free(text);
    }
}
END_TEST

/* ---- records ---- */

START_TEST(records_are_those_of_the_kernels)
{
    static const char graph[] =
        "graph g( x ) -> ( a, b, c, d, e, f, h, i, j, k )\n{\n    x = external(shape = [2,4,9,8]);\n"
        "    w = variable(shape = [8,4,3,3], label = 'w');\n    v = variable(shape = [4,1,3,3], label = 'v');\n"
        "    u = variable(shape = [4,6,3,2], label = 'u');\n    a = conv(x, w, stride = [2,1]);\n    b = conv(x, v, "
        "groups = 0);\n"
        "    c = deconv(x, u, 0.5, stride = [2,2]);\n    d = avg_pool(x, size = [1,1,2,2]);\n    e = max_pool(x, size "
        "= [1,2,2,2]);\n"
        "    f = debox(x, size = [1,1,2,2]);\n    h = debox(x, size = [2,1,1,1]);\n    i = nearest_upsample(x, factor "
        "= [2,2]);\n"
        "    j = multilinear_upsample(x, factor = [2,2]);\n    k = conv(x, w, padding = [(0,0),(0,0)]);\n}\n";
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text;
    ck_assert_msg(op_case_open(graph, 0, &text, &model, &error) == NNEFCL_OK, "%s", error.message);
    records_check(model);
    nnefcl_model_free(model);
    free(text);
}
END_TEST

OP_SHAPE_SUITE("window", shapes, errors, tcase_add_loop_test(tests, fast_is_plain, 0, 6);
               tcase_add_test(tests, records_are_those_of_the_kernels))
