/* SPDX-License-Identifier: Apache-2.0 */
/* _FusedConv2D, _FusedMatMul and their like, as the optimizer of TensorFlow writes them: a convolution or product of
 * operands 0 and 1, then the operators that `fused_ops` names, whose operands come behind those two. */
#include <string.h>

#include "import/tensorflow/tf.h"

static const struct {
    const char *name, *op;
} unary[] = {{"Relu", "relu"}, {"Elu", "elu"}, {"Tanh", "tanh"}, {"Sigmoid", "sigmoid"}};

/* y + x, whose channels are last unless the graph has them first. */
static struct ncl_tensor *fuse_sum(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y,
                                   struct ncl_tensor *x)
{
    const bool last = strcmp(ncl_import_string(import, node, "data_format", "NHWC"), "NHWC") == 0;
    return ncl_compose_binary(import, "add", y, last ? ncl_tf_first(import, x) : x);
}

static struct ncl_tensor *fuse_function(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                        struct ncl_tensor *y)
{
    for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
        if (strcmp(unary[i].name, name) == 0)
            return ncl_compose_unary(import, unary[i].op, y);
    if (strcmp(name, "Relu6") == 0)
        return ncl_tf_clamp(import, y, 0, 6);
    if (strcmp(name, "LeakyRelu") == 0)
        return ncl_tf_leaky(import, y, ncl_import_scalar(import, node, "leakyrelu_alpha", 0.2));
    if (strncmp(name, "Gelu", 4) == 0)
        return ncl_tf_gelu(import, y, strcmp(name, "GeluApproximate") == 0);
    ncl_import_refuse(import, "'%.40s' behind it is not supported", name);
    return y;
}

struct ncl_tensor *ncl_tf_fuse(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    size_t count, next = 2;
    const char *const *name = ncl_import_strings(import, node, "fused_ops", &count);
    for (size_t i = 0; i < count && !import->status; i++) {
        const char *op = name[i];
        if (strcmp(op, "BiasAdd") == 0) {
            y = ncl_compose_binary(import, "add", y, ncl_tf_channels(import, node, next++, y->shape.rank));
        } else if (strcmp(op, "Add") == 0) {
            y = fuse_sum(import, node, y, ncl_tf_tensor(import, node, next++));
        } else if (strcmp(op, "FusedBatchNorm") == 0) {
            y = ncl_tf_normalize(import, node, y, (const size_t[]){next, next + 1, next + 2, next + 3},
                                 ncl_import_scalar(import, node, "epsilon", 1e-4));
            next += 4;
        } else {
            y = fuse_function(import, node, op, y);
        }
    }
    return y;
}
