/* SPDX-License-Identifier: Apache-2.0 */
/* attention.c: random queries, keys and values by every variant in every form, each judged by the definition. */
#define OP_TILES 1
#include "op_form.h"
#include "op_programs.h"
#include "suite.h"

/* Shapes of the operands; a mask of no shape is none. */
static const struct shapes {
    const char *name, *query, *key, *value, *mask;
    int axis; /* of the keys among the scores */
    bool transposed;
    const char *turned; /* axes of a transpose of each key; of queries, values and the result 0, 2, 1, 3. NULL: none */
} shapes[] = {
    {"one query", "1,1,8", "1,5,8", "1,5,8", NULL, 2, true},
    {"queries that fill lanes", "3,32,16", "3,32,16", "3,32,16", NULL, 2, true},
    {"queries that do not", "2,3,21,20", "2,3,37,20", "2,3,37,11", NULL, 3, true},
    {"keys that are columns", "2,19,7", "2,7,23", "2,23,9", NULL, 2, false},
    {"a mask of keys", "2,2,17,8", "2,2,9,8", "2,2,9,8", "2,1,1,9", 3, true},
    {"a mask of scores", "2,2,17,8", "2,2,9,8", "2,2,9,8", "1,1,17,9", 3, true},
    {"operands that repeat", "2,3,5,8", "2,1,6,8", "1,3,6,8", NULL, 3, true},
    {"more keys than a block", "1,18,12", "1,600,12", "1,600,12", "1,18,600", 2, true},
    {"heads wider than a part", "1,5,300", "1,270,300", "1,270,270", NULL, 2, true},
    {"transposed heads", "2,19,3,20", "2,23,3,20", "2,23,3,12", NULL, 3, true, "[0,2,1,3]"},
    {"transposed heads, keys that are columns", "2,70,3,20", "2,70,3,20", "2,70,3,8", "2,1,1,70", 3, false,
     "[0,2,3,1]"},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* The queries are no constants; the others are, until they are added to them. */
static nnefcl_model *shapes_model(const struct shapes *of)
{
    char text[2048], turned[256] = "";
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.random_weights = 1;
    if (of->turned)
        snprintf(turned, sizeof turned,
                 "    q = transpose(a, axes = [0,2,1,3]); k = transpose(b, axes = %s);"
                 " v = transpose(c, axes = [0,2,1,3]);\n",
                 of->turned);
    const int length = snprintf(
        text, sizeof text,
        "version 1.0;\nextension KHR_enable_operator_expressions;\ngraph g( x ) -> ( y )\n{\n"
        "    x = external(shape = [1]);\n    a = variable(shape = [%s], label = 'a') * 1.0 + x;\n"
        "    b = variable(shape = [%s], label = 'b') * 8.0 + x;\n    c = variable(shape = [%s], label = 'c') + x;\n"
        "    m = variable(shape = [%s], label = 'm') * 9.0;\n%s"
        "    o = matmul(softmax(matmul(%s, transposeB = %s) / 4.0%s, axes = [%d]), %s);\n    y = %s * 2.0 + 1.0;\n}\n",
        of->query, of->key, of->value, of->mask ? of->mask : "1", turned, of->turned ? "q, k" : "a, b",
        of->transposed ? "true" : "false", of->mask ? " + m" : "", of->axis, of->turned ? "v" : "c",
        of->turned ? "transpose(o, axes = [0,2,1,3])" : "o");
    ck_assert_int_lt(length, (int)sizeof text);
    nnefcl_model_open_memory(text, (size_t)length, &options, &model, &error);
    ck_assert_msg(model != NULL, "%s: %s", of->name, error.message);
    return model;
}

static int shapes_judge(void *user, const nnefcl_verdict *verdict)
{
    ck_assert_msg(verdict->bad == 0, "%s: %zu of %zu elements are bad: got %.9g, want %.9g", (const char *)user,
                  (size_t)verdict->bad, (size_t)verdict->elements, verdict->got, verdict->want);
    return 0;
}

static void shapes_verify(const struct shapes *of, const nnefcl_model *model, const struct op_form *form,
                          const struct ncl_variant *variant)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_session *session = NULL;
    nnefcl_error error = {0};
    char text[64], where[128];
    if (variant->unfit && variant->unfit(&op_form_device(form)->target, NULL))
        return;
    const bool steps = strcmp(variant->name, "attention_steps") == 0; /* which have variants of their own */
    const bool used = op_case_uses(model, form, variant, text);
    snprintf(where, sizeof where, "%s (%s, %s)", of->name, variant->name, form->name);
    ck_assert_msg(used == !steps, "%s", where);
    options.keep_tensors = 1;
    options.execution = form->execution;
    options.kernels = (const char *const[]){text};
    options.kernel_count = 1;
    nnefcl_session_create(model, op_form_device(form), &options, &session, &error);
    ck_assert_msg(session != NULL, "%s: %s", where, error.message);
    const float x = -0.25f;
    ck_assert_msg(!nnefcl_session_verify(session, model, (const void *[]){&x}, NULL, shapes_judge, where, &error), "%s",
                  error.message);
    nnefcl_session_free(session);
}

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (size_t i = 0; i < SHAPES; i++) {
        nnefcl_model *model = shapes_model(&shapes[i]);
        for (int k = 0; k < OP_FORMS; k++)
            if (op_form_exists(&op_forms[k]))
                op_programs_add_family(&programs[k], model, NCL_FAMILY_ATTENTION, true);
        nnefcl_model_free(model);
    }
    op_programs_end(programs);
}

START_TEST(gives_what_is_defined)
{
    nnefcl_model *model = shapes_model(&shapes[_i]);
    for (int i = 0; i < OP_FORMS; i++)
        for (size_t k = 0; k < ncl_variant_count && op_form_exists(&op_forms[i]); k++)
            if (ncl_variants[k]->family == NCL_FAMILY_ATTENTION)
                shapes_verify(&shapes[_i], model, &op_forms[i], ncl_variants[k]);
    nnefcl_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attention");
    TCase *tests = tcase_create("attention");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, gives_what_is_defined, 0, SHAPES);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
