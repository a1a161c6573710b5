/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a graph and of those around it, and values behind names: what the files of the run share. */
#ifndef NCL_IMPORT_SCOPE_H
#define NCL_IMPORT_SCOPE_H

#include "import/import.h"

struct ncl_import_scope {
    struct ncl_names values; /* struct ncl_import_value */
    struct ncl_import_scope *outer;
};

/* By name, here or further out; NULL: no such. */
struct ncl_import_value *ncl_import_find(const struct ncl_import *import, const char *name);
/* A new value in the innermost graph; NULL: out of memory. */
struct ncl_import_value *ncl_import_define(struct ncl_import *import, const char *name);
/* Elements of a value; see ncl_import_known. */
const struct ncl_known *ncl_import_value_known(struct ncl_import *import, struct ncl_import_value *value);
/* Can its elements be read? If not, an error is reported. */
bool ncl_import_readable(struct ncl_import *import, const struct ncl_import_constant *constant);
/* A new variable of the graph, of that shape. */
struct ncl_tensor *ncl_import_variable(struct ncl_import *import, const struct ncl_import_constant *constant,
                                       const nnefcl_shape *shape);
/* A tensor that has no name yet gets this one. */
void ncl_import_name(struct ncl_import *import, struct ncl_tensor *tensor, const char *name);
/* Inputs of the whole graph, with their extents. */
void ncl_import_inputs(struct ncl_import *import, const struct ncl_import_graph *graph);
/* The nodes that the outputs need, in an order in which each comes behind what it reads: that of the file where it is
 * such. `count` of them in scratch memory. */
const size_t *ncl_import_order(struct ncl_import *import, const struct ncl_import_graph *graph, size_t *count);

#endif
