/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz_planned.h"

#include <stdlib.h>
#include <string.h>

static const char net[] = "version 1.0;\n"
                          "graph net(x, a, b) -> (y, z, n, k)\n"
                          "{\n"
                          "    x = external<scalar>(shape = [1, 16, 18, 20]);\n"
                          "    a = external<scalar>(shape = [2, 33, 65]);\n"
                          "    b = external<scalar>(shape = [2, 65, 17]);\n"
                          "    f = variable<scalar>(shape = [32, 16, 3, 3], label = 'f');\n"
                          "    d = variable<scalar>(shape = [32, 1, 3, 3], label = 'd');\n"
                          "    c = conv(x, f);\n"
                          "    e = conv(relu(c), d, groups = 0);\n"
                          "    p = max_pool(e, size = [1, 1, 2, 2], stride = [1, 1, 2, 2]);\n"
                          "    n = local_response_normalization(p, size = [1, 5, 1, 1]);\n"
                          "    y = softmax(n);\n"
                          "    t = transpose(matmul(a, b), axes = [0, 2, 1]);\n"
                          "    z = sum_reduce(t, axes = [2]);\n"
                          "    w = variable<scalar>(shape = [96, 65], label = 'w');\n"
                          "    k = variable<scalar>(shape = [1, 96], label = 'k');\n"
                          "    o = variable<scalar>(shape = [1, 96], label = 'o');\n"
                          "    r = reshape(slice(z, axes = [0], begin = [0], end = [1]), shape = [1, 17]);\n"
                          "    l = linear(pad(r, padding = [(0, 0), (0, 48)]), w);\n"
                          "    g = sigmoid(add(l, exp(o)));\n"
                          "    u = update(k, add(g, k));\n"
                          "    v = update(o, k);\n"
                          "}\n";

/* Lives as long as the process. */
static const nnefcl_model *planned_model(void)
{
    static nnefcl_model *model;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.random_weights = 1;
    if (!model && nnefcl_model_open_memory(net, strlen(net), &options, &model, NULL))
        abort();
    return model;
}

static int swallow(void *user, const char *text, size_t length)
{
    (void)user;
    return text[length] != '\0';
}

void fuzz_plan_dump(const nnefcl_session_options *options, int gpu, nnefcl_dump what)
{
    struct verdict verdict = {0};
    nnefcl_error error = {0};
    const nnefcl_status status = nnefcl_model_dump_plan(planned_model(), options, gpu, what, swallow, NULL, &error);
    if (status != NNEFCL_ERR_ARGUMENT) /* what is wrong with the options */
        verdict_status(&verdict, status, &error, status ? NULL : planned_model());
    fuzz_hold(&verdict);
}

void fuzz_plan(const nnefcl_session_options *options)
{
    struct verdict verdict = {0};
    nnefcl_error error = {0};
    nnefcl_needs needs;
    const nnefcl_status status = nnefcl_model_check(planned_model(), options, &needs, &error);
    if (status != NNEFCL_ERR_ARGUMENT)
        verdict_status(&verdict, status, &error, status ? NULL : &needs);
    fuzz_hold(&verdict);
    fuzz_plan_dump(options, 0, NNEFCL_DUMP_PLAN);
    fuzz_plan_dump(options, 0, NNEFCL_DUMP_CL);
}
