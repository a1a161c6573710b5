/* SPDX-License-Identifier: Apache-2.0 */
/* examine.c against a device that is a table here: what is named, that errors do not spread, and tensors that the
 * device did not keep. The operations have references of their own, so that the suite does not depend on those of
 * src/ops. */
#include <float.h>
#include <math.h>

#include "base/counting_allocator.h"
#include "model/frozen.h"
#include "model/model_text.h"
#include "verify/examine.h"

/* s is the sum of products that a device may fuse with what is behind it. */
#define NET                                                                                                            \
    "version 1.0;\ngraph g( x ) -> ( y, z, m )\n{\n    x = external(shape = [4]);\n    w = variable(shape = [4], "     \
    "label = 'w');\n"                                                                                                  \
    "    p = mul(x, w);\n    s = add(p, 0.25);\n    y = relu(s);\n    m = lt(s, x);\n    z = select(m, y, x);\n}\n"

enum { N = 4, TENSORS = 32 };

static double at(const struct ncl_reference *r, const struct ncl_node *node, size_t operand, int i)
{
    return ncl_reference_in(r, node->argument[operand].tensor)[node->argument[operand].tensor->shape.rank ? i : 0];
}

#define REFERENCE(name, formula)                                                                                       \
    static void name(const struct ncl_reference *r, const struct ncl_node *node)                                       \
    {                                                                                                                  \
        for (int i = 0; i < N; i++)                                                                                    \
            ncl_reference_out(r, ncl_node_result(node, 0))[i] = (formula);                                             \
    }
REFERENCE(do_mul, at(r, node, 0, i) * at(r, node, 1, i))
REFERENCE(do_scaled, at(r, node, 0, i) * at(r, node, 1, i) * 1e30)
REFERENCE(do_add, at(r, node, 0, i) + at(r, node, 1, i))
REFERENCE(do_shrunk, (at(r, node, 0, i) + at(r, node, 1, i)) * 1e-30)
REFERENCE(do_relu, fmax(at(r, node, 0, i), 0))
REFERENCE(do_lt, at(r, node, 0, i) < at(r, node, 1, i))
REFERENCE(do_select, at(r, node, 0, i) != 0 ? at(r, node, 1, i) : at(r, node, 2, i))

static struct ncl_op operations[] = {{.name = "mul", .reference = do_mul},
                                     {.name = "add", .reference = do_add},
                                     {.name = "relu", .reference = do_relu},
                                     {.name = "lt", .reference = do_lt},
                                     {.name = "select", .reference = do_select}};

static struct model_text text;
static const struct ncl_graph *graph;
static struct ncl_diag diag;
static bool kept[TENSORS];
static float floats[TENSORS][N];
static uint8_t logicals[N];

static const struct ncl_tensor *find(const char *name)
{
    for (size_t i = 0; i < graph->tensor_count; i++)
        if (graph->tensor[i]->name && strcmp(graph->tensor[i]->name, name) == 0)
            return graph->tensor[i];
    ck_abort_msg("no tensor %s", name);
    return NULL;
}

static float *data_of(const char *name)
{
    return floats[find(name)->id];
}

