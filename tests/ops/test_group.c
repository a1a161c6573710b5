/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels by work-groups: products and convolutions (group_product.c), with sums that several tasks share and with
 * tiles of both sizes, and lines along axes (group_lines.c), with few lines and many, compared with the definitions in
 * double precision. */
#include <stdio.h>
#include <string.h>

#include "op_programs.h"
#include "model/frozen.h"
#include "suite.h"


/* What y is of x, on a device of so many compute units, and what the plan has then. */
static const struct group_case {
    const char *text;
    unsigned units;
    const char *in_plan;
    float factor; /* of x, which is within +-0.5; 0: 1 */
} cases[] = {
    {"x = external(shape = [5,700]); w = variable(shape = [700,9], label = 'w'); y = matmul(x, w);", 64, "gemm_join"},
    {"x = external(shape = [3,5,1030]); w = variable(shape = [3,1030,9], label = 'w'); y = relu(matmul(x, w));", 64,
     "gemm_join"},
    {"x = external(shape = [1030,17]); w = variable(shape = [9,1030], label = 'w'); c = matmul(x, w, transposeA = "
     "true, "
     "transposeB = true); y = c * 0.5 + 1.0;",
     64, "gemm_join"},
    {"x = external(shape = [3,1100]); w = variable(shape = [7,1100], label = 'w'); b = variable(shape = [1,7], label = "
     "'b'); y = sigmoid(linear(x, w, b));",
     64, "gemm_join"},
    {"x = external(shape = [2,64,5,5]); w = variable(shape = [6,64,3,3], label = 'w'); b = variable(shape = [1,6], "
     "label "
     "= 'b'); s = variable(shape = [1,6], label = 's'); y = relu(conv(x, w, b) * s);",
     64, "gemm_join"},
    {"x = external(shape = [2,128,5,5]); w = variable(shape = [4,64,3,3], label = 'w'); b = variable(shape = [1,4], "
     "label "
     "= 'b'); y = conv(x, w, b, groups = 2);",
     64, "gemm_join"},
    {"x = external(shape = [2,64,5,5]); w = variable(shape = [6,64,3,3], label = 'w'); b = variable(shape = [1,6], "
     "label = 'b'); v = variable(shape = [5,64,1,1], label = 'v'); c = relu(conv(x, w, b)); d = conv(x, v); y = "
     "concat([c, d], axis = 1);",
     64, " IMAGE=275"},
    {"x = external(shape = [2,600,3,5]); w = variable(shape = [5,600,1,1], label = 'w'); y = conv(x, w, 0.5);", 64,
     "TAPS=1"},
    {"x = external(shape = [1,64,7,9]); w = variable(shape = [5,64,3,3], label = 'w'); y = conv(x, w, stride = [2,1], "
     "dilation = [1,2], border = 'reflect');",
     64, "gemm_join"},
    {"x = external(shape = [2,60,11]); w = variable(shape = [5,60,9], label = 'w'); y = conv(x, w);", 64, "gemm_join"},
    {"x = external(shape = [250,40]); w = variable(shape = [40,250], label = 'w'); y = tanh(matmul(x, w));", 1,
     "DOWN=16"},
    {"x = external(shape = [255,43]); w = variable(shape = [43,61], label = 'w'); y = matmul(x, w);", 1,
     "ACROSS=8 DEPTH=8 DOWN=16"},
    {"x = external(shape = [1,3,40,40]); w = variable(shape = [250,3,3,3], label = 'w'); s = variable(shape = [1,250], "
     "label = 's'); y = conv(x, w, s) * s;",
     1, "DEPTH=18 DOWN=16"},
    {"x = external(shape = [5,7,9,7]); w = variable(shape = [130,7,1,1], label = 'w'); z = variable(shape = [1,130], "
     "label = 'z'); y = relu(conv(x, w, z) * z);",
     1, "TAPS=1"},
    {"x = external(shape = [3,8,6,7,9]); w = variable(shape = [70,8,3,2,3], label = 'w'); y = conv(x, w, stride = "
     "[1,2,1], border = 'replicate');",
     8, "IMAGE=3"},
    {"x = external(shape = [1,1030]); w = variable(shape = [37,1030], label = 'w'); b = variable(shape = [1,37], label "
     "= 'b'); y = relu(linear(x, w, b));",
     8, "ALONG=1"},
    {"x = external(shape = [3,1024]); w = variable(shape = [37,1024], label = 'w'); y = linear(x, w);", 8,
     "ALONG=1 ROWS=4"},
    {"x = external(shape = [3,515]); w = variable(shape = [515,70], label = 'w'); y = matmul(x, w) * 0.5;", 8,
     "ALONG=0"},
    {"x = external(shape = [2,90,67]); w = variable(shape = [2,67,5], label = 'w'); y = tanh(matmul(x, w));", 8,
     "ALONG=0"},
    {"x = external(shape = [5,9,3,4]); w = variable(shape = [11,9,3,4], label = 'w'); b = variable(shape = [1,11], "
     "label = 'b'); s = variable(shape = [1,11], label = 's'); y = relu(conv(x, w, b, padding = [(0,0),(0,0)]) * s);",
     8, "gemv_group"},
    {"x = external(shape = [2,9000]); y = sum_reduce(x, axes = [1]);", 8, "SPLITS=2"},
    {"x = external(shape = [9000,3]); y = mean_reduce(x, axes = [0]);", 4, "SPLITS=2"},
    {"x = external(shape = [2,9000]); y = mean_reduce(x + 3e38, axes = [1]);", 8, "SPLITS=2", 1e37f},
    {"x = external(shape = [20,130]); y = mean_reduce(x + 3e38, axes = [0]);", 8, "SPLITS=1", 1e37f},
    {"x = external(shape = [9000,3]); (m, v) = moments(x, axes = [0]); y = v + m * 0.0;", 4, "SPLITS=2", 1.5e19f},
    {"x = external(shape = [3,40,50,7]); y = max_reduce(x, axes = [0,2]);", 8, "SPLITS=1"},
    {"x = external(shape = [370,5,40]); y = min_reduce(x, axes = [0,2]);", 8, "SPLITS=2"},
    {"x = external(shape = [5,1111]); y = argmin_reduce(x, axes = [1]);", 8, "ARG=1"},
    {"x = external(shape = [77,41]); y = argmax_reduce(x, axes = [0]);", 8, "ARG=1"},
    {"x = external(shape = [7,131]); y = softmax(x, axes = [1]);", 8, "SHARE=32"},
    {"x = external(shape = [2,70,41]); y = softmax(x, axes = [1]);", 8, "SHARE=8"},
    {"x = external(shape = [5,3,45]); y = softmax(x, axes = [0,2]);", 8, "softmax_group"},
    {"x = external(shape = [9,300]); s = variable(shape = [1,300], label = 's'); b = variable(shape = [1,300], label = "
     "'b'); m = mean_reduce(x, axes = [1]); d = x - m; v = mean_reduce(sqr(d), axes = [1]); y = d * rsqrt(v + 1e-5) * "
     "s "
     "+ b;",
     8, "norm_group"},
    {"x = external(shape = [2,70,41]); s = variable(shape = [1,70,1], label = 's'); b = variable(shape = [1,70,1], "
     "label = 'b'); m = mean_reduce(x, axes = [1]); d = x - m; v = mean_reduce(sqr(d), axes = [1]); y = d * rsqrt(v + "
     "1e-5) * s + b;",
     8, "norm_group group 256"},
    {"x = external(shape = [2,300,41]); s = variable(shape = [1,300,1], label = 's'); v = mean_reduce(sqr(x), axes = "
     "[1]); y = x * rsqrt(v + 1e-5) * s;",
     8, "norm_group group 256"},
    {"x = external(shape = [200,4096]); y = x * rsqrt(mean_reduce(sqr(x), axes = [1]) + 12.0);", 8, "norm_group"},
    {"x = external(shape = [3,12,300]); s = variable(shape = [1,1,300], label = 's'); v = mean_reduce(sqr(x), axes = "
     "[2]); y = x * rsqrt(v + 1e-5) * s;",
     8, "CENTRED=0"},
};

