/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes for operators of other systems, with their habits: operands of two are aligned at the last axis (NNEF aligns at
 * the first), integers take part in arithmetic (as scalars, exact up to 2^24). All sticky, see import.h; nothing here
 * returns NULL. */
#ifndef NCL_COMPOSE_H
#define NCL_COMPOSE_H

#include "import/import.h"

/* A node by the name of its operation and its arguments (ir/make.h), its first result:
 *     NCL_COMPOSE(import, "leaky_relu", {"x", ncl_value_tensor(x)}, {"alpha", ncl_value_scalar(0.1)}) */
struct ncl_tensor *ncl_compose(struct ncl_import *import, const char *op, const struct ncl_named_value *given,
                               size_t count);
#define NCL_COMPOSE(import, op, ...)                                                                                   \
    ncl_compose(import, op, (const struct ncl_named_value[]){__VA_ARGS__},                                             \
                sizeof((const struct ncl_named_value[]){__VA_ARGS__}) / sizeof(struct ncl_named_value))
/* The node itself, where it has several results; NULL after an error. */
struct ncl_node *ncl_compose_node(struct ncl_import *import, const char *op, const struct ncl_named_value *given,
                                  size_t count);

/* ---- arguments ---- */

struct ncl_value ncl_compose_integers(struct ncl_import *import, const int64_t *item, size_t count);
/* [(before,after), ...] */
struct ncl_value ncl_compose_pairs(struct ncl_import *import, const int64_t *before, const int64_t *after,
                                   size_t count);
struct ncl_value ncl_compose_tensors(struct ncl_import *import, struct ncl_tensor *const *item, size_t count);
struct ncl_value ncl_compose_string(const char *string);
/* A literal: a scalar tensor of rank 0. */
struct ncl_tensor *ncl_compose_number(struct ncl_import *import, double value);
/* The same number as a tensor of this type. */
struct ncl_tensor *ncl_compose_number_as(struct ncl_import *import, double value, nnefcl_dtype dtype);

/* ---- element by element ---- */

struct ncl_tensor *ncl_compose_unary(struct ncl_import *import, const char *op, struct ncl_tensor *x);
/* Result and operands are of the types that `op` declares; integers become scalars where it wants them, and the result
 * of arithmetic on two integers is one again. */
struct ncl_tensor *ncl_compose_binary(struct ncl_import *import, const char *op, struct ncl_tensor *x,
                                      struct ncl_tensor *y);
struct ncl_tensor *ncl_compose_select(struct ncl_import *import, struct ncl_tensor *condition, struct ncl_tensor *yes,
                                      struct ncl_tensor *no);
/* x op number */
struct ncl_tensor *ncl_compose_with(struct ncl_import *import, const char *op, struct ncl_tensor *x, double number);
/* Unsqueezed in front up to `rank`. */
struct ncl_tensor *ncl_compose_lift(struct ncl_import *import, struct ncl_tensor *x, int rank);
struct ncl_tensor *ncl_compose_cast(struct ncl_import *import, struct ncl_tensor *x, nnefcl_dtype dtype);

/* ---- shapes ---- */

/* False, after it is refused: a tensor has no room for so many axes. Who puts a shape together asks before. */
bool ncl_compose_has_axes(struct ncl_import *import, int rank);
struct ncl_tensor *ncl_compose_reshape(struct ncl_import *import, struct ncl_tensor *x, const nnefcl_shape *shape);
struct ncl_tensor *ncl_compose_transpose(struct ncl_import *import, struct ncl_tensor *x, const int *axis);
/* The matrices of the last two axes, transposed; of less than two: x itself. */
struct ncl_tensor *ncl_compose_swap_last(struct ncl_import *import, struct ncl_tensor *x);
/* NHWC to NCHW and back, for any rank above 2 (of 2 and less: x itself). */
struct ncl_tensor *ncl_compose_channels_first(struct ncl_import *import, struct ncl_tensor *x);
struct ncl_tensor *ncl_compose_channels_last(struct ncl_import *import, struct ncl_tensor *x);
struct ncl_tensor *ncl_compose_unsqueeze(struct ncl_import *import, struct ncl_tensor *x, int axis);
struct ncl_tensor *ncl_compose_squeeze(struct ncl_import *import, struct ncl_tensor *x, int axis);
/* Elements begin, begin + stride, ... before end (behind it for a negative stride; -1 is then in front of the first) of
 * one axis; 0 <= begin < extent. */
struct ncl_tensor *ncl_compose_slice(struct ncl_import *import, struct ncl_tensor *x, int axis, int64_t begin,
                                     int64_t end, int64_t stride);
struct ncl_tensor *ncl_compose_concat(struct ncl_import *import, struct ncl_tensor *const *item, size_t count,
                                      int axis);