static void read_weights(float *out)
{
    struct ncl_weights *weights;
    ck_assert_int_eq(ncl_model_weights(text.model, &diag, &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, find("w"), &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_next(weights, out, N, &diag), NNEFCL_OK);
    ncl_weights_free(weights);
}

/* What a device does that makes no mistakes. */
static void compute(void)
{
    float w[N];
    read_weights(w);
    for (int i = 0; i < N; i++) {
        const float x = data_of("x")[i], p = data_of("p")[i] = x * w[i], s = data_of("s")[i] = p + 0.25f,
                    y = data_of("y")[i] = s > 0 ? s : 0;
        logicals[i] = s < x;
        data_of("z")[i] = logicals[i] ? y : x;
    }
}

static void setup(void)
{
    model_text_open(&text, NET, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    graph = text.model->graph;
    ck_assert_uint_le(graph->tensor_count, TENSORS);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    for (size_t i = 0; i < graph->node_count; i++)
        for (size_t k = 0; k < sizeof operations / sizeof *operations; k++)
            if (strcmp(graph->node[i]->op->name, operations[k].name) == 0)
                graph->node[i]->op = &operations[k];
    for (size_t i = 0; i < TENSORS; i++)
        kept[i] = true;
    static const float x[N] = {1.5f, -2.25f, 0.1f, 3};
    memcpy(data_of("x"), x, sizeof x);
    compute();
}

static void teardown(void)
{
    operations[0].reference = do_mul;
    operations[1].reference = do_add;
    model_text_close(&text);
}

/* ---- an examination ---- */

static bool has(void *user, const struct ncl_tensor *tensor)
{
    (void)user;
    return kept[tensor->id];
}

static nnefcl_status read_table(void *user, const struct ncl_tensor *tensor, void *data, struct ncl_diag *d)
{
    (void)user, (void)d;
    ck_assert_msg(kept[tensor->id] && tensor->role != NCL_ROLE_VARIABLE, "%s is not there", tensor->name);
    if (tensor->dtype == NNEFCL_LOGICAL)
        memcpy(data, logicals, sizeof logicals);
    else
        memcpy(data, floats[tensor->id], sizeof floats[0]);
    return NNEFCL_OK;
}

static struct {
    char names[64]; /* of the results in their order, those of whole operations behind '('; bad ones with '!', those
                       that were not compared with '?' */
    struct ncl_verdict last_bad;
    double tolerance; /* of z */
    int ends_after;
} seen;

static int take(void *user, const struct ncl_examine_result *result)
{
    const struct ncl_verdict *v = &result->verdict;
    (void)user;
    strcat(seen.names, result->whole ? "(" : "");
    strcat(seen.names, result->tensor->name);
    strcat(seen.names, v->bad ? "!" : v->elements ? "" : "?");
    ck_assert_uint_eq(v->elements, result->tolerance ? N : 0);
    if (v->bad)
        seen.last_bad = *v;
    seen.tolerance = v->tolerance;
    return --seen.ends_after == 0;
}

/* The operation that the tensor of this name was computed by. */
static struct ncl_meant meant;
static const char *meant_name;

static const struct ncl_meant *meant_by(void *user, const struct ncl_tensor *tensor)
{
    (void)user;
    return meant_name && strcmp(tensor->name, meant_name) == 0 ? &meant : NULL;
}

static nnefcl_status examine_with(const nnefcl_allocator *allocator)
{
    const struct ncl_examine_source source = {.has = has, .read = read_table, .meant = meant_by};
    struct ncl_model_constants constants;
    ck_assert_int_eq(ncl_model_constants_open(&constants, text.model, &diag), NNEFCL_OK);
    const nnefcl_status status =
        ncl_examine(text.model->graph, 0, &constants.source, allocator, &source, take, NULL, &diag);
    ncl_model_constants_close(&constants);
    return status;
}

static const char *examined(void)
{
    const nnefcl_allocator allocator = {0};
    const int ends_after = seen.ends_after;
    memset(&seen, 0, sizeof seen);
    seen.ends_after = ends_after;
    ck_assert_int_eq(examine_with(&allocator), NNEFCL_OK);
    return seen.names;
}

START_TEST(all_is_well)
{
    ck_assert_str_eq(examined(), "psymz");
}
END_TEST

START_TEST(an_error_is_named_where_it_is)
{
    data_of("s")[2] += 1;
    for (int i = 0; i < N; i++) { /* the nodes behind it go on from there */
        const float s = data_of("s")[i];
        data_of("y")[i] = s > 0 ? s : 0;
        logicals[i] = s < data_of("x")[i];
        data_of("z")[i] = logicals[i] ? data_of("y")[i] : data_of("x")[i];
    }
    ck_assert_str_eq(examined(), "ps!ymz");
    ck_assert_uint_eq(seen.last_bad.bad, 1);
    ck_assert_uint_eq(seen.last_bad.worst, 2);
    ck_assert_double_eq(seen.last_bad.got, (double)data_of("s")[2]);
    ck_assert_double_eq(seen.last_bad.want, (double)data_of("p")[2] + 0.25);
}
END_TEST

START_TEST(logicals_are_compared)
{
    logicals[3] ^= 1;
    data_of("z")[3] = logicals[3] ? data_of("y")[3] : data_of("x")[3];
    ck_assert_str_eq(examined(), "psym!z");
    ck_assert_uint_eq(seen.last_bad.worst, 3);
}
END_TEST

/* p and s became part of the kernel behind them, which rounds otherwise. */
START_TEST(what_is_not_kept_is_computed)
{
    float w[N];
    read_weights(w);
    kept[find("p")->id] = kept[find("s")->id] = false;
    ck_assert_str_eq(examined(), "ymz");
    for (int i = 0; i < N; i++) {
        const float s = fmaf(data_of("x")[i], w[i], 0.25f);
        data_of("y")[i] = s > 0 ? s : 0;
        data_of("z")[i] = logicals[i] ? data_of("y")[i] : data_of("x")[i];
    }
    ck_assert_str_eq(examined(), "ymz");
    data_of("y")[0] *= 1 + 0x1p-18f;
    data_of("z")[0] = logicals[0] ? data_of("y")[0] : data_of("x")[0];
    ck_assert_str_eq(examined(), "y!mz");
    ck_assert_double_gt(seen.last_bad.tolerance, 0); /* relu alone has none */
    ck_assert_double_lt(seen.last_bad.tolerance, 4);
}
END_TEST

#define NET_OFF                                                                                                        \
    "version 1.0;\ngraph g( x ) -> ( q )\n{\n    x = external(shape = [4]);\n    u = div(x, 1.0);\n"                   \
    "    v = div(constant(shape = [1], value = [2.5]), 1.0);\n    q = sub(u, v);\n}\n"

/* Both operands are off by all that they may be, each the other way than the other; one has one element for all. */
START_TEST(operands_that_are_off_add_up)
{
    const float most = 2 * 2.4f * 0x1p-22f; /* of what div may be off, twice */
    model_text_close(&text);
    model_text_open(&text, NET_OFF, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    graph = text.model->graph;
    for (size_t i = 0; i < graph->tensor_count; i++)
        kept[i] = strchr("xq", graph->tensor[i]->name[0]) && !graph->tensor[i]->name[1];
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int i = 0; i < N; i++) {
            data_of("x")[i] = 3;
            data_of("q")[i] = 0.5f + (float)sign * most;
        }
        ck_assert_str_eq(examined(), "q");
    }
    data_of("q")[1] += most / 8;
    ck_assert_str_eq(examined(), "q!");
}
END_TEST

#define NET_PRODUCTS                                                                                                   \
    "version 1.0;\ngraph g( x ) -> ( q )\n{\n    x = external(shape = [1, 4]);\n    u = div(x, 1.0);\n    w = "        \
    "constant(shape = [4, 4], value = [1.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0, " \
    "1.0, 1.0]);\n    q = matmul(u, w);\n}\n"

/* Every element of an operand is off by all that it may be, in the direction of its weight: for each column other
 * ones. What div may be off (2.5), four times, and what a sum of four may at a scale of 12 (4). */
START_TEST(products_add_up_along_their_weights)
{
    const float most = 4 * 2.5f * 0x1p-22f + 4 * 0x1p-20f;
    model_text_close(&text);
    model_text_open(&text, NET_PRODUCTS, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    graph = text.model->graph;
    for (size_t i = 0; i < graph->tensor_count; i++)
        kept[i] = strchr("xq", graph->tensor[i]->name[0]) && !graph->tensor[i]->name[1];
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int i = 0; i < N; i++) {
            data_of("x")[i] = 3;
            data_of("q")[i] = (float)sign * most * 0.98f;
        }
        ck_assert_str_eq(examined(), "q");
        data_of("q")[2] = (float)sign * most * 1.02f;
        ck_assert_str_eq(examined(), "q!");
        ck_assert_uint_eq(seen.last_bad.bad, 1);
    }
}
END_TEST

