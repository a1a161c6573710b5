/* SPDX-License-Identifier: Apache-2.0 */
/* choose.c: which variant computes what on which device, what can be forced, and that the plain one is the first of its
 * family and fits always. */
#include "emit/variant.h"
#include "model/frozen.h"
#include "model/model_text.h"
#include "suite.h"

#define X(shape, call) "x = external<scalar>(shape = " shape "); y = " call ";"

static const struct choice_case {
    const char *name, *body;
    const char *forced; /* NULL: none */
    const char *cpu, *gpu;
} cases[] = {
    {"conv", X("[1,8,12,12]", "conv(x, x1, padding = [(0,0),(0,0)])"), NULL, "conv_gemm", "conv_item"},
    {"a border", X("[1,8,12,12]", "conv(x, x1)"), NULL, "conv_strip", "conv_item"},
    {"many filters", X("[1,8,28,28]", "conv(x, x4)"), NULL, "conv_winograd4", "conv_group"},
    {"filters that are far away",
     "far = variable<scalar>(shape = [6272,256], label = 'far'); x = external<scalar>(shape = [1,256]);"
     "image = reshape(linear(x, far, 0.0), shape = [1,8,28,28]); y = conv(image, x4);",
     NULL, "conv_strip", "conv_group"},
    {"three axes", X("[1,8,9,9,9]", "conv(x, x5)"), NULL, "conv_into_blocks", "conv_group"},
    {"many channels", X("[1,128,56,56]", "conv(x, x6)"), NULL, "conv_winograd4", "conv_winograd4_group"},
    {"the whole image", X("[1,8,3,3]", "conv(x, x1, padding = [(0,0),(0,0)])"), NULL, "conv_whole", "conv_whole"},
    {"depthwise", X("[1,8,12,12]", "conv(x, x3, groups = 8)"), NULL, "conv_rows", "conv_column"},
    {"depthwise, three axes", X("[1,8,5,12,12]", "conv(x, x7, groups = 8)"), NULL, "conv_depthwise", "conv_item"},
    {"depthwise, twenty rows", X("[1,2,80,28]", "conv(x, x8, groups = 2, stride = [13,1])"), NULL, "conv_rows",
     "conv_column"},
    {"depthwise, rows far apart", X("[1,2,80,28]", "conv(x, x8, groups = 2, stride = [14,1])"), NULL, "conv_rows",
     "conv_item"},
    {"depthwise, one row", X("[1,8,1,12]", "conv(x, x3, groups = 8)"), NULL, "conv_rows", "conv_item"},
    {"forced", X("[1,8,12,12]", "conv(x, x1)"), "conv=conv_direct", "conv_direct", "conv_direct"},
    {"all plain", X("[1,8,12,12]", "conv(x, x1)"), "plain", "conv_direct", "conv_direct"},
    {"a forced one that does not fit", X("[1,8,12,12]", "conv(x, x1)"), "conv=conv_rows", "conv_strip", NULL},
    {"five axes", X("[1,2,3,3,3,3]", "conv(x, x2)"), NULL, "conv_direct", "conv_direct"},
    {"deconv", X("[1,8,6,6]", "deconv(x, x1)"), NULL, "deconv_rows", "deconv_group"},
    {"max_pool", X("[1,8,12,12]", "max_pool(x, size = [1,1,2,2], stride = [1,1,2,2])"), NULL, "pool_rows",
     "pool_column"},
    {"max_pool, twenty rows", X("[1,8,32,12]", "max_pool(x, size = [1,1,8,2], stride = [1,1,4,1])"), NULL, "pool_rows",
     "pool_column"},
    {"max_pool, rows far apart", X("[1,8,32,12]", "max_pool(x, size = [1,1,9,2], stride = [1,1,4,1])"), NULL,
     "pool_rows", "pool_item"},
    {"max_pool, dilated", X("[1,8,12,12]", "max_pool(x, size = [1,1,2,2], dilation = [1,1,2,1])"), NULL, "pool_rows",
     "pool_item"},
    {"a pool to one column", X("[1,8,12,12]", "avg_pool(x, size = [1,1,12,12], padding = [(0,0),(0,0),(0,0),(0,0)])"),
     NULL, "pool_direct", "pool_item"},
    {"a pool over channels", X("[1,8,12,12]", "max_pool(x, size = [1,2,1,1])"), NULL, "pool_rows", "pool_item"},
    {"a pool that repeats the border", X("[1,8,12,12]", "max_pool(x, size = [1,1,3,3], border = 'reflect')"), NULL,
     "pool_rows", "pool_direct"},
    {"debox", X("[1,8,6,6]", "debox(x, size = [1,1,3,3])"), NULL, "debox_rows", "debox_direct"},
    {"nearest neighbours", X("[1,2,6,6]", "nearest_upsample(x, factor = [2,2])"), NULL, "resample_plain",
     "resample_item"},
    {"nearest neighbours in blocks", X("[1,2,6,6]", "nearest_upsample(x, factor = [2,2])"), "resample=resample_blocked",
     "resample_blocked", "resample_blocked"},
    {"mixed neighbours in blocks", X("[1,2,6,6]", "multilinear_upsample(x, factor = [2,2])"),
     "resample=resample_blocked", "resample_blocked", "resample_blocked"},
    {"nearest neighbours along four axes", X("[1,2,2,2,2,2]", "nearest_upsample(x, factor = [1,1,2,2])"), NULL,
     "resample_plain", "resample_plain"},
    {"mixed neighbours", X("[1,2,2,6,6]", "multilinear_upsample(x, factor = [2,2,2], border = 'constant')"), NULL,
     "resample_plain", "resample_item"},
    {"places within 32 bits", X("[1,1,32000]", "multilinear_upsample(x, factor = [2], method = 'aligned')"), NULL,
     "resample_plain", "resample_item"},
    {"places beyond 32 bits", X("[1,1,33000]", "multilinear_upsample(x, factor = [2], method = 'aligned')"), NULL,
     "resample_plain", "resample_plain"},
    {"a border", X("[1,16,6,6]", "pad(x, padding = [(0,0),(0,0),(1,1),(1,1)], border = 'reflect')"), NULL, "pad_plain",
     "pad_plain"},
    {"a border in blocks", X("[1,16,6,6]", "pad(x, padding = [(0,0),(0,0),(1,1),(1,1)], border = 'reflect')"),
     "pad=pad_blocked", "pad_blocked", NULL},
    {"a border of channels, not in blocks", X("[1,16,6,6]", "pad(x, padding = [(0,0),(1,1),(1,1),(1,1)])"),
     "pad=pad_blocked", "pad_plain", NULL},
    {"a normalization of channels in blocks", X("[1,16,6,6]", "l2_normalization(x, axes = [1])"), "norm=norm_blocked",
     "norm_blocked", NULL},
    {"a normalization of rows, not in blocks", X("[1,16,6,6]", "l2_normalization(x, axes = [3])"), "norm=norm_blocked",
     "norm_rows", NULL},
    {"the length of an image, not in blocks", X("[1,16,6,6]", "l2_normalization(x, axes = [1,2,3])"), "norm=norm_whole",
     "norm_rows", NULL},
    {"matmul", X("[64,64]", "matmul(x, x)"), NULL, "product_gemm", "product_group"},
    {"one row", X("[1,64]", "matmul(x, m)"), NULL, "product_gemv", "product_gemv_group"},
    {"few columns", X("[64,3]", "matmul(x, x, transposeA = true)"), NULL, "product_gemv", "product_gemv_group"},
    {"a library", X("[64,64]", "matmul(x, x)"), "product=product_clblast", "product_clblast", "product_clblast"},
    {"transpose", X("[64,64]", "transpose(x, axes = [1,0])"), NULL, "move_transpose", "move_group"},
    {"a short transpose", X("[64,2]", "transpose(x, axes = [1,0])"), NULL, "move_rows", "move_item"},
    {"transposed heads", X("[2,16,4,8]", "transpose(x, axes = [0,2,1,3])"), NULL, "move_rows", "move_item"},
};

