/* SPDX-License-Identifier: Apache-2.0 */
/* A graph under change by passes: a copy of all its nodes and tensors, so nothing of the frozen graph is ever written,
 * and what is copied is true at every moment: a node's arguments, a tensor's `producer`, who reads a tensor. Tensors
 * keep their ids; new ones get ids behind them. Each call takes time linear in the arguments it changes.
 *
 * Errors are sticky: after the first one every call does nothing, questions are answered, and ncl_rewrite_end tells it.
 *
 *     for (struct ncl_node *node = ncl_rewrite_first(rw); node; node = ncl_rewrite_next(node))
 *         ... any node may be changed or removed here, also `node` itself ...
 */
#ifndef NCL_REWRITE_H
#define NCL_REWRITE_H

#include "ir/make.h"
#include "ir/target.h"

struct ncl_rewrite;

/* In `arena`. NULL: out of memory, reported. */
struct ncl_rewrite *ncl_rewrite_begin(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_graph *graph);
/* The graph as it is now; the rewriter must not be used again. */
nnefcl_status ncl_rewrite_end(struct ncl_rewrite *rw, const struct ncl_graph **graph);
/* Memory that lives as long as the graph; NULL: out of memory, which is noted. */
void *ncl_rewrite_alloc(struct ncl_rewrite *rw, size_t count, size_t size);
nnefcl_status ncl_rewrite_status(const struct ncl_rewrite *rw);

/* ---- nodes in their order: each behind the ones it reads from ---- */
struct ncl_node *ncl_rewrite_first(const struct ncl_rewrite *rw);
/* Of a removed node: the next one of those that were behind it and are still there. */
struct ncl_node *ncl_rewrite_next(const struct ncl_node *node);

/* ---- tensors ---- */
/* Their ids are below it. */
size_t ncl_rewrite_tensor_count(const struct ncl_rewrite *rw);
/* The node that makes it; NULL: a literal. */
struct ncl_node *ncl_rewrite_producer(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor);
/* How often it is read: each argument, and each item of one, that is this tensor, and 1 if it is an output of the
 * graph. */
size_t ncl_rewrite_uses(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor);
bool ncl_rewrite_is_output(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor);
/* The node that reads it, where it is read once, and that by a node; else NULL. */
struct ncl_node *ncl_rewrite_reader(const struct ncl_rewrite *rw, const struct ncl_tensor *tensor);

/* ---- changes ---- */
/* Who reads `from` reads `to`, which has the same shape and type. `from` is no output: outputs keep their tensors. */
void ncl_rewrite_replace(struct ncl_rewrite *rw, const struct ncl_tensor *from, struct ncl_tensor *to);
/* Nobody may read its results by the end. */
void ncl_rewrite_remove(struct ncl_rewrite *rw, struct ncl_node *node);
/* The node leaves the order, but what it reads stays read and its results stay its own: for nodes that hang on
 * another one. */
void ncl_rewrite_unlist(struct ncl_rewrite *rw, struct ncl_node *node);
/* A copy that is not in the order, with the same results, which `node` goes on to make: for nodes that become another
 * operation, but are still to be had. */
struct ncl_node *ncl_rewrite_clone(struct ncl_rewrite *rw, const struct ncl_node *node);
/* `node` goes to the place right before `before`. */
void ncl_rewrite_move(struct ncl_rewrite *rw, struct ncl_node *node, struct ncl_node *before);
/* Another value for an argument. */
void ncl_rewrite_set(struct ncl_rewrite *rw, struct ncl_node *node, const char *parameter,
                     const struct ncl_value *value);
/* `node` is the operation `op` from now on, with the arguments by name and default values for the others; its results
 * stay the same tensors. False: the shape rule refuses it, or its results would have other shapes or types; then
 * nothing has changed. */
bool ncl_rewrite_become(struct ncl_rewrite *rw, struct ncl_node *node, const char *op,
                        const struct ncl_named_value *given, size_t count);
/* The same with arguments by parameter, for operations that no document can name. */
bool ncl_rewrite_become_bound(struct ncl_rewrite *rw, struct ncl_node *node, const struct ncl_signature *signature,
                              const struct ncl_value *argument);
/* A new node right before `before`, at its place in the document. NULL: the shape rule refuses it, or an error. */
struct ncl_node *ncl_rewrite_insert(struct ncl_rewrite *rw, struct ncl_node *before, const char *op,
                                    const struct ncl_named_value *given, size_t count);
/* The same of an operation that no document can name. */
struct ncl_node *ncl_rewrite_insert_own(struct ncl_rewrite *rw, struct ncl_node *before,
                                        const struct ncl_signature *signature, const struct ncl_named_value *given,
                                        size_t count);
/* The first result of a node that was inserted; NULL of NULL. */
struct ncl_tensor *ncl_rewrite_made(const struct ncl_node *node);
/* What a new `reshape` of x right before `before` makes. NULL: as above, or of NULL. */
struct ncl_tensor *ncl_rewrite_reshape(struct ncl_rewrite *rw, struct ncl_node *before, struct ncl_tensor *x,
                                       const nnefcl_shape *shape);
/* `node` is x from now on, as a `reshape` to the shape that it has. False: as above, or of NULL. */
bool ncl_rewrite_become_reshape(struct ncl_rewrite *rw, struct ncl_node *node, struct ncl_tensor *x);

#endif