/* x = x w + 0.25 but for roundings. */
static float nearest_to_sum(float w)
{
    float x = nextafterf(nextafterf(0.25f / (1 - w), 0), 0), best = x;
    for (int i = 0; i < 5; i++, x = nextafterf(x, 1))
        if (fabs((double)x * w + 0.25 - x) < fabs((double)best * w + 0.25 - best))
            best = x;
    return best;
}

/* Where the operand's error decides, both answers are right. */
START_TEST(a_comparison_of_what_may_be_off)
{
    float w[N];
    read_weights(w);
    data_of("x")[0] = nearest_to_sum(w[0]);
    compute();
    kept[find("p")->id] = kept[find("s")->id] = false;
    ck_assert_str_eq(examined(), "ymz");
    logicals[0] ^= 1;
    data_of("z")[0] = logicals[0] ? data_of("y")[0] : data_of("x")[0];
    ck_assert_str_eq(examined(), "ymz");
    logicals[3] ^= 1;
    data_of("z")[3] = logicals[3] ? data_of("y")[3] : data_of("x")[3];
    ck_assert_str_eq(examined(), "ym!z");
}
END_TEST

START_TEST(denormal_operands_may_be_zeros)
{
    float w[N];
    read_weights(w);
    operations[0].reference = do_scaled;
    data_of("x")[0] = FLT_MIN / 4;
    for (int i = 0; i < N; i++)
        data_of("p")[i] = (float)((double)data_of("x")[i] * w[i] * 1e30);
    ck_assert_ptr_null(strstr(examined(), "p!"));
    data_of("p")[0] = 0;
    ck_assert_ptr_null(strstr(examined(), "p!"));
    data_of("p")[0] = 1;
    ck_assert_ptr_nonnull(strstr(examined(), "p!"));
    ck_assert_uint_eq(seen.last_bad.worst, 0);
}
END_TEST