/* The variant of the last run step that has one; "" when the device does not take what is forced. */
static const char *chosen(const struct choice_case *c, const struct ncl_target *target)
{
    static const char operands[] = "x1 = variable<scalar>(shape = [8,8,3,3], label = 'f1');"
                                   "x2 = variable<scalar>(shape = [2,2,1,1,2,2], label = 'f2');"
                                   "x3 = variable<scalar>(shape = [8,1,3,3], label = 'f3');"
                                   "x4 = variable<scalar>(shape = [64,8,3,3], label = 'f4');"
                                   "x5 = variable<scalar>(shape = [8,8,3,3,3], label = 'f5');"
                                   "x6 = variable<scalar>(shape = [128,128,3,3], label = 'f6');"
                                   "x7 = variable<scalar>(shape = [8,1,3,3,3], label = 'f7');"
                                   "x8 = variable<scalar>(shape = [2,1,7,7], label = 'f8');"
                                   "m = variable<scalar>(shape = [64,64], label = 'm');";
    static struct model_text model;
    static struct ncl_arena arena;
    static nnefcl_error error;
    char document[2048];
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    const struct ncl_plan_options options = {.kernels = &c->forced, .kernel_count = c->forced != NULL};
    const char *variant = "";
    snprintf(document, sizeof document, "version 1.0;\ngraph g( x ) -> ( y )\n{\n%s\n%s\n}\n", operands, c->body);
    model_text_open(&model, document, NULL);
    ck_assert_msg(model.status == NNEFCL_OK, "%s: %s", c->name, model.talk);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    const nnefcl_status status = ncl_model_plan(model.model, target, &options, &arena, &diag, NULL, &plan);
    ck_assert_msg(status == NNEFCL_OK || status == NNEFCL_ERR_UNSUPPORTED, "%s: %s", c->name, error.message);
    for (size_t i = 0; !status && i < plan->run.count; i++)
        if (plan->run.step[i].variant)
            variant = plan->run.step[i].variant;
    ncl_arena_free(&arena);
    model_text_close(&model);
    return variant;
}

