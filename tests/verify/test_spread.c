/* SPDX-License-Identifier: Apache-2.0 */
/* What results may be off because operands are: bounds of softmax and of normalizations against every corner of what
 * their operands may be, and attention whose scores the device did not keep, right and with faults. */
#include <float.h>
#include <math.h>

#include "model/frozen.h"
#include "model/model_text.h"
#include "verify/examine.h"
#include "verify/slack.h"

/* ---- bounds ---- */

#define NET(formula) "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [2,5,2]);\n    " formula "\n}\n"

enum { BATCH = 2, LINE = 5, WIDTH = 2, VOLUME = BATCH * LINE * WIDTH };

static struct model_text text;
static struct ncl_diag diag;
static struct ncl_arena arena;
static struct ncl_exact exact;
static struct ncl_slack slack;
static const struct ncl_node *node;
static double *off;

static void begin(const char *net, const double *x, const double *d)
{
    const nnefcl_allocator allocator = {0};
    float zeros[VOLUME] = {0};
    model_text_open(&text, net, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ncl_arena_init(&arena, &allocator, 0);
    node = text.model->graph->output[0]->producer;
    const struct ncl_tensor *input = node->argument[0].tensor;
    ck_assert_int_eq(ncl_exact_open(&exact, text.model->graph, 0, NULL, &allocator, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_slack_open(&slack, &exact, &arena, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_set(&exact, input, zeros, &diag), NNEFCL_OK);
    memcpy(exact.tensor[input->id].value, x, VOLUME * sizeof *x);
    ck_assert_int_eq(ncl_slack_make(&slack, input, &off, &diag), NNEFCL_OK);
    memcpy(off, d, VOLUME * sizeof *d);
    ck_assert_int_eq(ncl_exact_node(&exact, node, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_slack_find(&slack, node, &diag), NNEFCL_OK);
}

static void end(void)
{
    ncl_slack_close(&slack);
    ncl_exact_close(&exact);
    ncl_arena_free(&arena);
    model_text_close(&text);
}

/* Every result at every corner of each line, all lines at once: the farthest over what it may be off, `most` of all
 * and `least` of the results that may be off at all. */
static void at_corners(const double *x, const double *d, double *least, double *most)
{
    const struct ncl_tensor *input = node->argument[0].tensor, *result;
    *least = INFINITY, *most = 0;
    for (size_t r = 0; (result = ncl_exact_result(node, r)); r++) {
        const size_t count = (size_t)ncl_shape_volume(&result->shape);
        double want[VOLUME], farthest[VOLUME] = {0};
        memcpy(exact.tensor[input->id].value, x, VOLUME * sizeof *x);
        for (int corner = -1; corner < 1 << LINE; corner++) {
            for (int i = 0; i < VOLUME && corner >= 0; i++)
                exact.tensor[input->id].value[i] = x[i] + (corner >> i / WIDTH % LINE & 1 ? d[i] : -d[i]);
            for (size_t k = 0; k < node->result_count; k++)
                ncl_exact_drop(&exact, ncl_node_result(node, k));
            ck_assert_int_eq(ncl_exact_node(&exact, node, &diag), NNEFCL_OK);
            const double *got = exact.tensor[result->id].value;
            if (corner < 0)
                memcpy(want, got, count * sizeof *want);
            for (size_t i = 0; i < count; i++)
                farthest[i] = fmax(farthest[i], fabs(got[i] - want[i]));
        }
        for (size_t i = 0; i < count; i++) {
            const double bound = slack.off[result->id][i];
            ck_assert_msg(farthest[i] <= bound * (1 + 1e-9) + 1e-15, "%s %zu: %g of %g", result->name, i, farthest[i],
                          bound);
            if (bound > 0) {
                *least = fmin(*least, farthest[i] / bound);
                *most = fmax(*most, farthest[i] / bound);
            }
        }
    }
}

struct operation {
    const char *net;
    double least, most; /* of the bound that some corner takes, of every result and of one */
};

static const struct operation operations[] = {
    {NET("y = softmax(x, axes = [1]);"), 0.999999, 0.999999},
    {NET("m, y = moments(x, axes = [1]);"), 0.2, 0.999999},
    {NET("y = l2_normalization(x, axes = [1], bias = 0.5, epsilon = 0.1);"), 0.25, 0.8},
    {NET("y = local_response_normalization(x, size = [1,4,1], alpha = 0.5, beta = 0.75, bias = 1.0);"), 0.15, 0.8},
    {NET("y = mean_reduce(x, axes = [1]);"), 0.999999, 0.999999},
    {NET("y = exp(x);"), 0.999999, 0.999999},
};

static void fill(double *x, double *d, double far, double most)
{
    uint64_t seed = 12345;
    for (int i = 0; i < VOLUME; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        x[i] = far * ((double)(seed >> 40) * 0x1p-23 - 1);
        d[i] = most * (double)(seed >> 20 & 0xfff) * 0x1p-12;
    }
}

/* Small errors and large ones. */
START_TEST(bounds_hold_at_every_corner)
{
    static const double far[] = {1, 8, 60}, most[] = {1e-5, 1e-2, 0.5};
    const struct operation *operation = &operations[_i];
    double x[VOLUME], d[VOLUME], least, reached, best = 0;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            fill(x, d, far[i], most[k]);
            begin(operation->net, x, d);
            at_corners(x, d, &least, &reached);
            end();
            ck_assert_msg(least >= operation->least, "%s: %g", operation->net, least);
            best = fmax(best, reached);
        }
    ck_assert_msg(best >= operation->most, "%s: %g", operation->net, best);
}
END_TEST

/* Line by line: masked elements keep nothing, a line of them may be anything, one that is not off is not off. */
START_TEST(masks)
{
    double x[VOLUME] = {0}, d[VOLUME] = {0};
    for (int i = 0; i < LINE; i++) {
        const int first = i * WIDTH, second = first + 1, third = LINE * WIDTH + first, last = third + 1;
        x[first] = i < 2 ? i : i < 4 ? -3.4e38 : (double)-INFINITY;
        d[first] = i < 2 ? 1e-3 : i < 4 ? 1e31 : 0;
        x[second] = -3.4e38, d[second] = 1e31;
        x[third] = i, d[third] = 0;
        x[last] = i, d[last] = i == 2 ? (double)INFINITY : 0;
    }
    begin(NET("y = softmax(x, axes = [1]);"), x, d);
    const double *bound = slack.off[ncl_node_result(node, 0)->id];
    for (int i = 0; i < LINE; i++) {
        const int first = i * WIDTH;
        ck_assert_double_eq_tol(bound[first], i < 2 ? 2e-3 * 0.1966119 : 0, 1e-6);
        ck_assert(i < 2 || bound[first] == 0);
        ck_assert_double_ge(bound[first + 1], 0.8);
        ck_assert_double_eq(bound[LINE * WIDTH + first], 0);
        ck_assert(isinf(bound[LINE * WIDTH + first + 1]));
    }
    end();
}
END_TEST

#define NET_THREE                                                                                                      \
    "version 1.0;\ngraph g( x, m, w ) -> ( y )\n{\n    x = external(shape = [2,5,2]); m = external(shape = [1,5]); "   \
    "w = external(shape = [1,5]);\n    y = batch_normalization(x, m, w, 0.0, 2.0, epsilon = 0.01);\n}\n"

/* Above the mean the farthest is where x is large, mean and variance are small; below where all but the mean are. */
START_TEST(three_operands)
{
    double x[VOLUME], d[VOLUME];
    float m[LINE], w[LINE];
    for (int i = 0; i < VOLUME; i++)
        x[i] = i % 3 - 1.5, d[i] = 0.01;
    for (int i = 0; i < LINE; i++)
        m[i] = 0.25f, w[i] = 0.5f;
    const nnefcl_allocator allocator = {0};
    model_text_open(&text, NET_THREE, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ncl_arena_init(&arena, &allocator, 0);
    node = text.model->graph->output[0]->producer;
    struct ncl_model_constants constants;
    ck_assert_int_eq(ncl_model_constants_open(&constants, text.model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_open(&exact, text.model->graph, 0, &constants.source, &allocator, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_slack_open(&slack, &exact, &arena, &diag), NNEFCL_OK);
    const struct ncl_tensor *operand;
    for (size_t i = 0; (operand = ncl_exact_operand(node, i)); i++) {
        float floats[VOLUME];
        for (int k = 0; k < VOLUME; k++)
            floats[k] = (float)x[k];
        if (i > 2) {
            ck_assert_int_eq(ncl_exact_load(&exact, operand, &diag), NNEFCL_OK);
            continue;
        }
        ck_assert_int_eq(ncl_exact_set(&exact, operand, i == 0 ? floats : i == 1 ? m : w, &diag), NNEFCL_OK);
        ck_assert_int_eq(ncl_slack_make(&slack, operand, &off, &diag), NNEFCL_OK);
        memcpy(off, d, (size_t)ncl_shape_volume(&operand->shape) * sizeof *d);
    }
    ck_assert_int_eq(ncl_exact_node(&exact, node, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_slack_find(&slack, node, &diag), NNEFCL_OK);
    const double *y = exact.tensor[ncl_node_result(node, 0)->id].value,
                 *bound = slack.off[ncl_node_result(node, 0)->id];
    for (int i = 0; i < VOLUME; i++) {
        const double sign = x[i] > 0.25 ? 1 : -1, farthest = 2 * (x[i] - 0.25 + sign * 0.02) / sqrt(0.49 + 0.01);
        ck_assert_double_eq_tol(bound[i], fabs(farthest - y[i]), 1e-12);
    }
    ncl_model_constants_close(&constants);
    end();
}
END_TEST

/* ---- attention: scores and their softmax are nowhere but in its kernel ---- */

#define ATTENTION                                                                                                      \
    "version 1.0;\ngraph g( q, k, v, mask ) -> ( y )\n{\n    q = external(shape = [3,16]);\n    k = external(shape = " \
    "[12,16]);\n    v = external(shape = [12,5]);\n    mask = external(shape = [3,12]);\n    s = matmul(q, k, "        \
    "transposeB = true);\n    t = mul(s, 0.25);\n    m = add(t, mask);\n    p = softmax(m, axes = [1]);\n    y = "     \
    "matmul(p, v);\n}\n"

enum { QUERIES = 3, KEYS = 12, DEPTH = 16, COLUMNS = 5 };
enum fault { NONE, DROPPED, SCALED, UNMASKED, FAULTS };

static struct {
    float q[QUERIES][DEPTH], k[KEYS][DEPTH], v[KEYS][COLUMNS], mask[QUERIES][KEYS], y[QUERIES][COLUMNS];
} device;

static void draw(float *out, size_t count, float far, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005 + 1442695040888963407;
        out[i] = far * ((float)(seed >> 40) * 0x1p-23f - 1);
    }
}

/* As kernels do, with sums in one order or the other. */
static float score_of(int query, int key, bool back, enum fault fault)
{
    float sum = 0;
    for (int i = 0; i < DEPTH; i++) {
        const int at = back ? DEPTH - 1 - i : i;
        sum = fmaf(device.q[query][at], device.k[key][at], sum);
    }
    return sum * (fault == SCALED ? 0.25f * (1 + 0x1p-12f) : 0.25f) + (fault == UNMASKED ? 0 : device.mask[query][key]);
}

static void attend(bool back, enum fault fault, int dropped)
{
    for (int i = 0; i < QUERIES; i++) {
        float most = -FLT_MAX, sum = 0, y[COLUMNS] = {0};
        for (int k = 0; k < KEYS; k++)
            most = fmaxf(most, score_of(i, k, back, fault));
        for (int k = 0; k < KEYS; k++) {
            const float weight = fault == DROPPED && k == dropped ? 0 : expf(score_of(i, k, back, fault) - most);
            sum += weight;
            for (int j = 0; j < COLUMNS; j++)
                y[j] += weight * device.v[k][j];
        }
        for (int j = 0; j < COLUMNS; j++)
            device.y[i][j] = y[j] / sum;
    }
}

static bool has(void *user, const struct ncl_tensor *tensor)
{
    (void)user;
    return tensor->role != NCL_ROLE_ACTIVATION || strcmp(tensor->name, "y") == 0;
}

static nnefcl_status read_device(void *user, const struct ncl_tensor *tensor, void *data, struct ncl_diag *d)
{
    const void *from = device.y;
    (void)user, (void)d;
    switch (tensor->name[0]) {
    case 'q':
        from = device.q;
        break;
    case 'k':
        from = device.k;
        break;
    case 'v':
        from = device.v;
        break;
    case 'm':
        from = device.mask;
        break;
    }
    memcpy(data, from, (size_t)ncl_shape_volume(&tensor->shape) * sizeof(float));
    return NNEFCL_OK;
}

static int take(void *user, const struct ncl_examine_result *result)
{
    *(struct ncl_verdict *)user = result->verdict;
    return 0;
}

static struct ncl_verdict examined(void)
{
    const nnefcl_allocator allocator = {0};
    const struct ncl_examine_source source = {.has = has, .read = read_device};
    struct ncl_model_constants constants;
    struct ncl_verdict verdict = {0};
    model_text_open(&text, ATTENTION, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ncl_diag_init(&diag, &text.error, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_constants_open(&constants, text.model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_examine(text.model->graph, 0, &constants.source, &allocator, &source, take, &verdict, &diag),
                     NNEFCL_OK);
    ncl_model_constants_close(&constants);
    model_text_close(&text);
    ck_assert_uint_eq(verdict.elements, QUERIES * COLUMNS);
    return verdict;
}

static void prepare_attention(float far, float masked)
{
    draw(&device.q[0][0], QUERIES * DEPTH, far, 1);
    draw(&device.k[0][0], KEYS * DEPTH, 1, 2);
    draw(&device.v[0][0], KEYS * COLUMNS, 1, 3);
    for (int i = 0; i < QUERIES; i++)
        for (int k = 0; k < KEYS; k++)
            device.mask[i][k] = k > 8 ? masked : 0;
}

static const float magnitudes[] = {1, 10, 100, 1000, 1e5f};
static const float masks_of[] = {-2, -10000, -FLT_MAX};

/* Scores of up to millions, in either order. */
START_TEST(right_attention)
{
    for (size_t m = 0; m < sizeof masks_of / sizeof *masks_of; m++)
        for (int back = 0; back < 2; back++) {
            prepare_attention(magnitudes[_i], masks_of[m]);
            attend(back, NONE, 0);
            const struct ncl_verdict verdict = examined();
            ck_assert_msg(!verdict.bad, "%g, mask %g: %g of %g", (double)magnitudes[_i], (double)masks_of[m],
                          verdict.ulp, verdict.tolerance);
        }
}
END_TEST

/* The key that a query looks at most, a scale that is off by 2^-12, a mask that is not there. */
START_TEST(faults_of_attention)
{
    for (size_t m = 0; m < sizeof masks_of / sizeof *masks_of; m++) {
        prepare_attention(magnitudes[_i], masks_of[m]);
        int most = 0;
        for (int k = 1; k < KEYS; k++)
            if (score_of(0, k, false, NONE) > score_of(0, most, false, NONE))
                most = k;
        for (enum fault fault = DROPPED; fault < FAULTS; fault++) {
            attend(false, fault, most);
            ck_assert_msg(examined().bad, "%g, mask %g: fault %d", (double)magnitudes[_i], (double)masks_of[m], fault);
        }
    }
}
END_TEST

/* A key with a few hundred-thousandths of the weights: 140 ULP where 103 are allowed. */
START_TEST(a_key_that_counts_for_little)
{
    prepare_attention(1, -9.5f);
    attend(false, DROPPED, 11);
    ck_assert_uint_ne(examined().bad, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spread");
    TCase *tests = tcase_create("spread");
    tcase_add_loop_test(tests, bounds_hold_at_every_corner, 0, sizeof operations / sizeof *operations);
    tcase_add_test(tests, masks);
    tcase_add_test(tests, three_operands);
    tcase_add_loop_test(tests, right_attention, 0, sizeof magnitudes / sizeof *magnitudes);
    tcase_add_loop_test(tests, faults_of_attention, 0, 2);
    tcase_add_test(tests, a_key_that_counts_for_little);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