/* p and s as the body of one operation: p is right at infinity, and so is s, which is not what both are. */
START_TEST(an_operation_that_was_expanded)
{
    static const struct ncl_call call = {.fragment = "norm", .standard = true};
    struct ncl_node *const product = find("p")->producer, *const sum = find("s")->producer;
    product->at.call = sum->at.call = &call;
    ck_assert_str_eq(examined(), "psymz(s");
    operations[0].reference = do_scaled;
    operations[1].reference = do_shrunk;
    data_of("x")[1] = 1e20f;
    compute();
    float w[N];
    read_weights(w);
    for (int i = 0; i < N; i++) {
        const double p = (double)data_of("x")[i] * w[i] * 1e30;
        data_of("p")[i] = (float)p;
        data_of("s")[i] = (float)((p + 0.25) * 1e-30);
    }
    ck_assert_ptr_nonnull(strstr(examined(), "(s"));
    ck_assert_ptr_null(strchr(strstr(examined(), "(s"), '!'));
    data_of("s")[1] = data_of("p")[1] * 1e-30f;
    ck_assert(isinf(data_of("s")[1]));
    ck_assert_ptr_null(strstr(examined(), "ps!"));
    ck_assert_ptr_nonnull(strstr(examined(), "(s!"));
    ck_assert_uint_eq(seen.last_bad.worst, 1);
    product->at.call = sum->at.call = NULL;
}
END_TEST

START_TEST(without_definition)
{
    operations[1].reference = ncl_no_reference;
    ck_assert_str_eq(examined(), "ps?ymz");
    kept[find("s")->id] = false; /* nor can what needs it be judged */
    ck_assert_str_eq(examined(), "py?m?z");
}
END_TEST

