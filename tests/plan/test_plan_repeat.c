/* SPDX-License-Identifier: Apache-2.0 */
/* When the images of a batch are computed one after the other. */
#include "model/model_text.h"
#include "model/frozen.h"
#include "suite.h"

/* Three steps on images of 2 MB: eight of them are more than the near part of the third cache, one is not. */
#define WIDE                                                                                                           \
    "x = external<scalar>(shape = [%d,32,128,128]);\n"                                                                 \
    "k = variable<scalar>(shape = [32,32,1,1], label = 'k');\n"                                                       \
    "a = conv(x, k); b = tanh(conv(a, k)); z = conv(b, k);\n"
/* Rows of a product share all weights. */
#define ROWS                                                                                                           \
    "x = external<scalar>(shape = [%d,2048]);\n"                                                                      \
    "k = variable<scalar>(shape = [2048,2048], label = 'k');\n"                                                       \
    "a = matmul(x, k); z = matmul(a, k);\n"
/* Small images: nothing leaves the caches. */
#define SMALL                                                                                                          \
    "x = external<scalar>(shape = [%d,8,16,16]);\n"                                                                   \
    "k = variable<scalar>(shape = [8,8,1,1], label = 'k');\n"                                                         \
    "a = conv(x, k); z = conv(a, k);\n"
#define MIXED                                                                                                          \
    "x = external<scalar>(shape = [%d,32,128,128]);\n"                                                                \
    "a = tanh(x); b = softmax(a, axes = [0]); z = exp(b);\n"

static const struct batch {
    const char *body;
    int batch;
    bool gpu;
    int64_t at_once;
    int keep, parts; /* parts that the run list should have */
} batches[] = {
    {WIDE, 8, .parts = 8},
    {WIDE, 1, .parts = 1},
    {WIDE, 8, .gpu = true, .parts = 1},
    {WIDE, 8, .at_once = 8, .parts = 1},
    {WIDE, 8, .at_once = 2, .parts = 4},
    {WIDE, 8, .gpu = true, .at_once = 4, .parts = 2},
    {WIDE, 8, .keep = 1, .parts = 1},
    {WIDE, 8, .at_once = 1, .keep = 1, .parts = 1},
    {ROWS, 1024, .parts = 1},
    {SMALL, 8, .parts = 1},
    {MIXED, 8, .parts = 1},
};

static const struct ncl_plan *make_plan(const struct nnefcl_model *model, const struct batch *b, int64_t at_once,
                                        struct ncl_arena *arena)
{
    const struct ncl_plan_options options = {.at_once = at_once, .keep_tensors = b->keep};
    struct ncl_target target = b->gpu ? ncl_target_generic_gpu : ncl_target_generic_cpu;
    const struct ncl_plan *plan;
    nnefcl_error error = {0};
    struct ncl_diag diag;
    target.l3 = 32 << 20;
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_msg(!ncl_model_plan(model, &target, &options, arena, &diag, NULL, &plan), "%s", error.message);
    return plan;
}

static void open_batch(struct model_text *model, const struct batch *b, int batch)
{
    char body[512], document[640];
    snprintf(body, sizeof body, b->body, batch);
    snprintf(document, sizeof document, "version 1.0;\ngraph g( x ) -> ( z )\n{\n%s}\n", body);
    model_text_open(model, document, NULL);
}

START_TEST(parts)
{
    const struct batch *b = &batches[_i];
    const int64_t share = b->at_once ? b->at_once : 1;
    struct model_text one, all;
    struct ncl_arena arena;
    open_batch(&one, b, (int)share);
    open_batch(&all, b, b->batch);
    ncl_arena_init(&arena, NULL, 0);
    const struct ncl_plan *part = make_plan(one.model, b, share, &arena),
                          *plan = make_plan(all.model, b, b->at_once, &arena);
    const struct ncl_plan_tensor *input = &plan->tensor[plan->input[0]];
    ck_assert_uint_eq(plan->run.count, part->run.count * (size_t)b->parts);
    ck_assert_int_eq(input->shape.extent[0], b->batch);
    ck_assert_uint_eq(plan->buffer[input->buffer].bytes, input->bytes);
    if (b->parts > 1) { /* the memory of two parts serves all; their steps take turns */
        ck_assert_uint_gt(plan->arena_bytes, part->arena_bytes);
        ck_assert_uint_le(plan->arena_bytes, 2 * part->arena_bytes);
        ck_assert_str_eq(plan->run.step[0].name, plan->run.step[1].name);
    }
    ncl_arena_free(&arena);
    model_text_close(&one);
    model_text_close(&all);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan_repeat");
    TCase *tests = tcase_create("plan_repeat");
    tcase_add_loop_test(tests, parts, 0, (int)(sizeof batches / sizeof *batches));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
