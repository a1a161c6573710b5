/* SPDX-License-Identifier: Apache-2.0 */
/* What host/clblast.c asks of the library, for products and batches of them: library.c computes what it was asked for,
 * which must be what the definition says. CLBlast itself is asked by ops/test_matmul, whose batches PoCL compiles
 * for half a minute. */
#include <dlfcn.h>

#include "host/host_case.h"
#include "host/host_verify.h"
#include "library.h"

#define NET(a, b, ta, tb)                                                                                              \
    "graph g(a, b) -> (y)\n"                                                                                           \
    "{\n"                                                                                                              \
    "    a = external<scalar>(shape = [" a "]);\n"                                                                     \
    "    b = external<scalar>(shape = [" b "]);\n"                                                                     \
    "    y = matmul(a, b, transposeA = " ta ", transposeB = " tb ");\n"                                                \
    "}\n"

static const struct {
    const char *net;
    unsigned single, batched; /* calls of a run */
} cases[] = {
    {NET("5,7", "7,4", "false", "false"), 1, 0},
    {NET("7,5", "4,7", "true", "true"), 1, 0},
    {NET("3,5,7", "3,7,4", "false", "false"), 0, 1},
    {NET("3,7,5", "3,7,4", "true", "false"), 0, 1},
    {NET("3,5,7", "3,4,7", "false", "true"), 0, 1},
    {NET("3,7,5", "1,4,7", "true", "true"), 0, 1},
    {NET("1,5,7", "3,7,4", "false", "false"), 0, 1},
    {NET("2,3,5,7", "2,3,7,4", "false", "false"), 0, 1},
    {NET("2,1,5,7", "1,3,7,4", "false", "false"), 6, 0}, /* no one stride for either */
    {NET("2,3,5,7", "1,3,4,7", "false", "true"), 6, 0},
};

#ifndef LIBRARY /* built without: the suite is not run */
#define LIBRARY ""
#endif

enum { MOST = 2 * 3 * 7 * 7 };

static struct library_calls *find_calls(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW);
    struct library_calls *calls = library ? dlsym(library, "library_calls") : NULL;
    ck_assert_msg(calls != NULL, "run this with LD_LIBRARY_PATH=<folder of the library of tests/layers>");
    return calls;
}

START_TEST(multiplies)
{
    static const char *const kernels = "product=product_clblast";
    float a[MOST], b[MOST];
    nnefcl_error error = {0};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.execution = NNEFCL_EXECUTION_LAUNCHES;
    options.kernels = &kernels;
    options.kernel_count = 1;
    options.keep_tensors = 1;
    struct library_calls *calls = find_calls();
    for (int i = 0; i < MOST; i++) {
        a[i] = (float)(i * 7 % 11 - 5);
        b[i] = (float)(i * 5 % 13 - 6);
    }
    nnefcl_model *model = host_model(cases[_i].net, 0);
    nnefcl_session *session = host_session(model, &options);
    *calls = (struct library_calls){0};
    const nnefcl_status status = nnefcl_session_verify(session, model, (const void *[]){a, b}, NULL, host_verify_take,
                                                       (void *)cases[_i].net, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
    ck_assert_uint_eq(calls->single, cases[_i].single);
    ck_assert_uint_eq(calls->batched, cases[_i].batched);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, multiplies, 0, (int)(sizeof cases / sizeof *cases));
}

int main(void)
{
    return host_main("library", add);
}
