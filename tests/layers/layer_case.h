/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the layer, for the suites that run behind it. */
#ifndef LAYER_CASE_H
#define LAYER_CASE_H

#include <dlfcn.h>
#include <stdlib.h>

#include "host/host_case.h"
#include "layer.h"
#include "suite.h"

static const struct layer_control *layer;

static inline void find_layer(void)
{
    const char *path = getenv("OPENCL_LAYERS");
    ck_assert_msg(path && *path, "run this with OPENCL_LAYERS=<path of the test layer>");
    void *handle = dlopen(path, RTLD_NOW);
    ck_assert_msg(handle != NULL, "%s", dlerror());
    layer = dlsym(handle, "layer_control");
    ck_assert_ptr_nonnull(layer);
}

static inline int layer_main(const char *name, void (*add)(TCase *))
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create(name);
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, find_layer, NULL);
    add(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}

#endif
