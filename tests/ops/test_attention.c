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
    {"a mask of queries", "1,2,17,8", "1,2,9,8", "1,2,9,8", "1,1,17,1", 3, true},
    {"operands that repeat", "2,3,5,8", "2,1,6,8", "1,3,6,8", NULL, 3, true},
    {"more keys than a block", "1,18,12", "1,600,12", "1,600,12", "1,18,600", 2, true},
    {"as many queries, keys and columns as a tile of a group", "1,32,64", "1,64,64", "1,64,64", NULL, 2, true},
    {"one more of each", "1,33,65", "1,65,65", "1,65,65", NULL, 2, true},
    {"heads wider than a part", "1,5,300", "1,270,300", "1,270,270", NULL, 2, true},
    {"transposed heads", "2,19,3,20", "2,23,3,20", "2,23,3,12", NULL, 3, true, "[0,2,1,3]"},
    {"transposed heads, keys that are columns", "2,70,3,20", "2,70,3,20", "2,70,3,8", "2,1,1,70", 3, false,
     "[0,2,3,1]"},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

#define HEADS(heads, from, axes) heads " = transpose(reshape(" from ", shape = [2,21,3,20]), axes = [" axes "]);\n"
#define JOIN                     "reshape(transpose(t, axes = [0,2,1,3]), shape = [2,21,60])"

/* Heads that lie where a product made them (pass `heads`): `p` is what is made, `y` the result. */
static const struct heads {
    const char *name, *product, *body;
} heads[] = {
    {"heads of one product", "2,21,180",
     "[a, b, c] = split(p, axis = 2, ratios = [1,1,1]);\n" HEADS("q", "a", "0,2,1,3") HEADS("k", "b", "0,2,1,3")
         HEADS("v", "c", "0,2,1,3") "t = matmul(softmax(matmul(q, k, transposeB = true) / 4.0, axes = [3]), v);\n"
                                    "y = " JOIN " * 2.0 + 1.0;\n"},
    {"keys as columns, masked, and a bias behind all heads", "2,21,60",
     "m = variable(shape = [2,1,1,21], label = 'm'); n = variable(shape = [1,1,60], label = 'n');\n" HEADS(
         "q", "p", "0,2,1,3") HEADS("k", "p", "0,2,3,1")
         HEADS("v", "p", "0,2,1,3") "t = matmul(softmax(matmul(q * 0.5, k) + m, axes = [3]), v);\ny = " JOIN " + n;\n"},
    {"a scale for each head", "2,21,60",
     "f = variable(shape = [1,3,1,1], label = 'f'); m = variable(shape = [1,1,21,21], label = 'm');\n" HEADS(
         "q", "p", "0,2,1,3") HEADS("k", "p", "0,2,1,3")
         HEADS("v", "p", "0,2,1,3") "t = matmul(softmax(matmul(q, k, transposeB = true) * f + m, axes = [3]), v);\n"
                                    "y = " JOIN ";\n"},
    {"a guard of queries that may look at no key", "2,21,60",
     "r = variable(shape = [1,1,21,1], label = 'r'); s = variable(shape = [2,1,21,21], label = 's');\n"
     "m = log(select(r < 0.0, 0.0, 1.0)) + log(select(s < 0.0, 0.0, 1.0));\n" HEADS("q", "p", "0,2,1,3")
         HEADS("k", "p", "0,2,3,1") HEADS("v", "p", "0,2,1,3") "w = softmax(matmul(q, k) + m, axes = [3]);\n"
                                                               "t = matmul(select(w != w, 0.0, w), v);\n"
                                                               "y = " JOIN ";\n"},
    {"a scale for each matrix, in front of other axes", "2,21,60",
     "f = variable(shape = [2], label = 'f');\n" HEADS("q", "p", "0,2,1,3") HEADS("k", "p", "0,2,3,1")
         HEADS("v", "p", "0,2,1,3") "t = matmul(softmax(f * matmul(q, k), axes = [3]), v);\ny = " JOIN ";\n"},
};
enum { CASES = SHAPES + sizeof heads / sizeof *heads };

