/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of nodes. */
#include <string.h>

#include "import/import.h"

const struct ncl_import_attribute *ncl_import_attribute(const struct ncl_import_node *node, const char *name)
{
    for (size_t i = 0; i < node->attribute_count; i++)
        if (strcmp(node->attribute[i].name, name) == 0)
            return &node->attribute[i];
    return NULL;
}

/* NULL: it is not there, or is of another kind, which is an error. */
static const struct ncl_import_attribute *find_kind(struct ncl_import *import, const struct ncl_import_node *node,
                                                    const char *name, enum ncl_attribute_kind kind, bool one)
{
    const struct ncl_import_attribute *attribute = ncl_import_attribute(node, name);
    if (!attribute || (attribute->kind == kind && (!one || attribute->count == 1)))
        return attribute;
    if (!one && attribute->count == 0) /* an empty list has the kind that its reader gave it */
        return NULL;
    ncl_import_wrong(import, "the attribute '%s' is of another kind than it should be", name);
    return NULL;
}

int64_t ncl_import_integer(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                           int64_t otherwise)
{
    const struct ncl_import_attribute *found = find_kind(import, node, name, NCL_ATTRIBUTE_INTEGERS, true);
    return found ? found->integer[0] : otherwise;
}

double ncl_import_scalar(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                         double otherwise)
{
    const struct ncl_import_attribute *found = find_kind(import, node, name, NCL_ATTRIBUTE_SCALARS, true);
    return found ? found->scalar[0] : otherwise;
}

const char *ncl_import_string(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                              const char *otherwise)
{
    const struct ncl_import_attribute *found = find_kind(import, node, name, NCL_ATTRIBUTE_STRINGS, true);
    return found ? found->string[0] : otherwise;
}

const int64_t *ncl_import_integers(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                   size_t *count)
{
    const struct ncl_import_attribute *found = find_kind(import, node, name, NCL_ATTRIBUTE_INTEGERS, false);
    *count = found ? found->count : 0;
    return found ? found->integer : NULL;
}

const double *ncl_import_scalars(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                 size_t *count)
{
    const struct ncl_import_attribute *found = find_kind(import, node, name, NCL_ATTRIBUTE_SCALARS, false);
    *count = found ? found->count : 0;
    return found ? found->scalar : NULL;
}

const char *const *ncl_import_strings(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                      size_t *count)
{
    const struct ncl_import_attribute *found = find_kind(import, node, name, NCL_ATTRIBUTE_STRINGS, false);
    *count = found ? found->count : 0;
    return found ? found->string : NULL;
}

const struct ncl_import_graph *ncl_import_graph_of(struct ncl_import *import, const struct ncl_import_node *node,
                                                   const char *name)
{
    const struct ncl_import_attribute *attribute = ncl_import_attribute(node, name);
    if (attribute && attribute->kind == NCL_ATTRIBUTE_GRAPH && attribute->count)
        return attribute->graph;
    ncl_import_wrong(import, "it has no graph '%s'", name);
    return NULL;
}

int ncl_import_axis(struct ncl_import *import, int64_t axis, int rank)
{
    if (axis >= -rank && axis < rank)
        return (int)(axis < 0 ? axis + rank : axis);
    ncl_import_wrong(import, "axis %lld is outside of a tensor of rank %d", (long long)axis, rank);
    return 0;
}
