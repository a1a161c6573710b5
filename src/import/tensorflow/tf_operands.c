/* SPDX-License-Identifier: Apache-2.0 */
/* Operands and results: integers that stand for numbers (quantized tensors of Lite) become those numbers where they are
 * read, and results are rounded to what can be stored. */
#include <math.h>
#include <string.h>

#include "import/tensorflow/tf.h"

static const struct ncl_tf_quant *input_quant(const struct ncl_import_node *node, size_t index)
{
    const struct ncl_tf_detail *detail = node->detail;
    return detail && index < node->input_count && detail->quant[index].count ? &detail->quant[index] : NULL;
}

static const struct ncl_tf_quant *output_quant(const struct ncl_import_node *node, size_t index)
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

/* scale or zero point, aligned for an operand of that shape */
static struct ncl_tensor *quant_numbers(struct ncl_import *import, const struct ncl_tf_quant *quant, bool scale,
                                        const nnefcl_shape *of)
{
    nnefcl_shape shape = {.rank = quant->count > 1 ? of->rank : 0};
    for (int i = 0; i < shape.rank; i++)
        shape.extent[i] = i == quant->axis ? (int64_t)quant->count : 1;
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (!known) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (size_t i = 0; i < known->count; i++)
        known->real[i] = scale ? quant->scale[i] : (double)quant->zero_point[i];
    return ncl_import_constant(import, known);
}

static const struct ncl_known *known_numbers(struct ncl_import *import, const struct ncl_known *stored,
                                             const struct ncl_tf_quant *quant)
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
        known->real[i] = quant->scale[k] * (double)(ncl_known_int64(stored, i) - quant->zero_point[k]);
    }
    return known;
}

static struct ncl_tensor *computed_numbers(struct ncl_import *import, struct ncl_tensor *stored,
                                           const struct ncl_tf_quant *quant)
{
    struct ncl_tensor *x = ncl_compose_cast(import, stored, NNEFCL_SCALAR);
    x = ncl_compose_binary(import, "sub", x, quant_numbers(import, quant, false, &stored->shape));
    return ncl_compose_binary(import, "mul", x, quant_numbers(import, quant, true, &stored->shape));
}

/* Elements of a constant as numbers; NULL: they are not known, or it is a tensor that was computed. */
static const struct ncl_known *operand_known(struct ncl_import *import, const struct ncl_import_node *node,
                                             size_t index)
{
    const struct ncl_tf_quant *quant = input_quant(node, index);
    const struct ncl_known *known = ncl_import_known(import, node, index);
    if (!known || !quant || ncl_known_is_real(known))
        return known;
    return check_quant(import, quant, &known->shape) ? known_numbers(import, known, quant) : NULL;
}

struct ncl_tensor *ncl_tf_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    const struct ncl_tf_quant *quant = input_quant(node, index);
    const struct ncl_known *known = quant ? operand_known(import, node, index) : NULL;
    if (known)
        return ncl_import_constant(import, known);
    struct ncl_tensor *x = ncl_import_tensor(import, node, index);
    return quant && x->dtype == NNEFCL_INTEGER && check_quant(import, quant, &x->shape)
               ? computed_numbers(import, x, quant)
               : x;
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
    const struct ncl_known *known = operand_known(import, node, index), *moved;
    const int rank = ncl_import_value(import, node, index)->shape.rank;
    if (rank != wanted) {
        ncl_import_refuse(import, "a filter of rank %d, only %d is supported", rank, wanted);
        return &import->nothing;
    }
    if (!known)
        return ncl_compose_transpose(import, ncl_tf_tensor(import, node, index), axis);
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

/* ---- results ---- */

enum activation { NONE, RELU, RELU_N1_TO_1, RELU6, TANH, SIGN_BIT };

static struct ncl_tensor *activate(struct ncl_import *import, int64_t activation, struct ncl_tensor *y)
{
    switch (activation) {
    case NONE:
        return y;
    case RELU:
        return ncl_tf_unary(import, "relu", y);
    case RELU_N1_TO_1:
        return ncl_tf_clamp(import, y, -1, 1);
    case RELU6:
        return ncl_tf_clamp(import, y, 0, 6);
    case TANH:
        return ncl_tf_unary(import, "tanh", y);
    default:
        ncl_import_refuse(import, "activation number %lld", (long long)activation);
        return y;
    }
}

/* What the integers of this element type can stand for. */
static struct ncl_tensor *round_to_quant(struct ncl_import *import, const struct ncl_tf_quant *quant,
                                         enum ncl_stored_type element, struct ncl_tensor *y)
{
    struct ncl_tensor *source = ncl_tf_source(y);
    if (quant->count > 1 || element == NCL_STORED_COUNT || ncl_stored_high(element) == 0) {
        ncl_import_refuse(import, "%s",
                          quant->count > 1 ? "results with a scale for each channel"
                                           : "a scale for results that are no integers");
        return y;
    }
    struct ncl_tensor *z = NCL_COMPOSE(
        import, "zero_point_linear_quantize", {"x", ncl_value_tensor(source ? source : y)},
        {"zero_point", ncl_value_integer(quant->zero_point[0])}, {"scale", ncl_value_scalar(quant->scale[0])},
        {"bits", ncl_value_integer(ncl_stored_bits(element))},
        {"signed", ncl_value_logical(ncl_stored_low(element) < 0)}, {"symmetric", ncl_value_logical(false)});
    return source ? ncl_tf_last(import, z) : z;
}

/* Operators that give elements as they took them: what is stored as an integer stays it. */
static bool is_rounded(const struct ncl_tf_detail *detail, const struct ncl_import_node *node,
                       const struct ncl_tf_quant *quant)
{
    const struct ncl_tf_quant *first = node->input_count ? &detail->quant[0] : NULL;
    static const char *const movers[] = {"MAX_POOL_2D",   "RESHAPE", "TRANSPOSE", "SQUEEZE",
                                         "STRIDED_SLICE", "SLICE",   "PAD"};
    bool moves = false;
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        moves |= strcmp(node->op, movers[i]) == 0;
    return moves && first && first->count == 1 && first->scale[0] == quant->scale[0] &&
           first->zero_point[0] == quant->zero_point[0];
}

void ncl_tf_give(struct ncl_import *import, const struct ncl_import_node *node, size_t index, struct ncl_tensor *y)
{
    const struct ncl_tf_detail *detail = node->detail;
    const struct ncl_tf_quant *quant = output_quant(node, index);
    y = activate(import, ncl_import_integer(import, node, "activation", NONE), y);
    if (quant && y->dtype == NNEFCL_SCALAR && !is_rounded(detail, node, quant))
        y = round_to_quant(import, quant, detail->element[node->input_count + index], y);
    ncl_import_give(import, node, index, y);
}

/* QUANTIZE: the rounding alone. */
void ncl_tf_build_quantize(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_tf_give(import, node, 0, ncl_tf_tensor(import, node, 0));
}

void ncl_tf_build_dequantize(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_tf_give(import, node, 0, ncl_tf_tensor(import, node, 0));
}

/* Of the reader, for outputs that are integers: the integers themselves. */
void ncl_tf_build_indices(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_tf_quant *quant = input_quant(node, 0);
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    if (quant && x->dtype == NNEFCL_SCALAR) {
        x = ncl_compose_with(import, "div", x, quant->scale[0]);
        x = ncl_compose_unary(import, "round", ncl_compose_with(import, "add", x, (double)quant->zero_point[0]));
        x = ncl_compose_cast(import, x, NNEFCL_INTEGER);
    }
    ncl_import_give(import, node, 0, x);
}