/* The queries are no constants; the others are, until they are added to them. */
static int shapes_print(const struct shapes *of, char *text, size_t size)
{
    char turned[256] = "";
    if (of->turned)
        snprintf(turned, sizeof turned,
                 "    q = transpose(a, axes = [0,2,1,3]); k = transpose(b, axes = %s);"
                 " v = transpose(c, axes = [0,2,1,3]);\n",
                 of->turned);
    return snprintf(
        text, size,
        "version 1.0;\nextension KHR_enable_operator_expressions;\ngraph g( x ) -> ( y )\n{\n"
        "    x = external(shape = [1]);\n    a = variable(shape = [%s], label = 'a') * 1.0 + x;\n"
        "    b = variable(shape = [%s], label = 'b') * 8.0 + x;\n    c = variable(shape = [%s], label = 'c') + x;\n"
        "    m = variable(shape = [%s], label = 'm') * 9.0;\n%s"
        "    o = matmul(softmax(matmul(%s, transposeB = %s) / 4.0%s, axes = [%d]), %s);\n    y = %s * 2.0 + 1.0;\n}\n",
        of->query, of->key, of->value, of->mask ? of->mask : "1", turned, of->turned ? "q, k" : "a, b",
        of->transposed ? "true" : "false", of->mask ? " + m" : "", of->axis, of->turned ? "v" : "c",
        of->turned ? "transpose(o, axes = [0,2,1,3])" : "o");
}

static int heads_print(const struct heads *of, char *text, size_t size)
{
    return snprintf(text, size,
                    "version 1.0;\nextension KHR_enable_operator_expressions;\ngraph g( x ) -> ( y )\n{\n"
                    "    x = external(shape = [1]);\n    p = variable(shape = [%s], label = 'p') * 8.0 + x;\n    %s}\n",
                    of->product, of->body);
}

static const char *case_name(size_t number)
{
    return number < SHAPES ? shapes[number].name : heads[number - SHAPES].name;
}

static nnefcl_model *case_model(size_t number)
{
    char text[2048];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.random_weights = 1;
    const int length = number < SHAPES ? shapes_print(&shapes[number], text, sizeof text)
                                       : heads_print(&heads[number - SHAPES], text, sizeof text);
    ck_assert_int_lt(length, (int)sizeof text);
    nnefcl_model_open_memory(text, (size_t)length, &options, &model, &error);
    ck_assert_msg(model != NULL, "%s: %s", case_name(number), error.message);
    return model;
}

static int case_judge(void *user, const nnefcl_verdict *verdict)
{
    ck_assert_msg(verdict->bad == 0, "%s: %zu of %zu elements are bad: got %.9g, want %.9g", (const char *)user,
                  (size_t)verdict->bad, (size_t)verdict->elements, verdict->got, verdict->want);
    return 0;
}

static void case_verify(const char *name, const nnefcl_model *model, const struct op_form *form,
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
    snprintf(where, sizeof where, "%s (%s, %s)", name, variant->name, form->name);
    ck_assert_msg(used == !steps, "%s", where);
    options.keep_tensors = 1;
    options.execution = form->execution;
    options.kernels = (const char *const[]){text};
    options.kernel_count = 1;
    nnefcl_session_create(model, op_form_device(form), &options, &session, &error);
    ck_assert_msg(session != NULL, "%s: %s", where, error.message);
    const float x = -0.25f;
    ck_assert_msg(!nnefcl_session_verify(session, model, (const void *[]){&x}, NULL, case_judge, where, &error), "%s",
                  error.message);
    nnefcl_session_free(session);
}

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (size_t i = 0; i < CASES; i++) {
        nnefcl_model *model = case_model(i);
        for (int k = 0; k < OP_FORMS; k++)
            if (op_form_exists(&op_forms[k]))
                op_programs_add_family(&programs[k], model, NCL_FAMILY_ATTENTION, true);
        nnefcl_model_free(model);
    }
    op_programs_end(programs);
}

START_TEST(gives_what_is_defined)
{
    nnefcl_model *model = case_model((size_t)_i);
    for (int i = 0; i < OP_FORMS; i++)
        for (size_t k = 0; k < ncl_variant_count && op_form_exists(&op_forms[i]); k++)
            if (ncl_variants[k]->family == NCL_FAMILY_ATTENTION)
                case_verify(case_name((size_t)_i), model, &op_forms[i], ncl_variants[k]);
    nnefcl_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attention");
    TCase *tests = tcase_create("attention");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, gives_what_is_defined, 0, CASES);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
