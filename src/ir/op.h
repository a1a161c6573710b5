/* SPDX-License-Identifier: Apache-2.0 */
/* The whole contract of an operation (DESIGN 4). An op file sees nothing of the stages that call it. */
#ifndef NCL_OP_H
#define NCL_OP_H

#include "graph.h"

struct ncl_custom;
struct ncl_cut;
struct ncl_expression;
struct ncl_lower;
struct ncl_problem;
struct ncl_reference;

/* What inference gives to a shape rule. */
struct ncl_infer {
    struct ncl_arena *arena;
    struct ncl_diag *diag;
    struct ncl_graph *graph;
    unsigned compat; /* NNEFCL_COMPAT_* */
    int64_t old_batch,
        new_batch; /* --batch: the leading extent that the document writes, and the one to take; equal: nothing to do */
};

struct ncl_op {
    const char *name;
    /* Checks the arguments (types are right already) and makes the results with ncl_infer_result(s). Every tensor
     * argument is shaped. */
    nnefcl_status (*infer)(struct ncl_infer *infer, struct ncl_node *node);
    /* Emits the steps with the functions of lower.h. */
    nnefcl_status (*lower)(struct ncl_lower *lower, const struct ncl_node *node);
    /* The definition in double precision (reference.h); ncl_no_reference: the elements come from outside. */
    void (*reference)(const struct ncl_reference *reference, const struct ncl_node *node);
    int variant;         /* which member of a family */
    const char *formula; /* of the member, for kernels: our own text, or NULL */
    /* Element by element: puts what the node computes into an expression (emit/expression.h). NULL: it is not. */
    void (*elements)(struct ncl_expression *expression, const struct ncl_node *node);
    /* What is to be computed, for variants of kernels (emit/problem.h). NULL: the lowering knows. */
    void (*problem)(const struct ncl_node *node, struct ncl_problem *problem);
    /* False: it does not cut or join a tensor along its channels (emit/cut.h). NULL: it never does. */
    bool (*cut)(const struct ncl_node *node, struct ncl_cut *cut);
    /* Recognized in several nodes, which stay: its plain way is to compute them as they were written (emit/inner.h). */
    bool inner;
    bool after;                                    /* its kernels end in NCL_STORE_AFTER: chains hang on it */
    uint64_t (*macs)(const struct ncl_node *node); /* multiply-accumulates */
    const struct ncl_custom *custom;               /* registered by the application (custom.h); NULL: of the table */
};

/* The table made from ops.def. NULL: not in it (the operation is expanded from its body, or it does not exist). */
const struct ncl_op *ncl_op_find(const char *name);
extern const struct ncl_op ncl_ops[];
extern const size_t ncl_op_table_count;
/* Those of unary.def that no document can call, declared in NNEF on one line. */
extern const char ncl_op_inner_declarations[];
void ncl_no_reference(const struct ncl_reference *reference, const struct ncl_node *node);

/* Result `result` is one tensor of this shape. Extents must be positive and the volume at most 2^40 elements, else an
 * error is reported. */
nnefcl_status ncl_infer_result(struct ncl_infer *infer, struct ncl_node *node, size_t result,
                               const nnefcl_shape *shape);
/* Result `result` is an array of `count` tensors. */
nnefcl_status ncl_infer_results(struct ncl_infer *infer, struct ncl_node *node, size_t result, size_t count,
                                const nnefcl_shape *shapes);
/* NNEFCL_ERR_MODEL at the node: "conv: ...". */
nnefcl_status ncl_infer_error(struct ncl_infer *infer, const struct ncl_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What breaks the text but cannot be misread: ncl_lax at the node. */
nnefcl_status ncl_infer_lax(struct ncl_infer *infer, const struct ncl_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* NNEFCL_ERR_UNSUPPORTED that names the dialect ("torch") which would accept it. */
nnefcl_status ncl_infer_needs_compat(struct ncl_infer *infer, const struct ncl_node *node, const char *dialect,
                                     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
