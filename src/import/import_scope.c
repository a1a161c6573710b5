/* SPDX-License-Identifier: Apache-2.0 */
#include "import/import_scope.h"

struct ncl_import_value *ncl_import_find(const struct ncl_import *import, const char *name)
{
    struct ncl_import_value *value = NULL;
    for (const struct ncl_import_scope *scope = import->scope; scope && !value; scope = scope->outer)
        value = ncl_names_find(&scope->values, name);
    return value;
}

struct ncl_import_value *ncl_import_define(struct ncl_import *import, const char *name)
{
    struct ncl_import_value *value = NCL_NEW(&import->scratch, struct ncl_import_value);
    if (!value || !ncl_names_put(&import->scope->values, &import->scratch, name, value))
        return NULL;
    value->name = name;
    return value;
}