static nnefcl_model *group_model(const struct group_case *c)
{
    char text[1024];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.random_weights = 1;
    const int length =
        snprintf(text, sizeof text,
                 "version 1.0;\nextension KHR_enable_operator_expressions;\ngraph g( x ) -> ( y )\n{ %s }\n", c->text);
    nnefcl_model_open_memory(text, (size_t)length, &options, &model, &error);
    ck_assert_msg(model != NULL, "%s: %s", c->text, error.message);
    return model;
}

static int append(void *user, const char *text, size_t length)
{
    struct ncl_text *whole = user;
    ncl_text_printf(whole, "%.*s", (int)length, text);
    return whole->failed;
}

static void check_plan(const nnefcl_session *session, const struct group_case *c)
{
    struct ncl_text plan;
    nnefcl_error error = {0};
    ncl_text_init(&plan, NULL);
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_PLAN, append, &plan, &error), NNEFCL_OK);
    ck_assert_msg(strstr(plan.data, "_group") && strstr(plan.data, c->in_plan), "%s: no %s in\n%s", c->text, c->in_plan,
                  plan.data);
    ncl_text_free(&plan);
}

static int judge(void *user, const nnefcl_verdict *verdict)
{
    const struct group_case *c = user;
    ck_assert_msg(verdict->bad == 0, "%s: %zu of %zu elements are bad: got %.9g, want %.9g", c->text,
                  (size_t)verdict->bad, (size_t)verdict->elements, verdict->got, verdict->want);
    return 0;
}

