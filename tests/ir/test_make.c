/* SPDX-License-Identifier: Apache-2.0 */
/* make.c: nodes from names and values, onto a copy of the graph y = relu(x), x of shape [2,3]; l is logical [2,3]. */
#include "ir/make.h"
#include "model/frozen.h"
#include "model/model_text.h"

static const char text[] = "version 1.0;\ngraph g( x, l ) -> ( y )\n{\n    x = external(shape = [2,3]);\n"
                           "    l = external<logical>(shape = [2,3]);\n    y = select(l, x, 1.0);\n}\n";

struct made {
    struct model_text model;
    struct ncl_arena arena;
    struct ncl_diag diag;
    nnefcl_error error;
    struct ncl_graph graph;
    struct ncl_infer infer;
};

static void made_begin(struct made *made)
{
    *made = (struct made){0};
    model_text_open(&made->model, text, NULL);
    ck_assert_msg(made->model.status == NNEFCL_OK, "%s", made->model.error.message);
    ncl_arena_init(&made->arena, NULL, 0);
    ncl_diag_init(&made->diag, &made->error, NULL, NULL, false);
    made->graph = *made->model.model->graph;
    made->graph.tensor_capacity = made->graph.node_capacity = 0;
    made->graph.tensor = NULL; /* tensors keep their numbers: the first new one stands behind those of the model */
    made->graph.node = NULL;
    made->graph.node_count = made->graph.tensor_count = 0;
    made->infer = (struct ncl_infer){.arena = &made->arena, .diag = &made->diag, .graph = &made->graph};
}

static void made_end(struct made *made)
{
    ncl_arena_free(&made->arena);
    model_text_close(&made->model);
}

/* ---- cases: "x" and "l" stand for the inputs ---- */

struct given {
    const char *name;
    enum ncl_value_kind kind; /* TENSOR: input number `number`; ARRAY: of integers, `number` each time */
    double number;
    size_t items;
};

#define TENSOR(number)  NCL_VALUE_TENSOR, number, 0
#define SCALAR(number)  NCL_VALUE_SCALAR, number, 0
#define INTEGER(number) NCL_VALUE_INTEGER, number, 0
#define PAIR(number)    NCL_VALUE_ARRAY, number, 2
#define ONE(number)     NCL_VALUE_ARRAY, number, 1

static const struct make_case {
    const char *name, *op;
    struct given given[4];
    const char *expected; /* type and shape of the first result, and how many tensors there are; or the error */
} cases[] = {
    {"a tensor", "relu", {{"x", TENSOR(0)}}, "scalar [2,3], 1"},
    {"literals become tensors", "max", {{"x", TENSOR(0)}, {"y", SCALAR(0.5)}}, "scalar [2,3], 2"},
    {"the default of a tensor does", "linear", {{"input", TENSOR(0)}, {"filter", TENSOR(0)}}, "scalar [2,2], 2"},
    {"in any order", "tile", {{"repeats", PAIR(2)}, {"input", TENSOR(0)}}, "scalar [4,6], 1"},
    {"? is of the argument", "copy", {{"x", TENSOR(1)}}, "logical [2,3], 1"},
    {"? is of a literal", "copy", {{"x", INTEGER(7)}}, "integer [], 2"},
    {"? is of values", "constant", {{"shape", PAIR(1)}, {"value", ONE(4)}}, "integer [1,1], 1"},
    {"a result of its own type", "lt", {{"x", TENSOR(0)}, {"y", TENSOR(0)}}, "logical [2,3], 1"},
    {"the shape rule speaks", "matmul", {{"A", TENSOR(0)}, {"B", TENSOR(0)}}, "matmul: "},
    {"a dialect", "erf", {{"x", TENSOR(0)}}, "scalar [2,3], 1"},
    {"no such operation", "quux", {{"x", TENSOR(0)}}, "there is no operation 'quux'"},
    {"one with a body only", "rms_pool", {{"input", TENSOR(0)}, {"size", PAIR(1)}}, "does not know the operation"},
    {"no such parameter", "relu", {{"z", TENSOR(0)}}, "a node of relu is made with 'z'"},
    {"another kind", "tile", {{"input", TENSOR(0)}, {"repeats", INTEGER(2)}}, "another kind of 'repeats'"},
    {"a tensor for an attribute", "gather", {{"axis", TENSOR(0)}}, "another kind of 'axis'"},
    {"a tensor of another type", "relu", {{"x", TENSOR(1)}}, "another kind of 'x'"},
    {"a literal of another type", "max", {{"x", TENSOR(0)}, {"y", INTEGER(1)}}, "another kind of 'y'"},
    {"? is two things",
     "select",
     {{"condition", TENSOR(1)}, {"true_value", TENSOR(0)}, {"false_value", INTEGER(1)}},
     "with 'false_value' of another type"},
    {"any type, but no ?", "cast", {{"input", TENSOR(1)}}, "no argument of cast tells its type"},
    {"a missing one", "max", {{"x", TENSOR(0)}}, "a node of max is made without 'y'"},
    {"nothing tells the type", "external", {{"shape", PAIR(3)}}, "no argument of external tells its type"},
};

