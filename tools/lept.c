/* SPDX-License-Identifier: Apache-2.0 */
#include "lept.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

static bool lept_find(void *file, const char *name, void *function)
{
    void *found = dlsym(file, name);
    memcpy(function, &found, sizeof found); /* C has no conversion */
    return found;
}

/* It stays loaded. */
const struct lept *lept_load(const char **reason)
{
    static struct lept lept;
    static bool complete;
    void *file = complete ? NULL : dlopen(NNEFCL_LEPT_FILE, RTLD_NOW | RTLD_LOCAL);
#define LEPT_FIND(name) &&lept_find(file, #name, &lept.name)
    complete = complete || (file LEPT_FUNCTIONS(LEPT_FIND));
#undef LEPT_FIND
    *reason = complete ? NULL : dlerror();
    return complete ? &lept : NULL;
}
