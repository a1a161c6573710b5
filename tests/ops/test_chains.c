/* SPDX-License-Identifier: Apache-2.0 */
/* Chains behind every kernel that ends in NCL_STORE_AFTER, behind one that does not, and by themselves: what a run
 * gives is compared with the definitions in double precision, in both forms of the kernels, and the steps are counted.
 */
#define OP_TILES 1
#include "op_form.h"
#include "op_programs.h"
#include "model/frozen.h"
#include "suite.h"

#define BIT(chain) (1 << (chain))

/* What makes c, of shape [1,6,H,W], with x of that shape too; the body that does on a CPU; and the chains that it
 * leaves to a step of their own, since it has no such operands. */
static const struct producer {
    const char *body, *shape, *text;
    unsigned apart;
} producers[] = {
    {"conv_gemm", "1,6,5,9", "w = variable(shape = [6,6,3,3], label = 'w'); c = conv(x, w, 0.5);", BIT(3)},
    {"conv_gemm", "1,6,1,3", "w = variable(shape = [6,6,1,1], label = 'w'); c = conv(x, w, 0.5);", BIT(3)},
    {"window_rows", "1,6,5,19", "w = variable(shape = [6,1,3,3], label = 'w'); c = conv(x, w, 0.5, groups = 6);",
     BIT(3)},
    {"window_rows", "1,6,5,5", "c = max_pool(x, size = [1,1,3,3], border = 'ignore');", BIT(3)},
    {"window_rows", "1,6,5,5", "c = avg_pool(x, size = [1,3,1,1], border = 'constant');", BIT(2) | BIT(3)},
    {"pool", "1,6,5,5", "c = avg_pool(x, size = [3,1,1,1], border = 'constant', padding = [(1,1),(0,0),(0,0),(0,0)]);",
     BIT(2) | BIT(3)},
    {"deconv_rows", "1,6,5,9", "w = variable(shape = [6,6,3,3], label = 'w'); c = deconv(x, w, 0.5);", BIT(3)},
    {"gemm", "1,6,20,20", "w = variable(shape = [1,1,20,20], label = 'w'); c = matmul(x, w);", BIT(2)},
    {"gemv", "1,6,9,3", "w = variable(shape = [1,1,3,3], label = 'w'); c = matmul(x, w);", BIT(2)},
    {"softmax", "1,6,5,5", "c = softmax(x);", ~0u},
};

/* Behind c, with s of one value for each channel, a of one for each place on the last axis, q of one for all. */
static const char *const chains[] = {
    "y = relu(c);",
    "b = add(c, x); y = clamp(b, -0.25, 0.5);",
    "b = batch_normalization(c, s, v, s, s, epsilon = 0.001); d = mul(sigmoid(b), b); y = add(x, d);",
    "b = mul(c, a); d = leaky_relu(b, alpha = 0.1); y = sub(d, 3.0);",
    "b = tanh(x); d = sub(mul(b, q), c); y = softplus(d);",
    "b = lt(c, x); y = select(b, c, neg(x));",
};

enum { PRODUCERS = sizeof producers / sizeof *producers, CHAINS = sizeof chains / sizeof *chains };

/* All operations of one operand that map numbers of (0, 1) to numbers, one behind the other. */
static const char all_of_them[] =
    "a1 = neg(c); a2 = exp(a1); a3 = sqr(a2); a4 = log(add(a3, 1.5)); a5 = sin(a4); a6 = cos(a5); a7 = atan(a6);"
    "b1 = abs(a7); b2 = sqrt(b1); b3 = rcp(add(b2, 1.0)); b4 = elu(b3); b5 = selu(b4); b6 = gelu(b5); b7 = silu(b6);"
    "d1 = sinh(b7); d2 = cosh(d1); d3 = rsqrt(d2); d4 = sign(d3); d5 = add(d4, b7); d6 = round(mul(d5, 4.25));"
    "e1 = floor(add(d6, 0.3)); e2 = ceil(mul(e1, 0.7)); e3 = min(e2, x); e4 = max(e3, 0.1); e5 = pow(e4, 1.3);"
    "f1 = tan(mul(e5, 0.1)); f2 = asin(clamp(f1, -0.9, 0.9)); f3 = acos(clamp(f2, -0.9, 0.9)); f4 = tanh(f3);"
    "g1 = prelu(sub(f4, 0.5), s); g2 = softplus(g1); g3 = sigmoid(g2); y = log2(add(g3, 1.0));";

