/* SPDX-License-Identifier: Apache-2.0 */
/* Printing a graph: what --dump graph, flat and dot share. */
#ifndef NCL_DUMP_H
#define NCL_DUMP_H

#include "model/frozen.h"

/* dump_value.c */
/* A value as a literal of the syntax; tensors by `name` (by id, NULL: their own), literals for tensors as their number.
 */
void ncl_dump_value(struct ncl_text *text, const struct ncl_value *value, const char *const *name);
/* The arguments of a node: tensors by position, attributes by name. */
void ncl_dump_arguments(struct ncl_text *text, const struct ncl_node *node, const char *const *name);
/* The left side of a node. */
void ncl_dump_results(struct ncl_text *text, const struct ncl_node *node, const char *const *name);
/* Does the value hold tensors? */
bool ncl_dump_has_tensor(const struct ncl_value *value);

/* One file each; the graph is in dump.c. */
void ncl_dump_graph(struct ncl_text *text, const struct ncl_graph *graph);
void ncl_dump_dot(struct ncl_text *text, const struct ncl_graph *graph);
nnefcl_status ncl_dump_flat(struct ncl_text *text, const struct nnefcl_model *model, struct ncl_diag *diag);

#endif
