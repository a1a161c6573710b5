/* SPDX-License-Identifier: Apache-2.0 */
/* Operators on the bits of whole numbers, which are scalars here; the element type of the first input says how many an
 * unsigned number has, negative ones have two's complement. Sticky, see import.h. */
#ifndef NCL_IMPORT_BITS_H
#define NCL_IMPORT_BITS_H

#include "base/stored.h"
#include "import/import.h"

/* The first input by known numbers of bits, the second one: times a power of two, or a quotient rounded down. */
void ncl_import_shift(struct ncl_import *import, const struct ncl_import_node *node, bool left);
/* "and", "or", "xor" of two inputs, as the row of the operator says. */
void ncl_import_bits(struct ncl_import *import, const struct ncl_import_node *node);
/* The first input, a whole number, as `to` holds it, which may have fewer bits: the lowest of them. False: it fits. */
bool ncl_import_narrow(struct ncl_import *import, const struct ncl_import_node *node, enum ncl_stored_type to);
/* All bits the other way. */
void ncl_import_bits_not(struct ncl_import *import, const struct ncl_import_node *node);

#endif
