/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of a node: elements of constants and variables as doubles, and which tensors a node has. */
#include "model/frozen.h"
#include "model/model_text.h"
#include "verify/exact.h"

#define NET                                                                                                            \
    "version 1.0;\ngraph g( x ) -> ( y, z, b, h )\n{\n    x = external(shape = [2,3]);\n    a = constant(shape = "     \
    "[3], value = [1.5, -2.0, 3.25]);\n"                                                                               \
    "    f = constant(shape = [40,300], value = [7.0]);\n    w = variable(shape = [2,3], label = 'w');\n    c = "      \
    "concat([x, w], axis = 0);\n"                                                                                      \
    "    [y, z] = split(c, axis = 0, ratios = [1,1]);\n    b = relu(a);\n    h = relu(f);\n}\n"

static struct model_text text;
static struct ncl_exact exact;
static struct ncl_model_constants constants;
static struct ncl_diag diag;

static void setup(void)
{
    const nnefcl_allocator allocator = {0};
    model_text_open(&text, NET, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_constants_open(&constants, text.model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_open(&exact, text.model->graph, 0, &constants.source, &allocator, &diag), NNEFCL_OK);
}

static void teardown(void)
{
    ncl_exact_close(&exact);
    ncl_model_constants_close(&constants);
    model_text_close(&text);
}

static const struct ncl_tensor *find(const char *name)
{
    for (size_t i = 0; i < text.model->graph->tensor_count; i++)
        if (strcmp(text.model->graph->tensor[i]->name, name) == 0)
            return text.model->graph->tensor[i];
    ck_abort_msg("no tensor %s", name);
    return NULL;
}

static const double *loaded(const char *name)
{
    const struct ncl_tensor *tensor = find(name);
    ck_assert(!ncl_exact_has(&exact, tensor));
    ck_assert_int_eq(ncl_exact_load(&exact, tensor, &diag), NNEFCL_OK);
    ck_assert(ncl_exact_has(&exact, tensor));
    ck_assert_uint_eq(exact.tensor[tensor->id].terms, 1);
    return exact.tensor[tensor->id].value;
}

START_TEST(constants_and_variables)
{
    const double *a = loaded("a"), *f = loaded("f"), *w = loaded("w");
    ck_assert(a[0] == 1.5 && a[1] == -2 && a[2] == 3.25);
    for (size_t i = 0; i < 40 * 300; i++)
        ck_assert_double_eq(f[i], 7);
    struct ncl_weights *weights;
    float floats[6];
    ck_assert_int_eq(ncl_model_weights(text.model, &diag, &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, find("w"), &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_next(weights, floats, 6, &diag), NNEFCL_OK);
    for (size_t i = 0; i < 6; i++)
        ck_assert_double_eq(w[i], (double)floats[i]);
    ncl_weights_free(weights);
    ncl_exact_drop(&exact, find("a"));
    ck_assert(!ncl_exact_has(&exact, find("a")));
}
END_TEST

START_TEST(elements_that_are_given)
{
    const float data[] = {1, 2, 3, -4, 5, 0.1f};
    ck_assert_int_eq(ncl_exact_set(&exact, find("x"), data, &diag), NNEFCL_OK);
    for (size_t i = 0; i < 6; i++)
        ck_assert_double_eq(exact.tensor[find("x")->id].value[i], (double)data[i]);
}
END_TEST

static const struct ncl_node *node_of(const char *op)
{
    for (size_t i = 0; i < text.model->graph->node_count; i++)
        if (strcmp(text.model->graph->node[i]->op->name, op) == 0)
            return text.model->graph->node[i];
    ck_abort_msg("no %s", op);
    return NULL;
}

START_TEST(tensors_of_a_node)
{
    const struct ncl_node *concat = node_of("concat"), *split = node_of("split");
    ck_assert_ptr_eq(ncl_exact_operand(concat, 0), find("x"));
    ck_assert_ptr_eq(ncl_exact_operand(concat, 1), find("w"));
    ck_assert_ptr_null(ncl_exact_operand(concat, 2));
    ck_assert_ptr_eq(ncl_exact_result(split, 0), find("y"));
    ck_assert_ptr_eq(ncl_exact_result(split, 1), find("z"));
    ck_assert_ptr_null(ncl_exact_result(split, 2));
    ck_assert_ptr_null(ncl_exact_operand(node_of("external"), 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exact");
    TCase *tests = tcase_create("exact");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, constants_and_variables);
    tcase_add_test(tests, elements_that_are_given);
    tcase_add_test(tests, tensors_of_a_node);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