/* Parts of the extents `part` along an axis: one slice for each, NULL where `wanted` says no. */
void ncl_compose_split(struct ncl_import *import, struct ncl_tensor *x, int axis, const int64_t *part, size_t count,
                       struct ncl_tensor **item);
/* Borders may be negative: those are cut off. mode: 'constant', 'reflect', 'replicate'. */
struct ncl_tensor *ncl_compose_pad(struct ncl_import *import, struct ncl_tensor *x, const int64_t *before,
                                   const int64_t *after, const char *mode, double value);
/* Repeats along axes of extent 1 and missing ones, to the shape that x and `shape` have together. */
struct ncl_tensor *ncl_compose_expand(struct ncl_import *import, struct ncl_tensor *x, const nnefcl_shape *shape);
/* Elements by constant indices along an axis. */
struct ncl_tensor *ncl_compose_pick(struct ncl_import *import, struct ncl_tensor *x, int axis, const int64_t *index,
                                    size_t count);

/* ---- reductions and products ---- */

struct ncl_tensor *ncl_compose_reduce(struct ncl_import *import, const char *op, struct ncl_tensor *x, const int *axis,
                                      size_t count, bool keep);
/* x - max - log(sum(exp(x - max))) */
struct ncl_tensor *ncl_compose_log_softmax(struct ncl_import *import, struct ncl_tensor *x, const int *axis,
                                           size_t count);
/* Of matrices in the last two axes, with those in front of them aligned at the last; operands of rank 1 are rows and
 * columns whose axis the result lacks. */
struct ncl_tensor *ncl_compose_matmul(struct ncl_import *import, struct ncl_tensor *a, struct ncl_tensor *b);

/* "abc,cd->abd", "...ii->...i"; more operands than NCL_EINSUM_OPERANDS are refused (compose_einsum.c). */
#define NCL_EINSUM_OPERANDS 16
struct ncl_tensor *ncl_compose_einsum(struct ncl_import *import, const char *equation, struct ncl_tensor *const *item,
                                      size_t count);

/* ---- windows: extents of the spatial axes, which come behind batch and channels ---- */

struct ncl_compose_window {
    size_t rank; /* of the spatial axes */
    int64_t size[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK], dilation[NNEFCL_MAX_RANK], before[NNEFCL_MAX_RANK],
        after[NNEFCL_MAX_RANK];
    bool ceil; /* the last window may hang over the end, unless it begins behind it */
};

/* Strides and dilations of 1, no padding. */
struct ncl_compose_window ncl_compose_window_of(size_t rank);
/* Does it fit the input's rank, and are its numbers such that arithmetic here and the shape rules can hold them? Else
 * that is an error. */
bool ncl_compose_window_check(struct ncl_import *import, const struct ncl_compose_window *window,
                              const nnefcl_shape *input);
/* before and after so that the output has ceil(extent / stride); an odd element goes after, or before. */
void ncl_compose_window_same(struct ncl_import *import, struct ncl_compose_window *window, const nnefcl_shape *input,
                             bool odd_before);
/* bias NULL: none; of rank 1. The filter is [outputs, inputs / groups, ...]. */
struct ncl_tensor *ncl_compose_conv(struct ncl_import *import, struct ncl_tensor *input, struct ncl_tensor *filter,
                                    struct ncl_tensor *bias, const struct ncl_compose_window *window, int64_t groups);
/* The filter is [inputs, outputs / groups, ...]; `output` extents of the spatial axes. */
struct ncl_tensor *ncl_compose_deconv(struct ncl_import *import, struct ncl_tensor *input, struct ncl_tensor *filter,
                                      struct ncl_tensor *bias, const struct ncl_compose_window *window, int64_t groups,
                                      const int64_t *output);
struct ncl_tensor *ncl_compose_max_pool(struct ncl_import *import, struct ncl_tensor *input,
                                        const struct ncl_compose_window *window);
/* The window with that overhang as padding. */
struct ncl_compose_window ncl_compose_window_whole(struct ncl_import *import, const struct ncl_compose_window *window,
                                                   const nnefcl_shape *input);
/* Arguments of a pool: size, border, padding, stride, dilation, with batch and channels. */
#define NCL_COMPOSE_POOL_ARGUMENTS 5
void ncl_compose_pool_arguments(struct ncl_import *import, const struct ncl_compose_window *window, const char *border,
                                struct ncl_named_value given[NCL_COMPOSE_POOL_ARGUMENTS]);
/* `padded`: elements of the padding count (those of an overhang never do). */
struct ncl_tensor *ncl_compose_avg_pool(struct ncl_import *import, struct ncl_tensor *input,
                                        const struct ncl_compose_window *window, bool padded);

#endif
