/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite.c: changes to a copy that stays true, and the frozen graph behind it, which stays as it was. */
#include <time.h>

#include "model/frozen.h"
#include "model/model_text.h"
#include "pass/pass.h"

static const char *const text =
    "version 1.0;\ngraph g( x ) -> ( y, z )\n{\n    x = external(shape = [2,3]);\n    a = exp(x);\n    b = neg(a);\n"
    "    c = concat([a, b, a], axis = 1);\n    y = sqr(c);\n    z = add(b, 1.0);\n}\n";

struct change {
    struct model_text model;
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_rewrite *rw;
};

static void change_begin(struct change *change, const char *source)
{
    model_text_open(&change->model, source, NULL);
    ck_assert_msg(change->model.status == NNEFCL_OK, "%s", change->model.error.message);
    ncl_arena_init(&change->arena, NULL, 0);
    ncl_diag_init(&change->diag, NULL, NULL, NULL, false);
    change->rw = ncl_rewrite_begin(&change->arena, &change->diag, change->model.model->graph);
    ck_assert_ptr_nonnull(change->rw);
}

static const struct ncl_graph *change_end(struct change *change)
{
    const struct ncl_graph *graph;
    ck_assert_int_eq(ncl_rewrite_end(change->rw, &graph), NNEFCL_OK);
    return graph;
}

static void change_free(struct change *change)
{
    ncl_arena_free(&change->arena);
    model_text_close(&change->model);
}

static struct ncl_node *node_named(const struct change *change, const char *op)
{
    struct ncl_node *node = ncl_rewrite_first(change->rw);
    while (strcmp(node->op->name, op) != 0)
        node = ncl_rewrite_next(node);
    return node;
}

static struct ncl_tensor *result_of(const struct change *change, const char *op)
{
    return ncl_node_result(node_named(change, op), 0);
}

/* The operations in their order. */
static const char *order(const struct ncl_graph *graph)
{
    static char list[256];
    list[0] = '\0';
    for (size_t i = 0; i < graph->node_count; i++)
        strcat(strcat(list, i ? " " : ""), graph->node[i]->op->name);
    return list;
}

/* Every result knows its node, and every argument is a tensor of this graph that an earlier node made. */
static void check_value(const struct ncl_graph *graph, const struct ncl_value *value, const bool *made)
{
    if (value->kind == NCL_VALUE_TENSOR) {
        ck_assert_ptr_eq(graph->tensor[value->tensor->id], value->tensor);
        ck_assert(!value->tensor->producer || made[value->tensor->id]);
    }
    for (size_t i = 0; value->kind == NCL_VALUE_ARRAY && i < value->count; i++)
        check_value(graph, &value->item[i], made);
}

static void check_graph(const struct ncl_graph *graph)
{
    bool *made = calloc(graph->tensor_count, sizeof *made);
    for (size_t i = 0; i < graph->node_count; i++) {
        for (size_t k = 0; k < graph->node[i]->parameter_count; k++)
            check_value(graph, &graph->node[i]->argument[k], made);
        ck_assert_ptr_eq(ncl_node_result(graph->node[i], 0)->producer, graph->node[i]);
        made[ncl_node_result(graph->node[i], 0)->id] = true;
    }
    for (size_t i = 0; i < graph->output_count; i++)
        ck_assert(made[graph->output[i]->id]);
    free(made);
}

START_TEST(nothing)
{
    struct change change;
    change_begin(&change, text);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "exp")), 3);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "sqr")), 1);
    ck_assert_ptr_null(ncl_rewrite_reader(change.rw, result_of(&change, "neg")));
    ck_assert_ptr_null(ncl_rewrite_reader(change.rw, result_of(&change, "sqr")));
    ck_assert_ptr_eq(ncl_rewrite_reader(change.rw, result_of(&change, "concat")), node_named(&change, "sqr"));
    const struct ncl_graph *graph = change_end(&change);
    check_graph(graph);
    ck_assert_str_eq(order(graph), "external exp neg concat sqr add");
    ck_assert_uint_eq(graph->tensor_count, change.model.model->graph->tensor_count);
    for (size_t i = 0; i < graph->tensor_count; i++)
        ck_assert_ptr_ne(graph->tensor[i], change.model.model->graph->tensor[i]);
    change_free(&change);
}
END_TEST

/* Also the items of arrays. */
START_TEST(replaces)
{
    struct change change;
    change_begin(&change, text);
    char *before = strdup(model_text_dump(&change.model, NNEFCL_DUMP_GRAPH));
    struct ncl_node *negative = node_named(&change, "neg");
    ncl_rewrite_replace(change.rw, ncl_node_result(negative, 0), result_of(&change, "exp"));
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, ncl_node_result(negative, 0)), 0);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "exp")), 5);
    ncl_rewrite_remove(change.rw, negative);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "exp")), 4);
    ck_assert_str_eq(ncl_rewrite_next(negative)->op->name, "concat");
    const struct ncl_graph *graph = change_end(&change);
    check_graph(graph);
    ck_assert_str_eq(order(graph), "external exp concat sqr add");
    ck_assert_str_eq(model_text_dump(&change.model, NNEFCL_DUMP_GRAPH), before);
    for (size_t i = 0; i < change.model.model->graph->node_count; i++)
        ck_assert_ptr_eq(ncl_node_result(change.model.model->graph->node[i], 0)->producer,
                         change.model.model->graph->node[i]);
    free(before);
    change_free(&change);
}
END_TEST