START_TEST(takes)
{
    const struct choice_case *c = &cases[_i];
    ck_assert_msg(strcmp(chosen(c, &ncl_target_generic_cpu), c->cpu) == 0, "%s, CPU: %s", c->name,
                  chosen(c, &ncl_target_generic_cpu));
    ck_assert_msg(strcmp(chosen(c, &ncl_target_generic_gpu), c->gpu ? c->gpu : "") == 0, "%s, GPU: %s", c->name,
                  chosen(c, &ncl_target_generic_gpu));
}
END_TEST

/* Where a barrier takes long, a tree in local memory does not pay. */
START_TEST(slow_barriers)
{
    static const struct choice_case row = {
        "one row", X("[1,784]", "matmul(x, variable<scalar>(shape = [784,256], label = 'w'))"), .gpu = ""};
    struct ncl_target fast = ncl_target_generic_gpu, slow = ncl_target_generic_gpu;
    fast.compute_units = slow.compute_units = 2;
    slow.barrier = 0.4;
    ck_assert_str_eq(chosen(&row, &fast), "product_gemv_group");
    ck_assert_str_eq(chosen(&row, &slow), "product_plain");
}
END_TEST

/* ---- transposes around attention ---- */

#define HEADS(query, key, value, result)                                                                               \
    "a = external<scalar>(shape = [1,128,12,64]); b = external<scalar>(shape = [1,128,12,64]);"                        \
    "q = transpose(a, axes = " query "); k = transpose(b, axes = " key "); v = transpose(a, axes = " value ");"        \
    "s = matmul(q, k); t = div(s, 8.0); e = softmax(t, axes = [3]); o = matmul(e, v); " result

