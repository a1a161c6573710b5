/* SPDX-License-Identifier: Apache-2.0 */
/* Stored quantized indices to real values (NNEF 1.0.5, 4.9.5 and 7.1): the last line of each quantization operation,
 * with the index as q. */
#ifndef NCL_DEQUANT_H
#define NCL_DEQUANT_H

#include "ir/graph.h"
#include "nnef/tensor_file.h"

/* One number for all elements, or numbers broadcast to the tensor from its first axis on (4.2: missing trailing extents
 * are 1). */
struct ncl_dequant_numbers {
    const double *value;
    int64_t stride[NNEFCL_MAX_RANK]; /* in numbers; 0: broadcast along the axis */
};

/* One algorithm with its numbers: for a run of elements that share a and b, values hold q and become y. */
struct ncl_dequant {
    void (*decode)(const struct ncl_dequant *dequant, double a, double b, size_t count, double *values);
    double shift, steps;             /* min-max: p and r; logarithmic: r in steps */
    bool sign_bit;                   /* logarithmic: the highest stored bit is the sign */
    double half;                     /* weight of that bit: 2^(stored bits - 1) */
    struct ncl_dequant_numbers a, b; /* min and max, zero_point and scale, or max and nothing */
    nnefcl_shape shape;
    int64_t inner; /* elements in a row that share their numbers */
};

/* Checks the entry against the shape and makes it ready, in `arena`. `name` is the file, for messages.
 * NNEFCL_ERR_MODEL. */
nnefcl_status ncl_dequant_init(struct ncl_dequant *dequant, struct ncl_arena *arena, const struct ncl_quant *quant,
                               const struct ncl_tensor_header *header, const nnefcl_shape *shape, const char *name,
                               struct ncl_diag *diag);
/* Turns stored integers first .. first + count of the tensor into real values, in place. */
void ncl_dequant_apply(const struct ncl_dequant *dequant, uint64_t first, size_t count, double *values);

#endif
