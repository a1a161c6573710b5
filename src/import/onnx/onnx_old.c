/* SPDX-License-Identifier: Apache-2.0 */
/* Experimental operators of the first operator sets, which early converters (CoreML, CNTK) wrote and the standard then
 * dropped. */
#include "import/onnx/onnx_operators.h"

/* x times a number that the node may have. */
static struct ncl_tensor *scaled(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                 struct ncl_tensor *x)
{
    const double factor = ncl_import_scalar(import, node, name, 1);
    return factor == 1 ? x : ncl_compose_with(import, "mul", x, factor);
}

/* Affine: alpha x + beta. */
void ncl_onnx_affine(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = scaled(import, node, "alpha", ncl_import_tensor(import, node, 0));
    ncl_import_give(import, node, 0, ncl_compose_with(import, "add", x, ncl_import_scalar(import, node, "beta", 0)));
}

/* ScaledTanh, ParametricSoftplus: alpha op(beta x). */
void ncl_onnx_scaled(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = scaled(import, node, "beta", ncl_import_tensor(import, node, 0));
    x = ncl_compose_unary(import, import->op->as, x);
    ncl_import_give(import, node, 0, scaled(import, node, "alpha", x));
}

/* ImageScaler: scale x, and a bias for each channel. */
void ncl_onnx_image_scaler(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    size_t count;
    const double *bias = ncl_import_scalars(import, node, "bias", &count);
    if (!import->status && (x->shape.rank != 4 || (count && (int64_t)count != x->shape.extent[1])))
        ncl_import_wrong(import, "%zu numbers of bias for an operand of rank %d", count, x->shape.rank);
    x = scaled(import, node, "scale", x);
    const nnefcl_shape column = {.rank = 4, .extent = {1, (int64_t)count, 1, 1}};
    struct ncl_known *known =
        import->status || !count ? NULL : ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &column);
    for (size_t i = 0; known && i < count; i++)
        known->real[i] = bias[i];
    if (count && !known)
        ncl_import_nomem(import);
    ncl_import_give(import, node, 0,
                    known ? ncl_compose_binary(import, "add", x, ncl_import_constant(import, known)) : x);
}

/* Crop: border is what goes at the left, the top, the right, the bottom; with scale as many rows and columns
 * stay behind the first two. */
void ncl_onnx_crop(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    size_t borders, sizes;
    const int64_t *border = ncl_import_integers(import, node, "border", &borders),
                  *size = ncl_import_integers(import, node, "scale", &sizes);
    if (!import->status && (x->shape.rank != 4 || borders != 4 || (sizes && sizes != 2)))
        ncl_import_wrong(import, "%zu borders of an operand of rank %d", borders, x->shape.rank);
    for (int i = 0; i < 2 && !import->status; i++) {
        const int64_t extent = x->shape.extent[2 + i], first = border[1 - i], last = border[3 - i];
        const bool fits = first >= 0 && first < extent &&
                          (sizes ? size[i] >= 1 && size[i] <= extent - first : last >= 0 && last < extent - first);
        if (!fits)
            ncl_import_wrong(import, "a border that leaves nothing of %lld elements", (long long)extent);
        else
            x = ncl_compose_slice(import, x, 2 + i, first, sizes ? first + size[i] : extent - last, 1);
    }
    ncl_import_give(import, node, 0, x);
}
