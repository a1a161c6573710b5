/* SPDX-License-Identifier: Apache-2.0 */
/* held.c: after a run every tensor of the graph lies where nothing else was written, but what one kernel for several
 * nodes never makes. */
#include "model/model_text.h"
#include "model/frozen.h"

/* p and y are one step, the two transposes vanish; c is folded at init, w is packed there; v is a view of the state. */
#define NET                                                                                                            \
    "version 1.0;\ngraph g( x ) -> ( z, h )\n{\n    x = external(shape = [64,8]);\n    w = variable(shape = [20,8], "  \
    "label = 'w');\n"                                                                                                  \
    "    b = variable(shape = [1,20], label = 'b');\n    s = variable(shape = [64,20], label = 's');\n    c = "        \
    "exp(b);\n"                                                                                                        \
    "    p = matmul(x, w, transposeB = true);\n    y = add(p, c);\n    t = transpose(y, axes = [1,0]);\n    k = "      \
    "transpose(t, axes = [1,0]);\n"                                                                                    \
    "    r = relu(k);\n    q = sigmoid(r);\n    v = unsqueeze(s, axes = [0]);\n    o = squeeze(v, axes = [0]);\n    "  \
    "h = mul(q, o);\n"                                                                                                 \
    "    z = tanh(h);\n    u = update(s, z);\n}\n"

static struct model_text text;
static struct ncl_arena arena;
static const struct ncl_plan *plan;

static void make(bool keep, bool separate)
{
    static const char *const chains[] = {"epilogue"}; /* what it joins has no memory to keep */
    const struct ncl_plan_options options = {
        .disabled_passes = chains, .disabled_pass_count = 1, .keep_tensors = keep, .separate_buffers = separate};
    struct ncl_diag diag;
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ck_assert_msg(ncl_model_plan(text.model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan) ==
                      NNEFCL_OK,
                  "%s", text.error.message);
}