static nnefcl_model *chain_model(const struct producer *producer, const char *chain)
{
    static const char form[] =
        "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [%s]);\n"
        "    s = variable(shape = [1,6], label = 's'); v = constant(shape = [1,6], value = [0.5]);\n"
        "    a = variable(shape = [1,1,1,%s], label = 'a'); q = variable(shape = [1], label = 'q');\n    %s\n    "
        "%s\n}\n";
    char text[4096];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.random_weights = 1;
    const int length =
        snprintf(text, sizeof text, form, producer->shape, strrchr(producer->shape, ',') + 1, producer->text, chain);
    ck_assert_int_lt(length, (int)sizeof text);
    nnefcl_model_open_memory(text, (size_t)length, &options, &model, &error);
    ck_assert_msg(model != NULL, "%s, %s: %s", producer->text, chain, error.message);
    return model;
}

/* ---- on data ---- */

struct judged {
    const char *producer, *chain, *form;
    size_t nodes;
};

static int judge(void *user, const nnefcl_verdict *verdict)
{
    struct judged *judged = user;
    ck_assert_msg(verdict->bad == 0, "%s %s (%s): %zu of %zu elements of %s are bad: got %.9g, want %.9g",
                  judged->producer, judged->chain, judged->form, (size_t)verdict->bad, (size_t)verdict->elements,
                  verdict->result.name, verdict->got, verdict->want);
    judged->nodes++;
    return 0;
}

static void verify_chain(const nnefcl_model *model, struct judged *judged, const struct op_form *form)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_session *session = NULL;
    nnefcl_error error = {0};
    nnefcl_tensor_info info;
    options.keep_tensors = 1;
    options.execution = form->execution;
    judged->form = form->name;
    nnefcl_model_input(model, 0, &info);
    float *x = malloc(info.bytes);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < info.bytes / sizeof *x; i++)
        x[i] = (float)((i * 37 + 11) % 101) / 101.0f;
    nnefcl_session_create(model, op_form_device(form), &options, &session, &error);
    ck_assert_msg(session != NULL, "%s %s: %s", judged->producer, judged->chain, error.message);
    ck_assert_msg(!nnefcl_session_verify(session, model, (const void *[]){x}, NULL, judge, judged, &error), "%s",
                  error.message);
    ck_assert_uint_gt(judged->nodes, 0);
    nnefcl_session_free(session);
    free(x);
}

/* All as launches, each second one in another form besides: compiling takes its time. */
static bool runs_in(int index, int form)
{
    return form == OP_FORM_LAUNCH ||
           (index % 4 == 1 && form == OP_FORM_PERSISTENT && op_form_exists(&op_forms[form])) ||
           (index % 4 == 3 && form == OP_FORM_GPU);
}

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (int i = 0; i < PRODUCERS * CHAINS; i++) {
        nnefcl_model *model = chain_model(&producers[i / CHAINS], chains[i % CHAINS]);
        for (int form = 0; form < OP_FORMS; form++)
            if (runs_in(i, form))
                op_programs_add(&programs[form], model, NULL, true);
        nnefcl_model_free(model);
    }
    op_programs_end(programs);
}

START_TEST(gives_what_is_defined)
{
    const struct producer *producer = &producers[_i / CHAINS];
    const char *chain = chains[_i % CHAINS];
    nnefcl_model *model = chain_model(producer, chain);
    struct judged judged = {.producer = producer->text, .chain = chain};
    for (int form = 0; form < OP_FORMS; form++)
        if (runs_in(_i, form))
            verify_chain(model, &judged, &op_forms[form]);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(every_operation)
{
    nnefcl_model *model = chain_model(&producers[0], all_of_them);
    struct judged judged = {.producer = producers[0].text, .chain = "all of them"};
    verify_chain(model, &judged, &op_forms[0]);
    nnefcl_model_free(model);
}
END_TEST

/* ---- in one step ---- */

START_TEST(is_one_step)
{
    const struct producer *producer = &producers[_i / CHAINS];
    const struct ncl_plan_options options = {.long_index = false};
    nnefcl_model *model = chain_model(producer, chains[_i % CHAINS]);
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model, &ncl_target_generic_cpu, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    const struct ncl_step *last = &plan->run.step[plan->run.count - 1];
    const char *body = plan->kernel[last->kernel].body;
    const bool apart = producer->apart & 1 << _i % CHAINS;
    ck_assert_msg(!strcmp(body, apart ? "elements" : producer->body), "%s %s ends in %s", producer->text,
                  chains[_i % CHAINS], body);
    ncl_arena_free(&arena);
    nnefcl_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chains");
    TCase *tests = tcase_create("chains");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, is_one_step, 0, PRODUCERS * CHAINS);
    tcase_add_loop_test(tests, gives_what_is_defined, 0, PRODUCERS * CHAINS);
    tcase_add_test(tests, every_operation);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
