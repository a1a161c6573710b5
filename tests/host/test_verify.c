/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: which nodes are visited, with what, in every form of execution; that a wrong kernel is named; state;
 * calls that are refused. */
#include <math.h>

#include "host_case.h"

/* Products and a sum that become one step, constants that init folds, views, a logical, an output that is a variable's
 * old value, and state. */
#define NET_ALL                                                                                                        \
    "graph all(x) -> (z, before, m)\n{\n    x = external<scalar>(shape = [3, 8]);\n    w = variable<scalar>(shape = "  \
    "[20, 8], label = 'w');\n"                                                                                         \
    "    b = variable<scalar>(shape = [1, 20], label = 'b');\n    s = variable<scalar>(shape = [3, 20], label = "      \
    "'s');\n    c = exp(b);\n"                                                                                         \
    "    p = matmul(x, w, transposeB = true);\n    y = add(p, c);\n    v = reshape(y, shape = [60]);\n    a = "        \
    "reshape(v, shape = [3, 20]);\n"                                                                                   \
    "    t = add(s, a);\n    z = softmax(t);\n    before = copy(s);\n    m = gt(t, a);\n    u = update(s, t);\n}\n"

/* Two variables change places with each run. */
#define NET_SWAP                                                                                                       \
    "graph swap(x) -> (y)\n{\n    x = external<scalar>(shape = [4]);\n    a = variable<scalar>(shape = [4], label = "  \
    "'a');\n"                                                                                                          \
    "    b = variable<scalar>(shape = [4], label = 'b');\n    d = sub(a, b);\n    y = add(d, x);\n    u = update(a, "  \
    "b);\n    v = update(b, a);\n}\n"

#define NET_SOFTMAX                                                                                                    \
    "graph net(x) -> (y)\n{\n    x = external<scalar>(shape = [2, 5]);\n    e = exp(x);\n    s = softmax(e);\n    r "  \
    "= mul(s, 2.0);\n"                                                                                                 \
    "    y = softmax(r);\n}\n"

static const float x24[24] = {0.5f, -1, 2,    3.25f, 0.1f, -0.3f, 7,    1,     -2, 4, 0.25f, 0.75f,
                              -6,   5,  0.9f, -0.7f, 0.6f, 0.2f,  0.3f, -0.8f, 1,  2, 3,     -4};
static const float x10[10] = {0.5f, -1, 2, 3.25f, 0.1f, -0.3f, 1.5f, 1, -2, 0};

static struct {
    char names[256]; /* of the results in their order, bad ones with '!' */
    nnefcl_verdict bad;
    char operands[64];
    int ends_after;
} seen;

static int take(void *user, const nnefcl_verdict *v)
{
    ck_assert_ptr_eq(user, &seen);
    strcat(seen.names, v->result.name);
    strcat(seen.names, v->bad ? "! " : " ");
    ck_assert_uint_gt(v->elements, 0);
    ck_assert_uint_eq(v->elements * nnefcl_dtype_size(v->result.dtype), v->result.bytes);
    ck_assert_msg(v->bad || v->ulp <= v->tolerance, "%s", v->result.name);
    ck_assert(*v->reason);
    if (v->bad && !seen.bad.bad) {
        seen.bad = *v;
        for (size_t i = 0; i < v->operand_count; i++)
            strcat(seen.operands, v->operand[i].name ? v->operand[i].name : "_");
    }
    return --seen.ends_after == 0;
}

static nnefcl_status verify(nnefcl_session *session, const nnefcl_model *model, const void *x, void *const *outputs,
                            nnefcl_error *error)
{
    memset(seen.names, 0, sizeof seen.names);
    memset(&seen.bad, 0, sizeof seen.bad);
    memset(seen.operands, 0, sizeof seen.operands);
    return nnefcl_session_verify(session, model, (const void *[]){x}, outputs, take, &seen, error);
}

static const char *verified(nnefcl_session *session, const nnefcl_model *model, const void *x, void *const *outputs)
{
    nnefcl_error error = {0};
    ck_assert_msg(verify(session, model, x, outputs, &error) == NNEFCL_OK, "%s", error.message);
    return seen.names;
}

static const char *const no_passes[] = {"linear", "epilogue"};
static const nnefcl_session_options forms[] = {
    {.version = 1, .keep_tensors = 1},
    {.version = 1, .keep_tensors = 1, .separate_buffers = 1},
    {.version = 1, .keep_tensors = 1, .kernels = (const char *const[]){"plain"}, .kernel_count = 1},
    {.version = 1, .keep_tensors = 1, .profiling = 1},
    {.version = 1, .keep_tensors = 1, .disabled_passes = no_passes, .disabled_pass_count = 2},
    {.version = 1, .keep_tensors = 1, .execution = NNEFCL_EXECUTION_PERSISTENT},
};
enum { FORMS = sizeof forms / sizeof *forms };

/* ---- what is visited ---- */

