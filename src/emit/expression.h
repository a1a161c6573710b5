/* SPDX-License-Identifier: Apache-2.0 */
/* An element-wise expression, one operation or several on top of each other, as text for kernels: statements in the
 * vocabulary of cl/math.cl that make the vector `r`. They are formulas of ops.def with our own names in place of
 * theirs; the numbers in them travel in the record of the step, so that expressions that differ in numbers share a
 * program. */
#ifndef NCL_EXPRESSION_H
#define NCL_EXPRESSION_H

#include "emit/lower.h"

#define NCL_EXPRESSION_OPERANDS 8
#define NCL_EXPRESSION_NODES    64
#define NCL_EXPRESSION_REALS    64

struct ncl_expression {
    struct ncl_lower *lower;
    nnefcl_shape shape; /* of the result: every operand broadcasts to it */
    nnefcl_dtype dtype; /* of the result */
    unsigned operand_count, real_count, node_count;
    struct ncl_expression_operand {
        const struct ncl_tensor *tensor; /* of the graph, in whatever form a kernel wants it; NULL: */
        ncl_ref ref;                     /* one of the plan */
        nnefcl_dtype dtype;
        nnefcl_shape shape;
        const char *term; /* what statements call it */
    } operand[NCL_EXPRESSION_OPERANDS];
    double real[NCL_EXPRESSION_REALS];
    struct ncl_expression_node {
        const struct ncl_tensor *result; /* NULL: of a part of a node */
        const char *term, *value;
        nnefcl_dtype dtype;
    } node[NCL_EXPRESSION_NODES];
};

void ncl_expression_begin(struct ncl_expression *expression, struct ncl_lower *lower, const struct ncl_tensor *result);
/* The same for a result that is no tensor of the graph. */
void ncl_expression_begin_as(struct ncl_expression *expression, struct ncl_lower *lower, nnefcl_dtype dtype,
                             const nnefcl_shape *shape);

/* Terms: what a formula works with. They stand for vectors, are NULL after an error, and live as long as the plan.
 * A graph tensor: what a node of the expression made, a number, or one more operand. */
const char *ncl_expression_tensor(struct ncl_expression *expression, const struct ncl_tensor *tensor);
/* A plan tensor that broadcasts with this shape. */
const char *ncl_expression_operand(struct ncl_expression *expression, ncl_ref ref, const nnefcl_shape *shape);
/* A formula, in which x, y, z and w stand for the terms, ALPHA and BETA for the numbers. */
const char *ncl_expression_apply(struct ncl_expression *expression, nnefcl_dtype dtype, const char *formula,
                                 const char *const *terms, double alpha, double beta);

/* What a node computes, from its operation (op->elements). */
void ncl_expression_add(struct ncl_expression *expression, const struct ncl_node *node);
void ncl_expression_add_after(struct ncl_expression *expression, const struct ncl_after *after);
/* The elements of the tensor are there as the vector `term` ... */
void ncl_expression_give(struct ncl_expression *expression, const struct ncl_tensor *tensor, const char *term);
/* ... or after all they are those of one more operand. */
void ncl_expression_read(struct ncl_expression *expression, const struct ncl_tensor *tensor);

/* The statements; NULL after an error. */
const char *ncl_expression_text(const struct ncl_expression *expression);
/* Operand k, plain and dense. */
ncl_ref ncl_expression_ref(const struct ncl_expression *expression, unsigned k);

#endif