static struct ncl_value value_of(const struct made *made, const struct given *given, struct ncl_value pair[2])
{
    switch (given->kind) {
    case NCL_VALUE_TENSOR:
        return ncl_value_tensor(made->graph.input[(int)given->number]);
    case NCL_VALUE_SCALAR:
        return ncl_value_scalar(given->number);
    case NCL_VALUE_INTEGER:
        return ncl_value_integer((int64_t)given->number);
    default:
        pair[0] = pair[1] = ncl_value_integer((int64_t)given->number);
        return ncl_value_array(pair, given->items);
    }
}

START_TEST(makes)
{
    const struct make_case *c = &cases[_i];
    struct made made;
    struct ncl_named_value given[4];
    struct ncl_value pair[4][2];
    struct ncl_node *node = NULL;
    char shape[NCL_SHAPE_TEXT], got[1024];
    size_t count = 0;
    made_begin(&made);
    for (; count < 4 && c->given[count].name; count++)
        given[count] = (struct ncl_named_value){c->given[count].name, value_of(&made, &c->given[count], pair[count])};
    const nnefcl_status status = ncl_make_node(&made.infer, c->op, given, count, NCL_NOWHERE, &node);
    if (status == NNEFCL_OK) {
        const struct ncl_tensor *result = ncl_node_result(node, 0);
        snprintf(got, sizeof got, "%s %s, %zu", nnefcl_dtype_name(result->dtype), ncl_shape_text(&result->shape, shape),
                 made.graph.tensor_count);
        ck_assert_uint_eq(made.graph.node_count, 1);
        ck_assert_ptr_eq(made.graph.node[0], node);
    } else {
        snprintf(got, sizeof got, "%s", made.error.message);
        ck_assert_uint_eq(made.graph.node_count, 0);
    }
    ck_assert_msg(strstr(got, c->expected), "%s: %s", c->name, got);
    made_end(&made);
}
END_TEST

/* Input 0 is of scalars, 1 of logicals. */
static const struct misfit_case {
    const char *op;
    struct given given[3];
    int mixed; /* the array of operand 0 has input 0, then this one; 0: there is none */
    const char *misfit;
} misfits[] = {
    {"relu", {{"x", TENSOR(0)}}, 0, NULL},
    {"relu", {{"x", TENSOR(1)}}, 0, "x"},
    {"max", {{"x", TENSOR(0)}, {"y", INTEGER(1)}}, 0, "y"},
    {"select", {{"condition", TENSOR(0)}, {"true_value", TENSOR(0)}, {"false_value", TENSOR(0)}}, 0, "condition"},
    {"select", {{"condition", TENSOR(1)}, {"true_value", TENSOR(0)}, {"false_value", TENSOR(1)}}, 0, "false_value"},
    {"select", {{"condition", TENSOR(1)}, {"true_value", TENSOR(0)}, {"false_value", TENSOR(0)}}, 0, NULL},
    {"tile", {{"input", TENSOR(1)}, {"repeats", INTEGER(2)}}, 0, NULL}, /* no tensor, and an error of our own */
    {"relu", {{"z", TENSOR(1)}}, 0, NULL},
    {"quux", {{"x", TENSOR(1)}}, 0, NULL},
    {"concat", {{"values", TENSOR(0)}, {"axis", INTEGER(0)}}, 0, "values"},
    {"concat", {{"values", TENSOR(0)}, {"axis", INTEGER(0)}}, 1, "values"},
};

