/* SPDX-License-Identifier: Apache-2.0 */
#include "import/bits.h"

#include <math.h>
#include <string.h>

#include "import/compose.h"
#include "import/known.h"

static void give(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *result)
{
    ncl_import_give_number(import, node, 0, result, ncl_import_value(import, node, 0)->element);
}

static struct ncl_tensor *shift(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_known *bits,
                                bool left)
{
    struct ncl_known *factor = bits ? ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &bits->shape) : NULL;
    if (bits && !factor)
        ncl_import_nomem(import);
    if (!factor)
        return &import->nothing;
    for (size_t i = 0; i < factor->count; i++)
        factor->real[i] = exp2(left ? ncl_known_double(bits, i) : -ncl_known_double(bits, i));
    x = ncl_compose_binary(import, "mul", x, ncl_import_constant(import, factor));
    return ncl_compose_unary(import, "floor", x);
}

void ncl_import_shift(struct ncl_import *import, const struct ncl_import_node *node, bool left)
{
    const struct ncl_known *bits = ncl_import_need(import, node, 1, "the number of bits");
    give(import, node, shift(import, ncl_import_number(import, node, 0), bits, left));
}

void ncl_import_bits(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *op = import->op->as;
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *y = ncl_import_number(import, node, 1);
    struct ncl_tensor *both = ncl_compose_binary(import, "bit_and", x, y);
    if (strcmp(op, "and") == 0) {
        give(import, node, both);
        return;
    }
    if (strcmp(op, "xor") == 0)
        both = ncl_compose_with(import, "mul", both, 2);
    give(import, node, ncl_compose_binary(import, "sub", ncl_compose_binary(import, "add", x, y), both));
}

void ncl_import_bits_not(struct ncl_import *import, const struct ncl_import_node *node)
{
    const enum ncl_stored_type element = ncl_import_value(import, node, 0)->element;
    const double high = (double)ncl_stored_high(element), all = ncl_stored_low(element) < 0 || high == 0 ? -1 : high;
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    give(import, node, ncl_compose_binary(import, "sub", ncl_compose_number(import, all), x));
}

/* Beyond 16 bits scalars do not hold every bit, and no network counts on what is cut off. */
bool ncl_import_narrow(struct ncl_import *import, const struct ncl_import_node *node, enum ncl_stored_type to)
{
    const enum ncl_stored_type from = ncl_import_value(import, node, 0)->element;
    const int64_t low = ncl_stored_low(to), high = ncl_stored_high(to);
    const bool whole = ncl_stored_high(from) > 0 && high > 0;
    if (!whole || ncl_stored_bits(to) > 16 || (ncl_stored_low(from) >= low && ncl_stored_high(from) <= high))
        return false;
    struct ncl_tensor *x = ncl_compose_with(import, "sub", ncl_import_number(import, node, 0), (double)low);
    x = ncl_compose_with(import, "bit_and", x, (double)(high - low));
    ncl_import_give_number(import, node, 0, ncl_compose_with(import, "add", x, (double)low), to);
    return true;
}
