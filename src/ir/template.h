/* SPDX-License-Identifier: Apache-2.0 */
/* What passes recognize, as data: the expression that a pattern is written as, and the operation that is meant. The
 * front end makes these from patterns.nnef once; who matches them needs no syntax. */
#ifndef NCL_TEMPLATE_H
#define NCL_TEMPLATE_H

#include "base/names.h"
#include "ir/signature.h"

enum ncl_term_kind {
    NCL_TERM_PARAMETER, /* whatever stands there, the same thing everywhere */
    NCL_TERM_VALUE,     /* this number, array of numbers, ...; in the place of a tensor: one that is filled with it */
    NCL_TERM_NODE,      /* a result of a node of this operation */
    NCL_TERM_LIST       /* array or tuple */
};

struct ncl_term {
    enum ncl_term_kind kind;
    size_t parameter; /* PARAMETER: its number */
    struct ncl_value value;
    const struct ncl_signature *signature; /* NODE */
    size_t result;                         /* NODE: which one */
    size_t count;                          /* NODE: arguments, by parameter; LIST: items */
    const struct ncl_term *const *item;
};

struct ncl_template {
    const char *name;
    size_t parameter_count;
    const struct ncl_sort *parameter; /* what each of them stands for */
    const struct ncl_term *written;   /* a NODE */
    const struct ncl_term *meant;     /* a NODE whose arguments are parameters and values */
};

struct ncl_templates {
    size_t count;
    const struct ncl_template *item;
    struct ncl_names own; /* struct ncl_signature of the operations that no document can name */
};

#endif
