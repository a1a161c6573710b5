/* SPDX-License-Identifier: Apache-2.0 */
/* The order of axes: networks are made with channels behind the batch. */
#include <string.h>

#include "import/caffe2/caffe2.h"

bool ncl_caffe2_is_last(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool whole = strncmp(node->op, "Int8", 4) == 0;
    const char *order = ncl_import_string(import, node, "order", whole ? "NHWC" : "NCHW");
    if (strcmp(order, "NCHW") != 0 && strcmp(order, "NHWC") != 0)
        ncl_import_refuse(import, "order %.20s", order);
    return strcmp(order, "NHWC") == 0;
}

struct ncl_tensor *ncl_caffe2_first(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_tensor *x = ncl_caffe2_tensor(import, node, index);
    return ncl_caffe2_is_last(import, node) ? ncl_compose_channels_first(import, x) : x;
}