static void setup(void)
{
    ncl_arena_init(&arena, NULL, 0);
    model_text_open(&text, NET, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
}

static void teardown(void)
{
    model_text_close(&text);
    ncl_arena_free(&arena);
}

static ncl_ref held(const char *name)
{
    for (size_t i = 0; i < text.model->graph->tensor_count; i++)
        if (strcmp(text.model->graph->tensor[i]->name, name) == 0)
            return plan->held[i];
    ck_abort_msg("no tensor %s", name);
    return NCL_NO_TENSOR;
}

static void check_held(void)
{
    static const char *const there[] = {"x", "s", "c", "y", "r", "q", "v", "o", "h", "z", "u"}, *const gone[] = {
                                                                                                    "w", "b", "p", "t",
                                                                                                    "k"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        ck_assert_msg(held(there[i]) != NCL_NO_TENSOR, "%s", there[i]);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        ck_assert_msg(held(gone[i]) == NCL_NO_TENSOR, "%s", gone[i]);
}

/* The result of a step of the run is written by no other tensor's step, wherever in the run it stands. */
START_TEST(nothing_is_overwritten)
{
    make(true, _i);
    check_held();
    for (ncl_ref a = 0; a < plan->tensor_count; a++)
        for (ncl_ref b = 0; b < a; b++) {
            const struct ncl_plan_tensor *p = &plan->tensor[a], *q = &plan->tensor[b];
            if (p->base != NCL_NO_TENSOR || q->base != NCL_NO_TENSOR || p->buffer != q->buffer ||
                p->buffer == UINT32_MAX || !(p->kept || q->kept))
                continue;
            const bool earlier = p->kept ? p->last_step < q->first_step : q->last_step < p->first_step;
            ck_assert_msg(!earlier || p->offset + p->bytes <= q->offset || q->offset + q->bytes <= p->offset,
                          "%s and %s", p->name, q->name);
        }
}
END_TEST

START_TEST(without_it_memory_is_shared)
{
    make(true, false);
    const uint64_t kept = plan->arena_bytes;
    ck_assert_uint_eq(plan->fingerprint, ncl_model_fingerprint(text.model));
    make(false, false);
    ck_assert_uint_lt(plan->arena_bytes, kept);
    ck_assert_ptr_null(plan->held);
}
END_TEST

#define NET_OWN                                                                                                        \
    "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [4,32]);\n    w = variable(shape = [32,32], "    \
    "label = 'w');\n    h = matmul(x, w);\n    c = x ^ 3.0 * 0.044715;\n"                                              \
    "    t = tanh((x + c) * 0.7978845608028654) + 1.0;\n    g = 0.5 * (x * t);\n    y = g + h;\n}\n"

static uint32_t id_of(const char *name)
{
    for (size_t i = 0; i < text.model->graph->tensor_count; i++)
        if (strcmp(text.model->graph->tensor[i]->name, name) == 0)
            return text.model->graph->tensor[i]->id;
    ck_abort_msg("no tensor %s", name);
    return 0;
}

/* What was recognized is known by the operation that it became, with operands of the document. */
START_TEST(operations_are_told)
{
    model_text_close(&text);
    model_text_open(&text, NET_OWN, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    make(true, false);
    const struct ncl_meant *gelu = plan->meant[id_of("g")];
    ck_assert_ptr_nonnull(gelu);
    ck_assert_str_eq(gelu->node.op->name, "gelu_tanh");
    ck_assert_uint_eq(gelu->tensor_count, 2);
    const struct ncl_tensor *operand = ncl_node_tensor(&gelu->node, "x"), *result = ncl_node_result(&gelu->node, 0);
    ck_assert_uint_eq(operand->id, 0);
    ck_assert_uint_eq(result->id, 1);
    ck_assert_uint_eq(gelu->origin[0], id_of("x"));
    ck_assert_uint_eq(gelu->origin[1], id_of("g"));
    ck_assert(ncl_shape_equal(&operand->shape, &result->shape));
    ck_assert_str_eq(plan->meant[id_of("y")]->node.op->name, "add");
    ck_assert_ptr_null(plan->meant[id_of("t")]); /* gone */
    ck_assert_ptr_null(plan->meant[id_of("x")]);
    make(false, false);
    ck_assert_ptr_null(plan->meant);
}
END_TEST

START_TEST(models_are_told_apart)
{
    const uint64_t mine = ncl_model_fingerprint(text.model);
    struct model_text other;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    model_text_open(&other, NET, &options);
    ck_assert_uint_eq(ncl_model_fingerprint(other.model), mine);
    model_text_close(&other);
    options.seed = 1;
    model_text_open(&other, NET, &options);
    ck_assert_uint_ne(ncl_model_fingerprint(other.model), mine);
    model_text_close(&other);
    model_text_open(&other, NET "# the end\n", NULL);
    ck_assert_uint_ne(ncl_model_fingerprint(other.model), mine);
    model_text_close(&other);
}
END_TEST

START_TEST(shapes_tell_models_apart)
{
    static const char net[] =
        "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [64,8]);\n    y = relu(x);\n}\n";
    struct model_text a, b;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.batch = 7;
    model_text_open(&a, net, NULL);
    model_text_open(&b, net, &options);
    ck_assert_uint_ne(ncl_model_fingerprint(a.model), ncl_model_fingerprint(b.model));
    model_text_close(&a);
    model_text_close(&b);
}
END_TEST

/* Three products are one on a GPU, and attention reads them there. */
START_TEST(parts_are_cut_out)
{
    static const char net[] = "version 1.0;\n"
                              "graph g( x ) -> ( y )\n"
                              "{\n"
                              "    x = external(shape = [1,128,128]);\n"
                              "    wq = variable(shape = [1,128,128], label = 'wq');\n"
                              "    wk = variable(shape = [1,128,128], label = 'wk');\n"
                              "    q = matmul(x, wq);\n"
                              "    k = matmul(x, wk);\n"
                              "    a = reshape(q, shape = [1,128,2,64]);\n"
                              "    c = transpose(a, axes = [0,2,1,3]);\n"
                              "    b = reshape(k, shape = [1,128,2,64]);\n"
                              "    d = transpose(b, axes = [0,2,1,3]);\n"
                              "    s = matmul(c, d, transposeB = true);\n"
                              "    p = softmax(s, axes = [3]);\n"
                              "    y = matmul(p, d);\n"
                              "}\n";
    const struct ncl_plan_options options = {.keep_tensors = true};
    nnefcl_device_info facts = {.name = ""};
    struct ncl_target target;
    struct ncl_diag diag;
    for (size_t i = 0; strcmp(facts.name, "nvidia") != 0; i++)
        ck_assert_int_eq(nnefcl_target(i, &facts), NNEFCL_OK);
    ncl_target_describe(&target, &facts);
    model_text_close(&text);
    model_text_open(&text, net, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(text.model, &target, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    ck_assert_uint_ne(held("q"), NCL_NO_TENSOR);
    ck_assert_uint_ne(held("k"), NCL_NO_TENSOR);
    ck_assert(plan->tensor[held("q")].kept);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keep");
    TCase *tests = tcase_create("keep");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, nothing_is_overwritten, 0, 2);
    tcase_add_test(tests, without_it_memory_is_shared);
    tcase_add_test(tests, operations_are_told);
    tcase_add_test(tests, models_are_told_apart);
    tcase_add_test(tests, parts_are_cut_out);
    tcase_add_test(tests, shapes_tell_models_apart);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
