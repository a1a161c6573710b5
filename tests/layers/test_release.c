/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a session with very many steps takes time in proportion: it releases its kernels newest first, which is
 * where the lists of drivers begin. 30,000 steps once took ten seconds. */
#include "layer_case.h"

enum { STEPS = 2000 };

/* A chain of calls of one kernel; passes leave every node a step of its own. */
static char *chain_text(void)
{
    char *text = malloc(64 * STEPS), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at, "graph chain(x) -> (y)\n{\n    x = external<scalar>(shape = [2]);\n    t0 = copy(x);\n");
    for (int i = 1; i < STEPS; i++)
        at += sprintf(at, "    t%d = softmax(t%d, axes = [0]);\n", i, i - 1);
    sprintf(at, "    y = relu(t%d);\n}\n", STEPS - 1);
    return text;
}

START_TEST(newest_first)
{
    const nnefcl_session_options options = {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES};
    char text[256];
    host_open();
    char *graph = chain_text();
    nnefcl_model *model = host_model(graph, 0);
    free(graph);
    nnefcl_session *session = host_session(model, &options);
    ck_assert_uint_ge(nnefcl_session_step_count(session), STEPS - 1);
    const unsigned long long before = layer->passed();
    nnefcl_session_free(session);
    const unsigned long long passed = layer->passed() - before;
    ck_assert_msg(passed <= 2 * STEPS, "%llu kernels passed over to release those of %d steps", passed, STEPS);
    nnefcl_model_free(model);
    host_close();
    ck_assert_msg(layer->live(text, sizeof text) == 0, "left: %s", text);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_test(tests, newest_first);
}

int main(void)
{
    return layer_main("release", add);
}
