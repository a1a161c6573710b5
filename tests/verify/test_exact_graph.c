/* SPDX-License-Identifier: Apache-2.0 */
/* Whole graphs in double precision: what is given stays, what is needed is loaded, and sums say how large their
 * rounding errors may be. */
#include "model/frozen.h"
#include "model/model_text.h"
#include "verify/exact.h"

#define GRAPH(output, body)                                                                                            \
    "version 1.0;\ngraph g( x ) -> ( " output " )\n{\n    x = external(shape = [1,1,4]);\n" body "}\n"

static struct model_text text;
static struct ncl_exact exact;
static struct ncl_model_constants constants;
static struct ncl_diag diag;

static void run(void)
{
    static const float x[] = {1, -2, 3, -4};
    const void *const inputs[] = {x};
    ck_assert_msg(ncl_exact_graph(&exact, inputs, &diag) == NNEFCL_OK, "%s", text.error.message);
}

static void begin(const char *source)
{
    const nnefcl_allocator allocator = {0};
    model_text_open(&text, source, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_constants_open(&constants, text.model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_open(&exact, text.model->graph, 0, &constants.source, &allocator, &diag), NNEFCL_OK);
}

static void end(void)
{
    ncl_exact_close(&exact);
    ncl_model_constants_close(&constants);
    model_text_close(&text);
}

static const struct ncl_tensor *output(void)
{
    return text.model->graph->output[0];
}

struct sum {
    const char *source;
    double value[4], scale[4];
    uint64_t terms;
};

static const struct sum sums[] = {
    {GRAPH("y", "    y = box(x, size = [1,1,2], padding = [(0,0),(0,0),(0,1)]);\n"), {-1, 1, -1, -4}, {3, 5, 7, 4}, 2},
    {GRAPH("y",
           "    y = box(x, size = [1,1,2], padding = [(0,0),(0,0),(0,1)], border = 'ignore', normalize = true);\n"),
     {-0.5, 0.5, -0.5, -4},
     {1.5, 2.5, 3.5, 4},
     3},
    {GRAPH("y",
           "    f = constant(shape = [1,1,2], value = [2.0,-1.0]);\n    y = conv(x, f, -0.5, padding = [(0,1)]);\n"),
     {3.5, -7.5, 9.5, -8.5},
     {4.5, 7.5, 10.5, 8.5},
     3},
    {GRAPH("y", "    f = constant(shape = [1,1,2], value = [2.0,-1.0]);\n    y = deconv(x, f, -0.5, stride = [2], "
                "padding = [(0,4)]);\n"),
     {1.5, -1.5, -4.5, 1.5},
     {2.5, 1.5, 4.5, 2.5},
     2},
    {GRAPH("y", "    y = debox(x, size = [1,1,2], padding = [(0,0),(0,0),(0,1)], normalize = true);\n"),
     {0.5, -0.5, 0.5, -0.5},
     {0.5, 1.5, 2.5, 3.5},
     3},
    {GRAPH("y", "    y = max_pool(x, size = [1,1,2], padding = [(0,0),(0,0),(0,1)], border = 'ignore');\n"),
     {1, 3, 3, -4},
     {0},
     1},
};

START_TEST(sums_have_a_scale)
{
    const struct sum *c = &sums[_i];
    begin(c->source);
    run();
    const struct ncl_elements *y = &exact.tensor[output()->id];
    ck_assert_int_eq(ncl_shape_volume(&output()->shape), 4);
    for (int i = 0; i < 4; i++)
        ck_assert_msg(y->value[i] == c->value[i] && y->scale[i] == c->scale[i],
                      "%s [%d] is %g of scale %g, not %g of %g", c->source, i, y->value[i], y->scale[i], c->value[i],
                      c->scale[i]);
    ck_assert_uint_eq(y->terms, c->terms);
    end();
}
END_TEST

#define STATE GRAPH("y", "    v = variable(shape = [1,1,2], label = 'v');\n    y = conv(x, v, padding = [(0,0)]);\n")

START_TEST(variables_are_loaded_or_given)
{
    static const float given[] = {10, 1};
    for (int round = 0; round < 2; round++) {
        begin(STATE);
        const struct ncl_tensor *v = NULL;
        for (size_t i = 0; i < text.model->graph->tensor_count; i++)
            if (text.model->graph->tensor[i]->role == NCL_ROLE_VARIABLE)
                v = text.model->graph->tensor[i];
        if (round)
            ck_assert_int_eq(ncl_exact_set(&exact, v, given, &diag), NNEFCL_OK);
        run();
        const double *filter = exact.tensor[v->id].value, *y = exact.tensor[output()->id].value;
        ck_assert(round ? filter[0] == 10 && filter[1] == 1 : filter[0] != filter[1] && filter[0] != 10);
        ck_assert_double_eq(y[0], filter[0] - 2 * filter[1]);
        ck_assert_double_eq(y[2], 3 * filter[0] - 4 * filter[1]);
        end();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exact_graph");
    TCase *tests = tcase_create("exact_graph");
    tcase_add_loop_test(tests, sums_have_a_scale, 0, (int)(sizeof sums / sizeof *sums));
    tcase_add_test(tests, variables_are_loaded_or_given);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