/* What all cases run on, with as many compute units as the case wants: they decide about plans, not about texts. */
static const nnefcl_device *group_device(const struct group_case *c)
{
    nnefcl_device *device = (nnefcl_device *)op_form_device(&op_forms[OP_FORM_GPU]);
    device->target.compute_units = c->units;
    return device;
}

enum { FORCED = 5 };

static void group_kernels(const struct group_case *c, const char *kernels[FORCED])
{
    kernels[0] = strstr(c->in_plan, "gemv_group") ? "conv=conv_whole" : "conv=conv_group";
    kernels[1] = strstr(c->in_plan, "ALONG=") ? "product=product_gemv_group" : "product=product_group";
    kernels[2] = "reduce=reduce_group";
    kernels[3] = "softmax=softmax_group";
    kernels[4] = "norm=norm_group";
}

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nnefcl_model *model = group_model(&cases[i]);
        const char *kernels[FORCED];
        group_device(&cases[i]);
        group_kernels(&cases[i], kernels);
        op_programs_add_plan(
            &programs[OP_FORM_GPU], model,
            &(struct ncl_plan_options){.kernels = kernels, .kernel_count = FORCED, .keep_tensors = true});
        nnefcl_model_free(model);
    }
    op_programs_end(programs);
}

START_TEST(gives_what_is_defined)
{
    const struct group_case *c = &cases[_i];
    const nnefcl_device *device = group_device(c);
    nnefcl_model *model = group_model(c);
    const char *kernels[FORCED];
    nnefcl_session *session = NULL;
    nnefcl_tensor_info info;
    nnefcl_error error = {0};
    const nnefcl_session_options options = {
        .version = 1, .keep_tensors = 1, .kernels = kernels, .kernel_count = FORCED};
    group_kernels(c, kernels);
    nnefcl_model_input(model, 0, &info);
    float *x = malloc(info.bytes);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < info.bytes / sizeof *x; i++)
        x[i] = ((float)((i * 37 + 11) % 101) / 101.0f - 0.5f) * (c->factor != 0 ? c->factor : 1);
    nnefcl_session_create(model, device, &options, &session, &error);
    ck_assert_msg(session != NULL, "%s: %s", c->text, error.message);
    check_plan(session, c);
    ck_assert_msg(
        !nnefcl_session_verify(session, model, (const void *[]){x}, NULL, judge, (void *)(uintptr_t)c, &error), "%s",
        error.message);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    free(x);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("group");
    TCase *tests = tcase_create("group");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, gives_what_is_defined, 0, (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
