/* SPDX-License-Identifier: Apache-2.0 */
/* What the suites of host/ share: a device for the process, models from text, sessions, and the nets they run. */
#ifndef HOST_CASE_H
#define HOST_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nnefcl/nnefcl.h"
#include "suite.h"

/* z = exp(relu(x) - y), element by element, in several steps. */
#define NET_CHAIN                                                                                                      \
    "graph chain(x, y) -> (z, r)\n"                                                                                    \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [2, 3]);\n"                                                                      \
    "    y = external<scalar>(shape = [2, 3]);\n"                                                                      \
    "    r = relu(x);\n"                                                                                               \
    "    d = r - y;\n"                                                                                                 \
    "    z = exp(d);\n"                                                                                                \
    "}\n"

/* A running sum: s keeps what update wrote. The output shows the sum before this run. */
#define NET_STATE                                                                                                      \
    "graph state(x) -> (before, after)\n"                                                                              \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [4]);\n"                                                                         \
    "    s = variable<scalar>(shape = [4], label = 's');\n"                                                            \
    "    before = s + 0.0;\n"                                                                                          \
    "    after = s + x;\n"                                                                                             \
    "    u = update(s, after);\n"                                                                                      \
    "}\n"

/* Constants that init folds, an integer and a logical output, an output that is an input. */
#define NET_MIXED                                                                                                      \
    "graph mixed(x) -> (x1, big, c)\n"                                                                                 \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [2, 2]);\n"                                                                      \
    "    a = constant<scalar>(shape = [2, 2], value = [1.0, 2.0, 3.0, 4.0]);\n"                                        \
    "    b = exp(a);\n"                                                                                                \
    "    c = sqrt(b);\n"                                                                                               \
    "    x1 = copy(x);\n"                                                                                              \
    "    big = x > a;\n"                                                                                               \
    "}\n"

static nnefcl_device *device;

static inline void host_open(void)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &device, &error) == NNEFCL_OK, "%s", error.message);
}

static inline void host_close(void)
{
    nnefcl_device_free(device);
}

/* `body` behind the version; variables get the values 0 unless `random`. */
static inline nnefcl_model *host_model(const char *body, int random)
{
    static const char version[] = "version 1.0;\n";
    char *text = malloc(sizeof version + strlen(body));
    nnefcl_error error = {0};
    nnefcl_model *model;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.random_weights = random;
    ck_assert_ptr_nonnull(text);
    strcat(strcpy(text, version), body);
    ck_assert_msg(nnefcl_model_open_memory(text, strlen(text), &options, &model, &error) == NNEFCL_OK, "%d: %s",
                  error.line, error.message);
    free(text);
    return model;
}

static inline nnefcl_session *host_session(const nnefcl_model *model, const nnefcl_session_options *options)
{
    nnefcl_error error = {0};
    nnefcl_session *session;
    ck_assert_msg(nnefcl_session_create(model, device, options, &session, &error) == NNEFCL_OK, "%s", error.message);
    return session;
}

/* A session of a graph, the model freed already. */
static inline nnefcl_session *host_ready(const char *body, const nnefcl_session_options *options)
{
    nnefcl_model *model = host_model(body, 1);
    nnefcl_session *session = host_session(model, options);
    nnefcl_model_free(model);
    return session;
}

static inline void host_run(nnefcl_session *session, const void *const *inputs, void *const *outputs)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_run(session, inputs, outputs, &error) == NNEFCL_OK, "%s", error.message);
}

static inline int host_main(const char *name, void (*add)(TCase *))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, host_open, host_close);
    add(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

#endif
