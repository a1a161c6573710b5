/* SPDX-License-Identifier: Apache-2.0 */
/* multiples.c: what is known of the elements of a tensor from what made it. */
#include "emit/multiples.h"

#include <string.h>

#include "model/frozen.h"
#include "model/model_text.h"
#include "suite.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows of tables leave out what is zero */

static const struct multiples_case {
    const char *name, *body; /* makes y */
    double step;             /* 0: nothing is known */
    int64_t low, high;
    bool steps;
} cases[] = {
    {"any numbers", "y = x + 1.0;"},
    {"a quantization", "y = zero_point_linear_quantize(x, 3, 0.5, bits = 4, signed = false, symmetric = false);", 0.5,
     -3, 12},
    {"rounded and bounded", "y = clamp(round(x), -7.0, 5.0);", 1, -7, 5},
    {"bounds between whole numbers", "y = clamp(round(x), -7.0, 5.5);"},
    {"bounds of quarters", "y = clamp(clamp(round(x), -9.0, 9.0) * 0.25, 0.5, 2.0);", 0.25, 2, 8},
    {"bounds without rounding", "y = clamp(x, -7.0, 5.0);"},
    {"a zero point", "y = clamp(floor(x) + 3.0, 0.0, 15.0) - 3.0;", 1, -3, 12},
    {"a difference", "r = clamp(ceil(x), 1.0, 4.0); y = r - r;", 1, -3, 3},
    {"a sum that is deep on the left", "r = clamp(round(x), 0.0, 5.0); y = relu(relu(relu(relu(relu(r))))) + r;", 1, 0,
     10},
    {"a sum that is deep on the right", "r = clamp(round(x), 0.0, 5.0); y = r + relu(relu(relu(relu(relu(r)))));"},
    {"half a zero point", "y = clamp(round(x), 0.0, 15.0) - 0.5;"},
    {"relu", "y = relu(clamp(round(x), -7.0, 5.0));", 1, 0, 5},
    {"zeros around a window",
     "y = max_pool(clamp(round(x), 2.0, 5.0), size = [1,1,2,2], stride = [1,1,2,2], padding = "
     "[(0,0),(0,0),(1,1),(1,1)]);",
     1, 0, 5},
    {"another shape", "y = reshape(clamp(round(x), -2.0, 5.0), shape = [8, 4]);", 1, -2, 5},
    {"another step", "y = clamp(round(x), -2.0, 5.0) * 0.125;", 0.125, -2, 5},
    {"a step below zero", "y = clamp(round(x), -2.0, 5.0) * -0.125;"},
    {"a sum of two steps", "y = clamp(round(x), -2.0, 5.0) * 0.125 + 1.0;"},
    {"steps of an axis", "f = variable<scalar>(shape = [2,1,1,1], label = 'f'); y = clamp(round(x), -2.0, 5.0) * f;", 1,
     -2, 5, true},
    {"steps of another axis",
     "f = variable<scalar>(shape = [1,4,1,1], label = 'f'); y = clamp(round(x), -2.0, 5.0) * f;"},
    {"steps that are computed", "f = copy(x); y = clamp(round(x), -2.0, 5.0) * f;"},
    {"whole constants", "y = constant<scalar>(shape = [2,2], value = [1.0, -3.0, 0.0, 2.0]);", 1, -3, 2},
    {"other constants", "y = constant<scalar>(shape = [2,2], value = [1.0, -3.0, 0.5, 2.0]);"},
};

static const struct ncl_tensor *find_tensor(const struct ncl_graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->tensor_count; i++)
        if (strcmp(graph->tensor[i]->name, name) == 0)
            return graph->tensor[i];
    return NULL;
}

START_TEST(known)
{
    const struct multiples_case *c = &cases[_i];
    struct ncl_multiples multiples;
    struct model_text text;
    char document[1024];
    snprintf(document, sizeof document,
             MODEL_HEADER
             "graph g( x ) -> ( y, z )\n{\nx = external<scalar>(shape = [2,4,2,2]);\nz = copy(x);\n%s\n}\n",
             c->body);
    model_text_open(&text, document, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", c->name, text.error.message);
    const struct ncl_tensor *y = find_tensor(text.model->graph, "y");
    ck_assert_ptr_nonnull(y);
    ck_assert_msg(ncl_multiples_of(y, &multiples) == (c->step > 0), "%s", c->name);
    if (c->step > 0)
        ck_assert_msg(multiples.step == c->step && multiples.low == c->low && multiples.high == c->high &&
                          (multiples.steps != NULL) == c->steps,
                      "%s: step %g, %lld to %lld", c->name, multiples.step, (long long)multiples.low,
                      (long long)multiples.high);
    model_text_close(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("multiples");
    TCase *tests = tcase_create("multiples");
    tcase_add_loop_test(tests, known, 0, (int)(sizeof cases / sizeof cases[0]));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