/* ---- what was computed by another operation than the node's ---- */

#define NET_SQUARE                                                                                                     \
    "version 1.0;\ngraph g( x ) -> ( q )\n{\n    x = external(shape = [4]);\n    u = mul(x, x);\n"                     \
    "    q = relu(u);\n}\n"
#define NET_POWER "version 1.0;\ngraph g( x ) -> ( u )\n{\n    x = external(shape = [4]);\n    u = pow(x, 2.0);\n}\n"

static struct model_text other;
static uint32_t origin[4];

/* A product of x with itself (0.5), that was computed as a power (16); u is there or was computed on the way to q. */
static void open_square(bool all)
{
    model_text_close(&text);
    model_text_open(&text, NET_SQUARE, NULL);
    model_text_open(&other, NET_POWER, NULL);
    ck_assert_msg(text.status == NNEFCL_OK && other.status == NNEFCL_OK, "%s", text.error.message);
    graph = text.model->graph;
    ck_assert_uint_eq(other.model->graph->tensor_count, 3);
    for (size_t i = 0; i < other.model->graph->tensor_count; i++)
        origin[i] = other.model->graph->tensor[i]->data ? TENSORS : find(other.model->graph->tensor[i]->name)->id;
    meant = (struct ncl_meant){.node = *other.model->graph->output[0]->producer,
                               .tensor_count = other.model->graph->tensor_count,
                               .tensor = other.model->graph->tensor,
                               .origin = origin};
    meant_name = "u";
    kept[find("u")->id] = all;
    for (int i = 0; i < N; i++) {
        data_of("x")[i] = 3;
        data_of("u")[i] = data_of("q")[i] = 9;
    }
}

static void close_square(void)
{
    meant_name = NULL;
    model_text_close(&other);
}

/* Units of u in its last place, in what the device has of it. */
static void move_square(int units)
{
    data_of("u")[2] = data_of("q")[2] = 9 + (float)units * 0x1p-20f;
}

START_TEST(what_an_operation_may_be_off_is_allowed)
{
    const bool all = _i != 0;
    open_square(all);
    for (int sign = -1; sign <= 1; sign += 2) {
        move_square(sign * 16);
        ck_assert_str_eq(examined(), all ? "uq" : "q");
        move_square(sign * 17);
        ck_assert_str_eq(examined(), all ? "u!q" : "q!");
        ck_assert_uint_eq(seen.last_bad.bad, 1);
        ck_assert_uint_eq(seen.last_bad.worst, 2);
        ck_assert_double_eq_tol(seen.last_bad.tolerance, 16, 1e-9);
    }
    meant_name = NULL;
    move_square(1);
    ck_assert_str_eq(examined(), all ? "u!q" : "q!");
    close_square();
}
END_TEST

/* The document says what is right: not the operation, whatever else it would be. */
START_TEST(an_operation_that_is_another_one)
{
    open_square(true);
    for (int i = 0; i < N; i++)
        data_of("x")[i] = 1;
    meant.node.argument[1].tensor->data = (const float[]){3};
    for (int i = 0; i < N; i++)
        data_of("u")[i] = data_of("q")[i] = 1 + 0x1p-18f;
    ck_assert_str_eq(examined(), "u!q");
    close_square();
}
END_TEST

/* Made by a pass, or of another shape: nothing is known, and the node's own tolerance counts. */
START_TEST(operands_that_are_not_to_be_had)
{
    open_square(true);
    move_square(1);
    ck_assert_str_eq(examined(), "uq");
    const uint32_t id = meant.node.argument[0].tensor->id;
    origin[id] += TENSORS;
    ck_assert_str_eq(examined(), "u!q");
    origin[id] -= TENSORS;
    meant.node.argument[0].tensor->shape.extent[0] = 2;
    ck_assert_str_eq(examined(), "u!q");
    close_square();
}
END_TEST

