/* SPDX-License-Identifier: Apache-2.0 */
/* com.microsoft.MatMulNBits: y = x W^T + bias, where W is [n, k] of 4 or 8 bits in blocks along its rows,
 *     W[i, j] = (q[i, j] - zero[i, j / block]) scale[i, j / block]
 * with two numbers of 4 bits to a byte, the first in the low bits. Without zero points zero is half of the range. */
#include "import/import_scope.h"
#include "import/onnx/onnx_operators.h"

struct blocks {
    int64_t rows, columns, block, count; /* count: blocks of a row, the last of which may reach beyond it */
    int64_t bits;
};

static struct blocks blocks_read(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct blocks b = {.rows = ncl_import_integer(import, node, "N", 0),
                       .columns = ncl_import_integer(import, node, "K", 0),
                       .block = ncl_import_integer(import, node, "block_size", 0),
                       .bits = ncl_import_integer(import, node, "bits", 4)};
    const int64_t most = (int64_t)1 << 20;
    if (b.bits != 4 && b.bits != 8)
        ncl_import_refuse(import, "weights of %lld bits are not supported", (long long)b.bits);
    else if (b.rows < 1 || b.rows > most || b.columns < 1 || b.columns > most || b.block < 2 || b.block > most ||
             b.block % 2)
        ncl_import_wrong(import, "%lld times %lld weights in blocks of %lld", (long long)b.rows, (long long)b.columns,
                         (long long)b.block);
    else
        b.count = (b.columns - 1) / b.block + 1;
    return b;
}

/* The bytes of an operand as numbers of few bits, whole numbers in scalars. */
static struct ncl_tensor *bits_unpack(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                      int64_t bits, const nnefcl_shape *shape)
{
    const struct ncl_import_value *bytes = ncl_import_value(import, node, index);
    struct ncl_import_constant *packed = NCL_NEW(import->arena, struct ncl_import_constant);
    if (!packed)
        ncl_import_nomem(import);
    else if (!bytes->constant)
        ncl_import_refuse(import, "weights that are no constants are not supported");
    else if (ncl_stored_bits(bytes->element) != 8 ||
             ncl_shape_volume(&bytes->shape) != (ncl_shape_volume(shape) - 1) / (8 / bits) + 1)
        ncl_import_wrong(import, "operand %zu is not as large as N, K and block_size say", index + 1);
    if (import->status || !ncl_import_readable(import, bytes->constant))
        return &import->nothing;
    *packed = *bytes->constant;
    packed->element = bits == 4 ? NCL_STORED_UINT4 : NCL_STORED_UINT8;
    packed->shape = *shape;
    struct ncl_import_value value = {
        .name = bytes->name, .element = packed->element, .shape = *shape, .constant = packed};
    return ncl_compose_cast(import, ncl_import_as_tensor(import, &value), NNEFCL_SCALAR);
}

/* One for each block: bytes, whose rows end with whole bytes, or floats. */
static struct ncl_tensor *zeros_read(struct ncl_import *import, const struct ncl_import_node *node,
                                     const struct blocks *b)
{
    const nnefcl_shape each = {3, {b->rows, b->count, 1}};
    if (!ncl_import_has(import, node, 3))
        return ncl_compose_number(import, (double)((int64_t)1 << (b->bits - 1)));
    if (ncl_stored_dtype(ncl_import_value(import, node, 3)->element) == NNEFCL_SCALAR)
        return ncl_import_tensor_as(import, node, 3, &each);
    const int64_t wide = b->bits == 4 ? (b->count + 1) / 2 * 2 : b->count;
    struct ncl_tensor *zero = bits_unpack(import, node, 3, b->bits, &(nnefcl_shape){3, {b->rows, wide, 1}});
    return wide == b->count ? zero : ncl_compose_slice(import, zero, 1, 0, b->count, 1);
}

static struct ncl_tensor *weights_read(struct ncl_import *import, const struct ncl_import_node *node,
                                       const struct blocks *b)
{
    const nnefcl_shape whole = {3, {b->rows, b->count, b->block}}, each = {3, {b->rows, b->count, 1}},
                       rows = {2, {b->rows, b->count * b->block}};
    struct ncl_tensor *w = bits_unpack(import, node, 1, b->bits, &whole);
    w = ncl_compose_binary(import, "sub", w, zeros_read(import, node, b));
    w = ncl_compose_binary(import, "mul", w, ncl_import_tensor_as(import, node, 2, &each));
    w = ncl_compose_reshape(import, w, &rows);
    return rows.extent[1] == b->columns ? w : ncl_compose_slice(import, w, 1, 0, b->columns, 1);
}

void ncl_onnx_matmul_bits(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct blocks b = blocks_read(import, node);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *bias = NULL;
    const int rank = x->shape.rank;
    if (ncl_import_has(import, node, 4))
        ncl_import_refuse(import, "groups of columns in any order (g_idx) are not supported");
    if (!import->status && (rank < 1 || x->shape.extent[rank - 1] != b.columns))
        ncl_import_wrong(import, "its operand does not have %lld columns", (long long)b.columns);
    if (import->status)
        return;
    nnefcl_shape out = x->shape;
    out.extent[rank - 1] = b.rows;
    const nnefcl_shape flat = {2, {ncl_shape_volume(&x->shape) / b.columns, b.columns}};
    x = rank == 2 ? x : ncl_compose_reshape(import, x, &flat);
    if (ncl_import_has(import, node, 5))
        bias = ncl_import_tensor_as(import, node, 5, &(nnefcl_shape){2, {1, b.rows}});
    struct ncl_tensor *w = weights_read(import, node, &b);
    x = NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(w)},
                    {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
    ncl_import_give(import, node, 0, rank == 2 ? x : ncl_compose_reshape(import, x, &out));
}
