/* SPDX-License-Identifier: Apache-2.0 */
/* Operands and results. Quantized tensors of Lite stay the whole numbers that the file has in them, as scalars; they
 * are real numbers, or steps from their zero point, for who asks for that (tf_requantize.c goes the way back). */
#include <string.h>

#include "import/tensorflow/tf.h"

const struct ncl_tf_quant *ncl_tf_input_quant(const struct ncl_import_node *node, size_t index)
{
    const struct ncl_tf_detail *detail = node->detail;
    return detail && index < node->input_count && detail->quant[index].count ? &detail->quant[index] : NULL;
}

const struct ncl_tf_quant *ncl_tf_output_quant(const struct ncl_import_node *node, size_t index)
{
    const struct ncl_tf_detail *detail = node->detail;
    const struct ncl_tf_quant *quant = detail ? &detail->quant[node->input_count + index] : NULL;
    return quant && quant->count ? quant : NULL;
}

/* ---- operands ---- */

static bool check_quant(struct ncl_import *import, const struct ncl_tf_quant *quant, const nnefcl_shape *shape)
{
    if (quant->count == 1 ||
        (quant->axis >= 0 && quant->axis < shape->rank && shape->extent[quant->axis] == (int64_t)quant->count))
        return true;
    ncl_import_wrong(import, "%zu scales for axis %d of an operand", quant->count, quant->axis);
    return false;
}

/* Whole numbers as what they stand for: scale (q - zero point), or without the scale. */
static const struct ncl_known *known_numbers(struct ncl_import *import, const struct ncl_known *stored,
                                             const struct ncl_tf_quant *quant, bool steps)
{
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &stored->shape);
    size_t inner = 1;
    if (!known) {
        ncl_import_nomem(import);
        return NULL;
    }
    for (int i = quant->axis + 1; quant->count > 1 && i < stored->shape.rank; i++)
        inner *= (size_t)stored->shape.extent[i];
    for (size_t i = 0; i < known->count; i++) {
        const size_t k = quant->count > 1 ? i / inner % quant->count : 0;
        known->real[i] = (steps ? 1 : quant->scale[k]) * (double)(ncl_known_int64(stored, i) - quant->zero_point[k]);
    }
    return known;
}

/* Elements of a constant as numbers; NULL: they are not known, or it is a tensor that was computed. */
static const struct ncl_known *operand_known(struct ncl_import *import, const struct ncl_import_node *node,
                                             size_t index, bool steps)
{
    const struct ncl_tf_quant *quant = ncl_tf_input_quant(node, index);
    const struct ncl_known *known = ncl_import_known(import, node, index);
    if (!known || !quant || ncl_known_is_real(known))
        return known;
    return check_quant(import, quant, &known->shape) ? known_numbers(import, known, quant, steps) : NULL;
}

/* scale or zero point along the axes of x, and the operation with it */
static struct ncl_tensor *apply_quant(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                      const struct ncl_tf_quant *quant)
{
    const bool scale = strcmp(op, "mul") == 0;
    nnefcl_shape shape = {.rank = x->shape.rank};
    if (quant->count == 1)
        return scale || quant->zero_point[0]
                   ? ncl_tf_with(import, op, x, scale ? quant->scale[0] : (double)quant->zero_point[0])
                   : x;
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == quant->axis ? (int64_t)quant->count : 1;
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!known) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (size_t i = 0; i < known->count; i++)
        known->real[i] = scale ? quant->scale[i] : (double)quant->zero_point[i];
    return ncl_tf_binary(import, op, x, ncl_import_constant(import, known));
}

static struct ncl_tensor *operand(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                  bool steps)
{
    const struct ncl_tf_quant *quant = ncl_tf_input_quant(node, index);
    const struct ncl_known *known = quant ? operand_known(import, node, index, steps) : NULL;
    if (known)
        return ncl_import_constant(import, known);
    if (!quant || !check_quant(import, quant, &ncl_import_value(import, node, index)->shape))
        return steps ? ncl_import_number(import, node, index) : ncl_import_tensor(import, node, index);
    struct ncl_tensor *x = apply_quant(import, "sub", ncl_import_number(import, node, index), quant);
    return steps ? x : apply_quant(import, "mul", x, quant);
}

