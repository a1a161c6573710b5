/* SPDX-License-Identifier: Apache-2.0 */
#include "import/onnx/onnx_operators.h"

#include <string.h>

bool ncl_onnx_list(struct ncl_import *import, const struct ncl_import_node *node, const char *name, size_t index,
                   int64_t list[NCL_ONNX_LIST], size_t *count)
{
    const int64_t *attribute = ncl_import_integers(import, node, name, count);
    const struct ncl_known *known = NULL;
    if (!attribute && ncl_import_has(import, node, index)) {
        known = ncl_import_need(import, node, index, name);
        *count = known ? known->count : 0;
    }
    if (!attribute && !known)
        return false;
    if (*count > NCL_ONNX_LIST || (known && ncl_known_is_real(known))) {
        ncl_import_wrong(import, "'%s' is no list of up to %d integers", name, NCL_ONNX_LIST);
        *count = 0;
        return false;
    }
    if (*count)
        memcpy(list, attribute ? attribute : known->integer, *count * sizeof *list);
    return true;
}

size_t ncl_onnx_axes(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int rank,
                     int axis[NNEFCL_MAX_RANK])
{
    int64_t list[NCL_ONNX_LIST];
    size_t count = 0, used = 0;
    bool seen[NNEFCL_MAX_RANK] = {false};
    const bool given = ncl_onnx_list(import, node, "axes", index, list, &count);
    for (size_t i = 0; i < count && !import->status; i++)
        seen[ncl_import_axis(import, list[i], rank)] = true;
    for (int i = 0; i < rank && !import->status; i++)
        if (seen[i] || !given || count == 0)
            axis[used++] = i;
    return used;
}

bool ncl_onnx_folded(struct ncl_import *import, const struct ncl_import_node *node, const struct ncl_known *known)
{
    if (known)
        ncl_import_give_known(import, node, 0, known);
    return known || import->status;
}
