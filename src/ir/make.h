/* SPDX-License-Identifier: Apache-2.0 */
/* The one door through which front ends and passes make nodes: arguments by name, defaults filled in, literals made
 * tensors, the shape rule run, limits kept. It knows no syntax; the signatures stand in graph->signatures.
 *
 *     const struct ncl_named_value given[] = {{"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(w)}};
 *     status = ncl_make_node(&infer, "linear", given, 2, at, &node);   bias is 0.0, a tensor of rank 0
 *
 * Nodes and tensors are appended to infer->graph, which must not be frozen; everything lives in infer->arena, values
 * that are given are copied. */
#ifndef NCL_MAKE_H
#define NCL_MAKE_H

#include "ir/op.h"
#include "ir/signature.h"

#define NCL_MAX_NODES   1000000
#define NCL_MAX_TENSORS 8000000

/* A node of `op` whose type ? follows from its arguments. What the operation does not declare, a missing argument or
 * one of another type is NNEFCL_ERR_INTERNAL: these names are our own. The results are found by ncl_node_result. */
nnefcl_status ncl_make_node(struct ncl_infer *infer, const char *op, const struct ncl_named_value *given, size_t count,
                            struct ncl_loc at, struct ncl_node **node);
/* The first of the arguments that are tensors whose type `op` does not take, or not beside the others; NULL: none. For
 * callers who have the types from a file: there they are no error of our own. */
const char *ncl_make_misfit(const struct ncl_graph *graph, const char *op, const struct ncl_named_value *given,
                            size_t count);
/* ncl_make_node of an operation of our own, which is not among the signatures of the library. */
nnefcl_status ncl_make_own(struct ncl_infer *infer, const struct ncl_signature *signature,
                           const struct ncl_named_value *given, size_t count, struct ncl_loc at,
                           struct ncl_node **node);
/* The same where no argument tells what ? is: cast, external, variable. */
nnefcl_status ncl_make_typed(struct ncl_infer *infer, const char *op, nnefcl_dtype generic,
                             const struct ncl_named_value *given, size_t count, struct ncl_loc at,
                             struct ncl_node **node);
/* The same for a front end that has checked types, with a signature of its own: arguments by parameter. */
nnefcl_status ncl_make_bound(struct ncl_infer *infer, const struct ncl_signature *signature, nnefcl_dtype generic,
                             const struct ncl_value *argument, struct ncl_loc at, struct ncl_node **node);
/* A number or logical becomes a tensor of rank 0. */
nnefcl_status ncl_make_literal(struct ncl_infer *infer, struct ncl_loc at, struct ncl_value *value);

#endif