static const struct heads {
    const char *name, *body, *outputs;
    size_t gpu, cpu; /* moves */
} heads[] = {
    {"of operands and result", HEADS("[0,2,1,3]", "[0,2,3,1]", "[0,2,1,3]", "y = transpose(o, axes = [0,2,1,3]);"), "y",
     0, 0},
    {"of an output", HEADS("[0,2,1,3]", "[0,2,3,1]", "[0,2,1,3]", "y = transpose(o, axes = [0,2,1,3]);"), "y, k", 1, 1},
    {"of the result, which is an output too",
     HEADS("[0,2,1,3]", "[0,2,3,1]", "[0,2,1,3]", "y = transpose(o, axes = [0,2,1,3]);"), "y, o", 1, 1},
    {"of the result's last axis", HEADS("[0,2,1,3]", "[0,2,3,1]", "[0,2,1,3]", "y = transpose(o, axes = [0,1,3,2]);"),
     "y", 1, 1},
    {"of an operand that others read",
     HEADS("[0,2,1,3]", "[0,2,3,1]", "[0,2,1,3]", "y = transpose(o, axes = [0,2,1,3]); z = exp(q);"), "y, z", 1, 1},
};

static size_t count_moves(const struct heads *h, const struct ncl_target *target)
{
    struct model_text model;
    struct ncl_arena arena;
    struct ncl_diag diag;
    const struct ncl_plan *plan;
    char document[1024];
    size_t moves = 0;
    snprintf(document, sizeof document, "version 1.0;\ngraph g( a, b ) -> ( %s )\n{\n%s\n}\n", h->outputs, h->body);
    model_text_open(&model, document, NULL);
    ck_assert_msg(model.status == NNEFCL_OK, "%s: %s", h->name, model.talk);
    ncl_arena_init(&arena, NULL, 0);
    ncl_diag_init(&diag, NULL, NULL, NULL, false);
    const struct ncl_plan_options options = {0};
    ck_assert_int_eq(ncl_model_plan(model.model, target, &options, &arena, &diag, NULL, &plan), NNEFCL_OK);
    for (size_t i = 0; i < plan->run.count; i++)
        moves += plan->run.step[i].variant && strncmp(plan->run.step[i].variant, "move_", 5) == 0;
    ncl_arena_free(&arena);
    model_text_close(&model);
    return moves;
}

START_TEST(transposes_of_heads)
{
    const struct heads *h = &heads[_i];
    struct ncl_target gpu;
    nnefcl_device_info info;
    size_t t = 0;
    while (!nnefcl_target(t, &info) && strcmp(info.name, "nvidia") != 0)
        t++;
    ncl_target_describe(&gpu, &info);
    ck_assert_msg(count_moves(h, &gpu) == h->gpu, "%s: %zu", h->name, count_moves(h, &gpu));
    ck_assert_msg(count_moves(h, &ncl_target_generic_cpu) == h->cpu, "%s, CPU: %zu", h->name,
                  count_moves(h, &ncl_target_generic_cpu));
}
END_TEST

/* ---- more than a million multiply-adds, on GPUs that are not here ---- */

static const char *const large[] = {
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,64,3,3], label = 'w'))"),
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,64,3,3], label = 'w'), stride = [2,2])"),
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,64,3,3], label = 'w'), dilation = [2,2])"),
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,64,3,3], label = 'w'), border = 'reflect')"),
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,64,1,1], label = 'w'))"),
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,16,3,3], label = 'w'), groups = 4)"),
    X("[2,64,28,28]", "conv(x, variable<scalar>(shape = [64,1,5,5], label = 'w'), groups = 64)"),
    X("[1,3,224,224]", "conv(x, variable<scalar>(shape = [64,3,7,7], label = 'w'), stride = [2,2])"),
    X("[1,16,9,9,9]", "conv(x, variable<scalar>(shape = [32,16,3,3,3], label = 'w'))"),
    X("[1,64,800]", "conv(x, variable<scalar>(shape = [64,64,9], label = 'w'))"),
    X("[1,512,7,7]", "conv(x, variable<scalar>(shape = [512,512,7,7], label = 'w'), padding = [(0,0),(0,0)])"),
    X("[1,64,14,14]", "deconv(x, variable<scalar>(shape = [64,64,4,4], label = 'w'), stride = [2,2])"),
    X("[256,512]", "matmul(x, variable<scalar>(shape = [512,256], label = 'w'))"),
    X("[512,256]", "matmul(x, x, transposeA = true)"),
    X("[12,128,64]", "matmul(x, x, transposeB = true)"),
    X("[1,2048]", "linear(x, variable<scalar>(shape = [1000,2048], label = 'w'))"),
    X("[2048,3]", "matmul(x, variable<scalar>(shape = [3,2048], label = 'w'))"),
};

