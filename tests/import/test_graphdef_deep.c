/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over three axes, and what takes elements by positions or rounds them. */
#include "import/computed.h"
#include "import/graphdef_made.h"

#define X "1x2x2x2x1: 1 2 3 4 5 6 7 8"

static const struct {
    const char *node, *y;
} cases[] = {
    {"y = Conv3D x w padding=VALID strides=[1,1,1,1,1]", "1x1x1x1x1: 18"},
    {"y = Conv3D x w padding=SAME strides=[1,2,2,2,1]", "1x1x1x1x1: 18"},
    {"y = Conv3D x point padding=SAME strides=[1,1,2,1,1]", "1x2x1x2x1: 0.5 1 2.5 3"},
    {"y = Conv3DBackpropInputV2 sizes point x padding=SAME strides=[1,1,1,1,1]", "1x2x2x2x1: 0.5 1 1.5 2 2.5 3 3.5 4"},
    {"y = MaxPool3D x padding=VALID ksize=[1,1,2,2,1] strides=[1,1,2,2,1]", "1x2x1x1x1: 4 8"},
    {"y = AvgPool3D x padding=VALID ksize=[1,2,2,2,1] strides=[1,2,2,2,1]", "1x1x1x1x1: 4.5"},
    {"y = GatherNd x places", "2x1: 6 3"},
    {"y = FakeQuantWithMinMaxArgs x min=0.0 max=7.5 num_bits=4", "1x2x2x2x1: 1 2 3 4 5 6 7 7.5"},
    {"y = FakeQuantWithMinMaxVars x zero high num_bits=4 narrow_range=1",
     "1x2x2x2x1: 1.0714286 2.1428571 3.2142857 3.75 4.8214286 5.8928571 6.9642857 7.5"},
};

static void make(struct bytes *graph, const char *node)
{
    struct bytes half = {.size = 0}, places = {.size = 0}, content = {.size = 0};
    static const int at[] = {0, 1, 0, 1, 0, 0, 1, 0};
    graph->size = 0;
    placeholder(graph, "x", (const int[]){1, 2, 2, 2, 1}, 5);
    pb_float(&half, 5, 0.5f);
    constant(graph, "w", FLOAT, (const int[]){2, 2, 2, 1, 1}, 5, &half);
    constant(graph, "point", FLOAT, (const int[]){1, 1, 1, 1, 1}, 5, &half);
    integers(graph, "sizes", (const int[]){1, 2, 2, 2, 1}, 5);
    number_of(graph, 1, "zero", FLOAT, 0);
    number_of(graph, 1, "high", FLOAT, 7.5f);
    for (size_t i = 0; i < 8; i++)
        bytes_int(&content, (uint64_t)at[i], 4);
    pb_message(&places, 4, &content);
    constant(graph, "places", INT32, (const int[]){2, 4}, 2, &places);
    node_line(graph, 1, node);
}

START_TEST(computes)
{
    static struct bytes graph;
    static struct model_text text;
    make(&graph, cases[_i].node);
    bytes_open(&text, graph.data, graph.size);
    computed_are(&text, X, cases[_i].y);
    nnefcl_model_free(text.model);
}
END_TEST

static const struct {
    const char *node, *says;
} refusals[] = {
    {"y = Conv3D x w padding=VALID strides=[1,1,1,1]", "4 numbers in strides, not 5"},
    {"y = Conv3D x zero padding=VALID", "a filter of rank 0, only 5 is supported"},
    {"y = Conv2D x w padding=VALID", "a filter of rank 5, only 4 is supported"},
    {"y = GatherNd zero places", "the indices do not fit the operand"},
    {"y = FakeQuantWithMinMaxVars x high zero", "8 bits for numbers from 7.5 to 0"},
};

START_TEST(refused)
{
    static struct bytes graph;
    static struct model_text text;
    make(&graph, refusals[_i].node);
    ck_assert_int_ne(bytes_open(&text, graph.data, graph.size), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, refusals[_i].says) != NULL, "%s", text.talk);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graphdef deep");
    TCase *tests = tcase_create("graphdef deep");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, computes, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, refused, 0, sizeof refusals / sizeof *refusals);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