struct ncl_tensor *ncl_tf_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return ncl_tf_moves(import, node) && ncl_tf_input_quant(node, index) ? ncl_import_number(import, node, index)
                                                                         : operand(import, node, index, false);
}

struct ncl_tensor *ncl_tf_tensor_or_zero(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                         nnefcl_dtype dtype)
{
    return ncl_import_has(import, node, index) ? ncl_tf_tensor(import, node, index)
                                               : ncl_compose_number_as(import, 0, dtype);
}

struct ncl_tensor *ncl_tf_steps(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return operand(import, node, index, ncl_tf_is_quantized(node));
}

static struct ncl_known *move_known(struct ncl_import *import, const struct ncl_known *x, const int *axis)
{
    const int rank = x->shape.rank;
    int64_t stride[NNEFCL_MAX_RANK], step[NNEFCL_MAX_RANK], at[NNEFCL_MAX_RANK] = {0};
    nnefcl_shape shape = {.rank = rank};
    for (int i = rank - 1, n = 1; i >= 0; n *= (int)x->shape.extent[i--])
        stride[i] = n;
    for (int i = 0; i < rank; i++) {
        shape.extent[i] = x->shape.extent[axis[i]];
        step[i] = stride[axis[i]];
    }
    struct ncl_known *moved = ncl_known_new(&import->scratch, x->element, &shape);
    int64_t from = 0;
    for (size_t k = 0; moved && k < moved->count; k++) {
        moved->integer[k] = x->integer[from]; /* both kinds have 8 bytes */
        for (int i = rank - 1; i >= 0; i--) {
            from += step[i];
            if (++at[i] < shape.extent[i])
                break;
            from -= step[i] * shape.extent[i];
            at[i] = 0;
        }
    }
    return moved;
}

struct ncl_tensor *ncl_tf_moved(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int wanted,
                                const int *axis)
{
    const struct ncl_known *known = operand_known(import, node, index, ncl_tf_is_quantized(node)), *moved;
    const int rank = ncl_import_value(import, node, index)->shape.rank;
    if (rank != wanted) {
        ncl_import_refuse(import, "a filter of rank %d, only %d is supported", rank, wanted);
        return &import->nothing;
    }
    if (!known)
        return ncl_compose_transpose(import, ncl_tf_steps(import, node, index), axis);
    if ((moved = move_known(import, known, axis)))
        return ncl_import_constant(import, moved);
    ncl_import_nomem(import);
    return &import->nothing;
}

struct ncl_tensor *ncl_tf_channels(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                   int rank)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, index);
    nnefcl_shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.extent[i] = i == 1 ? ncl_shape_volume(&x->shape) : 1;
    return ncl_compose_reshape(import, x, &shape);
}

size_t ncl_tf_integers(struct ncl_import *import, const struct ncl_import_node *node, size_t index, const char *what,
                       int64_t item[NNEFCL_MAX_RANK])
{
    const struct ncl_known *known = ncl_import_need(import, node, index, what);
    memset(item, 0, NNEFCL_MAX_RANK * sizeof *item);
    if (!known)
        return 0;
    if (known->count > NNEFCL_MAX_RANK) {
        ncl_import_refuse(import, "%s has %zu numbers, at most %d are supported", what, known->count, NNEFCL_MAX_RANK);
        return 0;
    }
    for (size_t i = 0; i < known->count; i++)
        item[i] = ncl_known_int64(known, i);
    return known->count;
}

size_t ncl_tf_axes(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int rank,
                   int axis[NNEFCL_MAX_RANK])
{
    int64_t given[NNEFCL_MAX_RANK];
    const size_t count = ncl_tf_integers(import, node, index, "the axes", given);
    for (size_t i = 0; i < count && !import->status; i++)
        axis[i] = ncl_import_axis(import, given[i], rank);
    return count;
}
