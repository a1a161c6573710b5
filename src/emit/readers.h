/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads a tensor of a graph. */
#ifndef NCL_READERS_H
#define NCL_READERS_H

#include "ir/graph.h"

/* Is the tensor the value, or one of it? */
bool ncl_readers_value(const struct ncl_value *value, const struct ncl_tensor *tensor);
/* Is it an argument of the node? Of something that is computed with the node, but stands in no list? */
bool ncl_readers_node(const struct ncl_node *node, const struct ncl_tensor *tensor);
bool ncl_readers_company(const struct ncl_node *node, const struct ncl_tensor *tensor);
/* Is it an output of the graph? */
bool ncl_readers_outside(const struct ncl_graph *graph, const struct ncl_tensor *tensor);

#endif
