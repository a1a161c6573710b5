/* SPDX-License-Identifier: Apache-2.0 */
/* The code of bodies: made once (translate*.c), run for each expansion (evaluate.c). */
#ifndef NCL_CODE_H
#define NCL_CODE_H

#include "ir/value.h"
#include "nnef/ast.h"

struct ncl_declared;

enum ncl_code_op {
    NCL_CODE_PUSH,  /* value */
    NCL_CODE_LOAD,  /* count: slot */
    NCL_CODE_STORE, /* count: slot; pops */
    NCL_CODE_ARRAY, /* count items */
    NCL_CODE_TUPLE,
    NCL_CODE_UNARY, /* expr->op */
    NCL_CODE_BINARY,
    NCL_CODE_JUMP,        /* count: target */
    NCL_CODE_JUMP_UNLESS, /* pops a logical */
    NCL_CODE_SHORTCUT,    /* of expr->op && or ||: count: target when the logical on the stack decides, else pops it */
    NCL_CODE_INDEX,
    NCL_CODE_RANGE, /* count: bit 0 begin is given, bit 1 end is given */
    NCL_CODE_BUILTIN,
    NCL_CODE_INVOKE, /* invoke */
    NCL_CODE_LOOP,   /* pops an array for each of expr->iterator; count: slot of the first */
    NCL_CODE_NEXT,   /* count: target when the arrays are at their end: pushes the items that were yielded */
    NCL_CODE_YIELD,  /* pops an item; count: target */
    NCL_CODE_UNPACK, /* pops an array or tuple of count items, pushes them, the first on top */
    NCL_CODE_RETURN
};

struct ncl_invoke {
    struct ncl_declared *callee;
    size_t given;                   /* arguments on the stack, in the order of writing */
    const size_t *from;             /* for each parameter: which of them, SIZE_MAX: the default value */
    const struct ncl_type *generic; /* what ? stands for; may be ? of the fragment around it; NULL: not generic */
};

struct ncl_code_item {
    enum ncl_code_op op;
    size_t count;
    const struct ncl_expr *expr; /* place, operator */
    const struct ncl_value *value;
    const struct ncl_invoke *invoke;
};

struct ncl_code {
    struct ncl_code_item *item;
    size_t count, capacity;
};

#endif