START_TEST(every_form)
{
    nnefcl_device_info info;
    nnefcl_device_describe(device, &info);
    if (forms[_i].execution == NNEFCL_EXECUTION_PERSISTENT && info.type != NNEFCL_DEVICE_CPU)
        return;
    nnefcl_model *model = host_model(NET_ALL, 1);
    nnefcl_session *session = host_session(model, &forms[_i]), *plain = host_session(model, NULL);
    for (int run = 0; run < 3; run++) {
        float z[60], before[60], same_z[60], same_before[60];
        unsigned char m[60], same_m[60];
        const char *want = forms[_i].disabled_pass_count ? "c p y v a t z before m u " : "c y v a t z before m u ";
        ck_assert_str_eq(verified(session, model, x24, (void *[]){z, before, m}), want);
        host_run(plain, (const void *[]){x24}, (void *[]){same_z, same_before, same_m});
        for (int i = 0; i < 60; i++) { /* it was a run like any other, the state went on */
            ck_assert_float_eq_tol(z[i], same_z[i], 1e-5f);
            ck_assert_float_eq_tol(before[i], same_before[i], 1e-4f);
        }
        ck_assert_mem_eq(m, same_m, sizeof m);
    }
    nnefcl_session_free(plain);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(swapped_states)
{
    nnefcl_model *model = host_model(NET_SWAP, 1);
    nnefcl_session *session = host_session(model, &forms[0]);
    for (int run = 0; run < 3; run++)
        ck_assert_str_eq(verified(session, model, x10, NULL), "y u v "); /* d is on the way to y */
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(the_visitor_ends_it)
{
    nnefcl_model *model = host_model(NET_ALL, 1);
    nnefcl_session *session = host_session(model, &forms[0]);
    seen.ends_after = 3;
    ck_assert_str_eq(verified(session, model, x24, NULL), "c y v ");
    seen.ends_after = 0;
    ck_assert_str_eq(verified(session, model, x24, NULL), "c y v a t z before m u ");
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

/* ---- a kernel that is wrong ---- */

/* Behind the layer wrong_layer.c. A program that is wrong stays on its device. */
static nnefcl_session *wrong_session(const nnefcl_model *model)
{
    nnefcl_device *right = device;
    host_open();
    setenv("WRONG_KERNEL", "softmax", 1);
    nnefcl_session *session = host_session(model, &forms[0]);
    unsetenv("WRONG_KERNEL");
    host_close();
    device = right;
    return session;
}

START_TEST(a_wrong_kernel_is_named)
{
    nnefcl_model *model = host_model(NET_SOFTMAX, 0);
    nnefcl_session *session = wrong_session(model);
    ck_assert_str_eq(verified(session, model, x10, NULL), "e s! r y! ");
    ck_assert_uint_eq(seen.bad.node, 2);
    ck_assert_str_eq(seen.bad.op, "softmax");
    ck_assert_str_eq(seen.bad.location, "graph.nnef:6:9");
    ck_assert_str_eq(seen.bad.result.name, "s");
    ck_assert_int_eq(seen.bad.result.shape.rank, 2);
    ck_assert_int_eq(seen.bad.result.shape.extent[1], 5);
    ck_assert_str_eq(seen.operands, "e");
    ck_assert_double_gt(seen.bad.ulp, seen.bad.tolerance);
    ck_assert_double_lt(seen.bad.ulp, 4000); /* 1e-4 is 839 to 1678 units */
    ck_assert(seen.bad.got != seen.bad.want && fabs(seen.bad.got - seen.bad.want) < 1e-3);
    ck_assert(seen.bad.position[0] >= 0 && seen.bad.position[0] < 2 && seen.bad.position[1] >= 0 &&
              seen.bad.position[1] < 5);
    nnefcl_session_free(session);
    session = host_session(model, &forms[0]);
    ck_assert_str_eq(verified(session, model, x10, NULL), "e s r y ");
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

/* ---- what passes recognize ---- */

#define NET_GELU                                                                                                       \
    "graph gelu(x) -> (y)\n{\n    x = external<scalar>(shape = [4096]);\n    c = x ^ 3.0 * 0.044715;\n"                \
    "    t = tanh((x + c) * 0.7978845608028654) + 1.0;\n    h = x * 0.5;\n    y = h * t;\n}\n"

/* Near 0 the nodes may be off by less than the operation that they become; what is above that is found. */
START_TEST(recognized_operations)
{
    static float x[4096];
    nnefcl_model *model = host_model(NET_GELU, 0);
    nnefcl_session *session = host_session(model, &forms[0]);
    for (int i = 0; i < 4096; i++)
        x[i] = (float)(i - 2048) * 0x1.01p-13f;
    ck_assert_str_eq(verified(session, model, x, NULL), "y ");
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

/* ---- calls that are refused ---- */

START_TEST(refused)
{
    nnefcl_error error = {0};
    nnefcl_model *model = host_model(NET_ALL, 1), *other = host_model(NET_SWAP, 1), *again = host_model(NET_ALL, 1);
    nnefcl_session *session = host_session(model, &forms[0]), *plain = host_session(model, NULL);
    ck_assert_int_eq(verify(plain, model, x24, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "keep_tensors"));
    ck_assert_int_eq(verify(session, other, x24, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_msg(strstr(error.message, "'all' was not made from this model") != NULL, "%s", error.message);
    ck_assert_int_eq(verify(NULL, model, x24, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "session is NULL"));
    ck_assert_int_eq(verify(session, NULL, x24, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "model is NULL"));
    ck_assert_int_eq(nnefcl_session_verify(session, model, (const void *[]){x24}, NULL, NULL, NULL, &error),
                     NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "visit is NULL"));
    ck_assert_int_eq(verify(session, model, NULL, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(error.message, "input 'x' is NULL"));
    nnefcl_model_free(model); /* one that was opened in the same way will do */
    ck_assert_str_eq(verified(session, again, x24, NULL), "c y v a t z before m u ");
    nnefcl_session_free(session);
    nnefcl_session_free(plain);
    nnefcl_model_free(other);
    nnefcl_model_free(again);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, every_form, 0, FORMS);
    tcase_add_test(tests, swapped_states);
    tcase_add_test(tests, the_visitor_ends_it);
    tcase_add_test(tests, a_wrong_kernel_is_named);
    tcase_add_test(tests, recognized_operations);
    tcase_add_test(tests, refused);
}

int main(void)
{
    return host_main("verify", add);
}