static struct ncl_named_value named(const char *name, struct ncl_tensor *tensor)
{
    return (struct ncl_named_value){name, ncl_value_tensor(tensor)};
}

/* A refusal changes nothing, not even the number of tensors. */
START_TEST(becomes)
{
    struct change change;
    change_begin(&change, text);
    struct ncl_node *negative = node_named(&change, "neg");
    struct ncl_tensor *result = ncl_node_result(negative, 0);
    const struct ncl_named_value input = named("x", result_of(&change, "external")),
                                 wide = named("x", result_of(&change, "concat"));
    ck_assert(!ncl_rewrite_become(change.rw, negative, "sqr", &wide, 1));
    ck_assert(ncl_rewrite_become(change.rw, negative, "sqr", &input, 1));
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "exp")), 2);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "external")), 2);
    ck_assert_ptr_eq(ncl_node_result(negative, 0), result);
    const struct ncl_graph *graph = change_end(&change);
    check_graph(graph);
    ck_assert_str_eq(order(graph), "external exp sqr concat sqr add");
    ck_assert_uint_eq(graph->tensor_count, change.model.model->graph->tensor_count);
    change_free(&change);
}
END_TEST

/* With a literal, which is a tensor too. */
START_TEST(inserts)
{
    struct change change;
    change_begin(&change, text);
    struct ncl_node *sum = node_named(&change, "add");
    const struct ncl_named_value given[] = {
        named("x", result_of(&change, "neg")),
        {"y", {.kind = NCL_VALUE_SCALAR, .scalar = 2}},
    };
    const struct ncl_named_value wide[] = {named("x", result_of(&change, "neg")),
                                           named("y", result_of(&change, "concat"))};
    ck_assert_ptr_null(ncl_rewrite_insert(change.rw, sum, "mul", wide, 2));
    struct ncl_node *product = ncl_rewrite_insert(change.rw, sum, "mul", given, 2);
    ck_assert_ptr_nonnull(product);
    const struct ncl_value value = ncl_value_tensor(ncl_node_result(product, 0));
    ncl_rewrite_set(change.rw, sum, "x", &value);
    ck_assert_ptr_eq(ncl_rewrite_producer(change.rw, value.tensor), product);
    ck_assert_ptr_eq(ncl_rewrite_reader(change.rw, value.tensor), sum);
    ck_assert_str_eq(value.tensor->name, "z.mul");
    const struct ncl_graph *graph = change_end(&change);
    check_graph(graph);
    ck_assert_str_eq(order(graph), "external exp neg concat sqr mul add");
    ck_assert_uint_eq(graph->tensor_count, change.model.model->graph->tensor_count + 2);
    change_free(&change);
}
END_TEST

START_TEST(sets_and_moves)
{
    struct change change;
    change_begin(&change, text);
    struct ncl_node *sum = node_named(&change, "add");
    const struct ncl_value value = {.kind = NCL_VALUE_TENSOR, .tensor = result_of(&change, "external")};
    ncl_rewrite_set(change.rw, sum, "y", &value);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "external")), 2);
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "neg")), 2);
    ncl_rewrite_move(change.rw, sum, node_named(&change, "concat"));
    ncl_rewrite_unlist(change.rw, node_named(&change, "sqr"));
    ck_assert_uint_eq(ncl_rewrite_uses(change.rw, result_of(&change, "concat")), 1);
    ck_assert_str_eq(order(change_end(&change)), "external exp neg add concat");
    change_free(&change);
}
END_TEST

/* 100,000 transposes that undo each other in pairs, all of whose results one node reads: seconds would be quadratic. */
START_TEST(many)
{
    enum { PAIRS = 50000 };
    char *source = malloc(PAIRS * 120 + 400), *at = source;
    at += sprintf(at, "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [2,3]);\n    b0 = copy(x);\n");
    for (int i = 0; i < PAIRS; i++)
        at += sprintf(at, "    a%d = transpose(b%d, axes = [1,0]);\n    b%d = transpose(a%d, axes = [1,0]);\n", i, i,
                      i + 1, i);
    sprintf(at, "    y = copy(b%d);\n}\n", PAIRS);
    struct change change;
    model_text_open(&change.model, source, NULL);
    ck_assert_msg(change.model.status == NNEFCL_OK, "%s", change.model.error.message);
    ncl_arena_init(&change.arena, NULL, 0);
    ncl_diag_init(&change.diag, NULL, NULL, NULL, false);
    const struct ncl_graph *graph = change.model.model->graph;
    const struct ncl_pass_options options = {.last = "transpose"};
    const clock_t start = clock();
    ck_assert_int_eq(ncl_passes_run(&change.arena, &change.diag, &(struct ncl_pass_facts){0}, &options, &graph),
                     NNEFCL_OK);
    ck_assert_msg(clock() - start < 5 * CLOCKS_PER_SEC, "%g s", (double)(clock() - start) / CLOCKS_PER_SEC);
    check_graph(graph);
    ck_assert_str_eq(order(graph), "external copy copy");
    free(source);
    change_free(&change);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rewrite");
    TCase *tests = tcase_create("rewrite");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, nothing);
    tcase_add_test(tests, replaces);
    tcase_add_test(tests, becomes);
    tcase_add_test(tests, inserts);
    tcase_add_test(tests, sets_and_moves);
    tcase_add_test(tests, many);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
