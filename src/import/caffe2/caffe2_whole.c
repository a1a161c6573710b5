/* SPDX-License-Identifier: Apache-2.0 */
/* Int8 operators: integers from 0 to 255 that stand for scale (q - zero). They stay the whole numbers that they are, as
 * scalars; operators take them as steps from the zero point, as numbers, or move them. */
#include <string.h>

#include "import/caffe2/caffe2.h"

enum form { PLAIN, MOVED, STEPS, NUMBERS };

static bool ends_in_relu(const char *op)
{
    const size_t length = strlen(op);
    return length > 4 && strcmp(op + length - 4, "Relu") == 0 && !strstr(op, "Leaky");
}

static enum form form_of(const char *op)
{
    static const char *const sums[] = {"Conv", "FC", "AveragePool", "Add", "Sum"}, *const numbers[] = {
                                                                                       "Quantize", "Dequantize",
                                                                                       "Sigmoid", "Softmax",
                                                                                       "LeakyRelu"};
    if (strncmp(op, "Int8", 4) != 0)
        return PLAIN;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        if (strncmp(op + 4, sums[i], strlen(sums[i])) == 0)
            return STEPS;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(op + 4, numbers[i]) == 0)
            return NUMBERS;
    return MOVED;
}

static const struct ncl_caffe2_quant *quant_of(const struct ncl_import_node *node, size_t index)
{
    const struct ncl_caffe2_quant *quant = node->detail;
    return quant && quant[index].scale > 0 ? &quant[index] : NULL;
}

/* ---- operands ---- */

/* Steps from the zero point, made on the host where the integers are known. */
static struct ncl_tensor *steps_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                   const struct ncl_caffe2_quant *quant)
{
    const struct ncl_known *stored = ncl_import_known(import, node, index);
    struct ncl_known *known = stored ? ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &stored->shape) : NULL;
    for (size_t i = 0; known && i < known->count; i++)
        known->real[i] = (double)(ncl_known_int64(stored, i) - quant->zero);
    if (known)
        return ncl_import_constant(import, known);
    return ncl_compose_with(import, "sub", ncl_import_number(import, node, index), (double)quant->zero);
}

struct ncl_tensor *ncl_caffe2_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    const struct ncl_caffe2_quant *quant = index < node->input_count ? quant_of(node, index) : NULL;
    const enum form form = form_of(node->op);
    if (!quant || form == PLAIN)
        return ncl_import_tensor(import, node, index);
    if (form == MOVED)
        return ncl_import_number(import, node, index);
    struct ncl_tensor *x = steps_of(import, node, index, quant);
    return form == STEPS ? x : ncl_compose_with(import, "mul", x, quant->scale);
}

/* ---- results ---- */

/* Within a byte; above the zero point, where there is a rectifier behind the operator. */
static struct ncl_tensor *within(struct ncl_import *import, const struct ncl_import_node *node,
                                 struct ncl_tensor *whole, const struct ncl_caffe2_quant *to)
{
    const double low = ends_in_relu(node->op) ? (double)to->zero : 0;
    return NCL_COMPOSE(import, "clamp", {"x", ncl_value_tensor(whole)}, {"a", ncl_value_scalar(low)},
                       {"b", ncl_value_scalar(255)});
}

static struct ncl_tensor *rounded(struct ncl_import *import, const char *round, struct ncl_tensor *steps,
                                  const struct ncl_caffe2_quant *to)
{
    return ncl_compose_with(import, "add", ncl_compose_unary(import, round, steps), (double)to->zero);
}

/* What a step of a sum is worth: of products, where there is a filter. */
static double worth_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_caffe2_quant *x = quant_of(node, 0), *filter = node->input_count > 1 ? quant_of(node, 1) : NULL;
    if (!x || (node->input_count > 1 && !filter))
        ncl_import_refuse(import, "operands of which one is quantized and one is not");
    return import->status ? 1 : filter ? x->scale * filter->scale : x->scale;
}

/* y as what stands in the result. */
static struct ncl_tensor *stored(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    const struct ncl_caffe2_quant *to = quant_of(node, node->input_count);
    switch (to ? form_of(node->op) : PLAIN) {
    case STEPS:
        y = ncl_compose_with(import, "mul", y, worth_of(import, node) / to->scale);
        return within(import, node, rounded(import, "round_away", y, to), to);
    case NUMBERS:
        y = ncl_compose_with(import, "div", y, to->scale);
        return within(import, node, rounded(import, "round_even", y, to), to);
    case MOVED:
        return ends_in_relu(node->op) ? within(import, node, y, to) : y;
    default:
        return y;
    }
}

static void give(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    if (quant_of(node, node->input_count))
        ncl_import_give_number(import, node, 0, y, NCL_STORED_UINT8);
    else
        ncl_import_give(import, node, 0, y);
}

void ncl_caffe2_result(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    give(import, node, stored(import, node, y));
}

/* Turned back behind the rounding: two turns that meet are none. */
void ncl_caffe2_give(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y)
{
    y = stored(import, node, y);
    give(import, node, ncl_caffe2_is_last(import, node) ? ncl_compose_channels_last(import, y) : y);
}

/* ---- operators that are no form of others ---- */

void ncl_caffe2_build_whole(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_caffe2_result(import, node, ncl_caffe2_tensor(import, node, 0));
}

/* All in steps of the result, their sum rounded once. */
void ncl_caffe2_build_whole_sum(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_caffe2_quant *to = quant_of(node, node->input_count);
    struct ncl_tensor *sum = NULL;
    for (size_t i = 0; i < node->input_count && to && !import->status; i++) {
        const struct ncl_caffe2_quant *from = quant_of(node, i);
        if (!from) {
            ncl_import_refuse(import, "operands of which one is quantized and one is not");
            return;
        }
        struct ncl_tensor *x =
            ncl_compose_with(import, "mul", ncl_caffe2_tensor(import, node, i), from->scale / to->scale);
        sum = sum ? ncl_compose_binary(import, "add", sum, x) : x;
    }
    if (sum && !import->status)
        give(import, node, within(import, node, rounded(import, "round_away", sum, to), to));
}