static bool is_first(const char *name)
{
    const struct ncl_variant *variant = name ? ncl_variant_find(name) : NULL;
    for (size_t i = 0; variant && i < ncl_variant_count; i++)
        if (ncl_variants[i]->family == variant->family)
            return ncl_variants[i] == variant;
    return false;
}

static void check_steps(const struct ncl_steps *steps, const char *device, const char *body)
{
    for (size_t i = 0; i < steps->count; i++)
        ck_assert_msg(!is_first(steps->step[i].variant) || steps->step[i].flops < 2e6, "%s: %s takes %s", device, body,
                      steps->step[i].variant);
}

START_TEST(no_plain_one_for_much)
{
    static struct model_text model;
    static nnefcl_error error;
    struct ncl_arena arena;
    struct ncl_diag diag;
    char document[512];
    nnefcl_device_info info;
    snprintf(document, sizeof document, "version 1.0;\ngraph g( x ) -> ( y )\n{\n%s\n}\n", large[_i]);
    model_text_open(&model, document, NULL);
    ck_assert_msg(model.status == NNEFCL_OK, "%s: %s", large[_i], model.talk);
    for (size_t t = 0; !nnefcl_target(t, &info); t++) {
        const struct ncl_plan_options options = {0};
        struct ncl_target target;
        const struct ncl_plan *plan;
        if (info.type != NNEFCL_DEVICE_GPU)
            continue;
        ncl_target_describe(&target, &info);
        ncl_arena_init(&arena, NULL, 0);
        ncl_diag_init(&diag, &error, NULL, NULL, false);
        ck_assert_msg(ncl_model_plan(model.model, &target, &options, &arena, &diag, NULL, &plan) == NNEFCL_OK, "%s: %s",
                      large[_i], error.message);
        check_steps(&plan->run, info.name, large[_i]);
        ncl_arena_free(&arena);
    }
    model_text_close(&model);
}
END_TEST

static const struct refusal {
    const char *text, *message;
} refusals[] = {
    {"conv=conv_gem", "conv has conv_direct"},
    {"conv", "conv has conv_direct"},
    {"konv=conv_gemm", "there are conv deconv"},
    {"conv=pool_rows", "conv has conv_direct"},
    {"", "names no family"},
};

START_TEST(refuses)
{
    const struct refusal *c = &refusals[_i];
    struct ncl_forced forced = {0};
    struct ncl_diag diag;
    nnefcl_error error = {0};
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_int_eq(ncl_choose_force(&forced, c->text, &diag), NNEFCL_ERR_ARGUMENT);
    ck_assert_msg(strstr(error.message, c->message), "%s: %s", c->text, error.message);
}
END_TEST

/* Names begin with the family, and are of one variant each. */
START_TEST(table)
{
    bool seen[NCL_FAMILY_COUNT] = {false};
    for (size_t i = 0; i < ncl_variant_count; i++) {
        const struct ncl_variant *v = ncl_variants[i];
        const char *family = ncl_family_name(v->family);
        ck_assert_msg(strncmp(v->name, family, strlen(family)) == 0, "%s is of the family %s", v->name, family);
        ck_assert_msg(seen[v->family] || !v->unfit, "%s comes first and does not always fit", v->name);
        seen[v->family] = true;
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(ncl_variants[k]->name, v->name);
    }
    for (int i = 0; i < NCL_FAMILY_COUNT; i++)
        ck_assert_msg(seen[i], "%s has no variant", ncl_family_name(i));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("choose");
    TCase *tests = tcase_create("choose");
    tcase_add_loop_test(tests, takes, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_loop_test(tests, refuses, 0, (int)(sizeof refusals / sizeof *refusals));
    tcase_add_loop_test(tests, no_plain_one_for_much, 0, (int)(sizeof large / sizeof *large));
    tcase_add_loop_test(tests, transposes_of_heads, 0, (int)(sizeof heads / sizeof *heads));
    tcase_add_test(tests, slow_barriers);
    tcase_add_test(tests, table);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