START_TEST(types_misfit)
{
    const struct misfit_case *c = &misfits[_i];
    struct made made;
    struct ncl_named_value given[3];
    struct ncl_value pair[3][2], mixed[2];
    size_t count = 0;
    made_begin(&made);
    for (; count < 3 && c->given[count].name; count++)
        given[count] = (struct ncl_named_value){c->given[count].name, value_of(&made, &c->given[count], pair[count])};
    if (c->mixed) {
        mixed[0] = ncl_value_tensor(made.graph.input[0]);
        mixed[1] = ncl_value_tensor(made.graph.input[c->mixed]);
        given[0].value = ncl_value_array(mixed, 2);
    }
    const char *misfit = ncl_make_misfit(&made.graph, c->op, given, count);
    ck_assert_msg(misfit ? c->misfit && strcmp(misfit, c->misfit) == 0 : !c->misfit, "%s: %s", c->op, misfit);
    made_end(&made);
}
END_TEST

/* Who passes a dtype is not asked to let it be deduced; values that were given may go away afterwards. */
START_TEST(keeps_values)
{
    struct made made;
    struct ncl_node *node;
    made_begin(&made);
    char label[] = "state";
    struct ncl_value extent[] = {ncl_value_integer(2), ncl_value_integer(5)};
    const struct ncl_named_value given[] = {{"shape", ncl_value_array(extent, 2)},
                                            {"label", ncl_value_string(label, strlen(label))}};
    ck_assert_int_eq(ncl_make_typed(&made.infer, "variable", NNEFCL_INTEGER, given, 2, NCL_NOWHERE, &node), NNEFCL_OK);
    memset(extent, 0, sizeof extent);
    memset(label, 0, sizeof label);
    ck_assert_int_eq(ncl_node_integer_at(node, "shape", 1), 5);
    ck_assert_str_eq(ncl_node_string(node, "label"), "state");
    ck_assert_int_eq(ncl_node_result(node, 0)->dtype, NNEFCL_INTEGER);
    made_end(&made);
}
END_TEST

START_TEST(keeps_limits)
{
    struct made made;
    struct ncl_node *node;
    made_begin(&made);
    const struct ncl_named_value given = {"x", ncl_value_tensor(made.graph.input[0])};
    made.arena.limit = 1;
    ck_assert_int_eq(ncl_make_node(&made.infer, "relu", &given, 1, NCL_NOWHERE, &node), NNEFCL_ERR_LIMIT);
    made.arena.limit = 0;
    made.graph.node_count = NCL_MAX_NODES;
    ck_assert_int_eq(ncl_make_node(&made.infer, "relu", &given, 1, NCL_NOWHERE, &node), NNEFCL_ERR_LIMIT);
    made.graph.node_count = 0;
    made.graph.tensor_count = NCL_MAX_TENSORS;
    ck_assert_int_eq(ncl_make_node(&made.infer, "relu", &given, 1, NCL_NOWHERE, &node), NNEFCL_ERR_LIMIT);
    made_end(&made);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("make");
    TCase *tcase = tcase_create("make");
    tcase_add_loop_test(tcase, makes, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tcase, types_misfit, 0, sizeof misfits / sizeof *misfits);
    tcase_add_test(tcase, keeps_values);
    tcase_add_test(tcase, keeps_limits);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