/* Whichever allocation fails: an error, and nothing is left behind. */
static void end_memory(void)
{
    nnefcl_status status = NNEFCL_ERR_NOMEM;
    for (size_t fail_at = 1; status == NNEFCL_ERR_NOMEM; fail_at++) {
        struct counting_allocator counting = {.fail_at = fail_at};
        const nnefcl_allocator allocator = counting_allocator(&counting);
        memset(&seen, 0, sizeof seen);
        status = examine_with(&allocator);
        ck_assert_uint_eq(counting.live, 0);
        ck_assert_uint_lt(fail_at, 1000);
        ck_assert(status == NNEFCL_OK || counting.calls >= fail_at);
    }
    ck_assert_int_eq(status, NNEFCL_OK);
}

/* Operands that were not kept and denormals take part. */
START_TEST(memory_ends)
{
    data_of("x")[0] = FLT_MIN / 4;
    data_of("y")[0] = data_of("z")[0] = 1;
    kept[find("p")->id] = kept[find("s")->id] = false;
    end_memory();
    ck_assert_ptr_nonnull(strstr(seen.names, "y!"));
}
END_TEST

START_TEST(memory_ends_at_another_operation)
{
    open_square(_i != 0);
    move_square(17);
    end_memory();
    ck_assert_ptr_nonnull(strchr(seen.names, '!'));
    close_square();
}
END_TEST

START_TEST(the_visitor_ends_it)
{
    seen.ends_after = 2;
    ck_assert_str_eq(examined(), "ps");
    seen.ends_after = 0;
}
END_TEST

/* Every operation that has a reference has a tolerance. */
START_TEST(tolerances)
{
    for (size_t i = 0; i < ncl_op_table_count; i++) {
        const struct ncl_tolerance *tolerance = ncl_tolerance_find(ncl_ops[i].name);
        ck_assert_msg(tolerance || ncl_ops[i].reference == ncl_no_reference, "%s", ncl_ops[i].name);
        if (tolerance)
            ck_assert(tolerance->ulp >= 0 && tolerance->per_term >= 0 && *tolerance->reason);
    }
    ck_assert_double_eq(ncl_tolerance_ulp(ncl_tolerance_find("exp"), 1000), 3);
    ck_assert_double_eq(ncl_tolerance_ulp(ncl_tolerance_find("conv"), 1000), 502);
    ck_assert_double_eq(ncl_tolerance_ulp(ncl_tolerance_find("sum_reduce"), 10), 7);
    ck_assert_double_eq(ncl_tolerance_ulp(ncl_tolerance_find("sum_reduce"), 1000000), 38);
    ck_assert_ptr_null(ncl_tolerance_find("no_such_operation"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("examine");
    TCase *tests = tcase_create("examine");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, all_is_well);
    tcase_add_test(tests, an_error_is_named_where_it_is);
    tcase_add_test(tests, logicals_are_compared);
    tcase_add_test(tests, what_is_not_kept_is_computed);
    tcase_add_test(tests, operands_that_are_off_add_up);
    tcase_add_test(tests, products_add_up_along_their_weights);
    tcase_add_test(tests, a_comparison_of_what_may_be_off);
    tcase_add_test(tests, denormal_operands_may_be_zeros);
    tcase_add_test(tests, an_operation_that_was_expanded);
    tcase_add_test(tests, without_definition);
    tcase_add_loop_test(tests, what_an_operation_may_be_off_is_allowed, 0, 2);
    tcase_add_test(tests, an_operation_that_is_another_one);
    tcase_add_test(tests, operands_that_are_not_to_be_had);
    tcase_add_test(tests, memory_ends);
    tcase_add_loop_test(tests, memory_ends_at_another_operation, 0, 2);
    tcase_add_test(tests, the_visitor_ends_it);
    tcase_add_test(tests, tolerances);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
