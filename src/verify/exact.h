/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of a graph in double precision: operands in, the reference of the operation, results out. Elements are made and
 * dropped tensor by tensor, so that no more than a node's are on the host at a time. */
#ifndef NCL_EXACT_H
#define NCL_EXACT_H

#include "emit/reference.h"

/* Where the elements of literals, constants and variables come from: one tensor after the other, each in pieces. */
struct ncl_exact_source {
    nnefcl_status (*begin)(void *user, const struct ncl_tensor *tensor, struct ncl_diag *diag);
    nnefcl_status (*next)(void *user, void *out, size_t count, struct ncl_diag *diag);
    void *user;
};

struct ncl_exact {
    const struct ncl_graph *graph;
    unsigned compat;
    nnefcl_allocator allocator;
    const struct ncl_exact_source *source;
    struct ncl_elements *tensor; /* by tensor id; value NULL: not there */
    uint64_t outside;            /* indices of the last node that lie outside of their axis */
    double weights_off;          /* scales allow for weights that are off by so much (ncl_reference_stored) */
    bool transforms;             /* scales allow for variants with `transforms` (emit/variant.h) */
};

/* Nothing is there at the beginning. `compat`: NNEFCL_COMPAT_* of the model. Close it also after an error; graph and
 * source must live until then. */
nnefcl_status ncl_exact_open(struct ncl_exact *exact, const struct ncl_graph *graph, unsigned compat,
                             const struct ncl_exact_source *source, const nnefcl_allocator *allocator,
                             struct ncl_diag *diag);
void ncl_exact_close(struct ncl_exact *exact);

bool ncl_exact_has(const struct ncl_exact *exact, const struct ncl_tensor *tensor);

/* Elements of a tensor. */
static inline size_t ncl_exact_count(const struct ncl_tensor *tensor)
{
    return (size_t)ncl_shape_volume(&tensor->shape);
}

/* Zeros for a tensor that is not there: values, and scales where `scaled`. */
nnefcl_status ncl_exact_make(struct ncl_exact *exact, const struct ncl_tensor *tensor, bool scaled,
                             struct ncl_diag *diag);
/* The elements of a constant, a literal or a variable, as the source has them. */
nnefcl_status ncl_exact_load(struct ncl_exact *exact, const struct ncl_tensor *tensor, struct ncl_diag *diag);
/* Elements from dense data of the tensor's type. */
nnefcl_status ncl_exact_set(struct ncl_exact *exact, const struct ncl_tensor *tensor, const void *data,
                            struct ncl_diag *diag);
void ncl_exact_drop(struct ncl_exact *exact, const struct ncl_tensor *tensor);

/* Can the definition of this operation be evaluated (ncl_no_reference: no)? */
bool ncl_exact_defined(const struct ncl_node *node);
/* Makes the results and computes them. Every operand is there, no result is. */
nnefcl_status ncl_exact_node(struct ncl_exact *exact, const struct ncl_node *node, struct ncl_diag *diag);

/* exact_graph.c: every tensor that the outputs of the model need, in the order of the nodes, all kept. inputs[i]: dense
 * data of the model's input i. What is there already stays as it is: so the values of variables may be set before, and
 * a model with state is run anew for each cycle. */
nnefcl_status ncl_exact_graph(struct ncl_exact *exact, const void *const *inputs, struct ncl_diag *diag);

/* The tensors among values, among the arguments and among the results of a node, in their order; `index` counts from 0.
 * NULL: no more. */
struct ncl_tensor *ncl_exact_among(const struct ncl_value *value, size_t count, size_t index);
struct ncl_tensor *ncl_exact_operand(const struct ncl_node *node, size_t index);
struct ncl_tensor *ncl_exact_result(const struct ncl_node *node, size_t index);

#endif
