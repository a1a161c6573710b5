/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow and TensorFlow Lite: what their readers and operators share. Channels are last in both, first in NNEF:
 * what works on channels asks for its operand by ncl_tf_first and gives ncl_tf_last, and what lies between
 * (element-wise, concat, pad, reductions) moves the transposes behind itself, so that two that meet are none. */
#ifndef NCL_TF_H
#define NCL_TF_H

#include "import/compose.h"

/* How integers of a tensor stand for numbers: scale (q - zero_point), for each index of an axis or for all. */
struct ncl_tf_quant {
    size_t count; /* 0: the tensor is what it is */
    const double *scale;
    const int64_t *zero_point;
    int axis; /* count > 1 */
};

/* node->detail, Lite only: of the inputs, then of the outputs, then of what the operator keeps to itself. */
struct ncl_tf_detail {
    const struct ncl_tf_quant *quant;
    const enum ncl_stored_type *element;
    size_t intermediate_count;
};

nnefcl_status ncl_graphdef_read(struct ncl_import *import, struct ncl_import_graph *graph);
nnefcl_status ncl_tflite_read(struct ncl_import *import, struct ncl_import_graph *graph);

/* ---- operands and results (tf_operands.c) ---- */

/* How the integers of an operand, of a result stand for numbers; NULL: they do not. */
const struct ncl_tf_quant *ncl_tf_input_quant(const struct ncl_import_node *node, size_t index);
const struct ncl_tf_quant *ncl_tf_output_quant(const struct ncl_import_node *node, size_t index);
/* Operand `index`: integers that stand for numbers are those numbers, or stay what they are where ncl_tf_moves. */
struct ncl_tensor *ncl_tf_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* The same, or 0 of this type where it is not given. */
struct ncl_tensor *ncl_tf_tensor_or_zero(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                         nnefcl_dtype dtype);
/* The same as steps from the zero point, of an operator that ncl_tf_is_quantized; else as ncl_tf_tensor. */
struct ncl_tensor *ncl_tf_steps(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* A filter (its steps), which has this rank, with its axes in the order of `axis`; of a constant on the host. */
struct ncl_tensor *ncl_tf_moved(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int rank,
                                const int *axis);
/* Operand `index` of rank 1 as [1, C, 1, ...] of this rank. */
struct ncl_tensor *ncl_tf_channels(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                   int rank);
/* Result `index`: the activation that the node has with it, then the rounding to what its integers can stand for. */
void ncl_tf_give(struct ncl_import *import, const struct ncl_import_node *node, size_t index, struct ncl_tensor *y);
/* All integers of an operand. Room for NNEFCL_MAX_RANK; returns how many. */
size_t ncl_tf_integers(struct ncl_import *import, const struct ncl_import_node *node, size_t index, const char *what,
                       int64_t item[NNEFCL_MAX_RANK]);
/* The same as axes of a tensor of that rank, negative ones from the back. */
size_t ncl_tf_axes(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int rank,
                   int axis[NNEFCL_MAX_RANK]);

/* ---- quantized results (tf_requantize.c) ---- */

/* Does it compute with whole numbers: has its first operand a scale, and its first result? */
bool ncl_tf_is_quantized(const struct ncl_import_node *node);
/* Does it only move elements, between tensors of one scale? */
bool ncl_tf_moves(struct ncl_import *import, const struct ncl_import_node *node);
/* x factor, rounded to whole numbers as the kernels of Lite do. */
struct ncl_tensor *ncl_tf_rescale(struct ncl_import *import, struct ncl_tensor *x, double factor);
/* The same with a factor for each index of the last axis. */
struct ncl_tensor *ncl_tf_rescale_columns(struct ncl_import *import, struct ncl_tensor *x, const double *factor,
                                          size_t count);
/* A result of an operator that ncl_tf_is_quantized, rounded: as whole numbers, as steps from the zero point. What is
 * outside of its type, or of what the activation leaves, is brought back. */
void ncl_tf_give_whole(struct ncl_import *import, const struct ncl_import_node *node, size_t index, int64_t activation,
                       struct ncl_tensor *whole);
void ncl_tf_give_steps(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *steps);
/* Result 0 as a sum of products of steps of two operands; of real numbers where it is not quantized. */
void ncl_tf_give_product(struct ncl_import *import, const struct ncl_import_node *node, size_t first, size_t second,
                         struct ncl_tensor *y);
/* SQRT and RSQRT of whole numbers; false: it is something else. */
bool ncl_tf_quantized_unary(struct ncl_import *import, const struct ncl_import_node *node);
/* MEAN of `count` elements whose steps have that sum; ADD and SUB, SQUARED_DIFFERENCE, LEAKY_RELU, PRELU of whole
 * numbers. */
void ncl_tf_quantized_mean(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *sum,
                           int64_t count);
void ncl_tf_quantized_sum(struct ncl_import *import, const struct ncl_import_node *node);
void ncl_tf_quantized_difference(struct ncl_import *import, const struct ncl_import_node *node);
void ncl_tf_quantized_leaky(struct ncl_import *import, const struct ncl_import_node *node, double alpha);
void ncl_tf_quantized_prelu(struct ncl_import *import, const struct ncl_import_node *node);

/* ---- channels (tf_channels.c) ---- */

struct ncl_tensor *ncl_tf_first(struct ncl_import *import, struct ncl_tensor *x);
struct ncl_tensor *ncl_tf_last(struct ncl_import *import, struct ncl_tensor *x);
/* The tensor with channels first that x is a transpose of; NULL: it is none. */
struct ncl_tensor *ncl_tf_source(const struct ncl_tensor *x);
/* `op` on x, or on what it is a transpose of. `number` > 0 of them come behind x: min, max, alpha. */
struct ncl_tensor *ncl_tf_unary(struct ncl_import *import, const char *op, struct ncl_tensor *x);
struct ncl_tensor *ncl_tf_with(struct ncl_import *import, const char *op, struct ncl_tensor *x, double number);
struct ncl_tensor *ncl_tf_clamp(struct ncl_import *import, struct ncl_tensor *x, double low, double high);
struct ncl_tensor *ncl_tf_prelu(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *slope);
struct ncl_tensor *ncl_tf_binary(struct ncl_import *import, const char *op, struct ncl_tensor *x, struct ncl_tensor *y);

/* ---- what builders share ---- */

struct ncl_tensor *ncl_tf_leaky(struct ncl_import *import, struct ncl_tensor *x, double alpha);
struct ncl_tensor *ncl_tf_angle(struct ncl_import *import, struct ncl_tensor *y, struct ncl_tensor *x);
struct ncl_tensor *ncl_tf_gelu(struct ncl_import *import, struct ncl_tensor *x, bool approximate);
/* Batch normalization of x, channels first, by operands of these numbers: scale (SIZE_MAX: none), offset, mean,
 * variance (tf_windows.c). */
struct ncl_tensor *ncl_tf_normalize(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                                    const size_t operand[4], double epsilon);
/* A strided slice of what is known (tf_parts.c); NULL after an error. */
const struct ncl_known *ncl_tf_known_spans(struct ncl_import *import, const struct ncl_import_node *node,
                                           const struct ncl_known *x);
/* Operators of real numbers that an operand makes complex (tf_complex.c); false: all are real. */
bool ncl_tf_complex_unary(struct ncl_import *import, const struct ncl_import_node *node);
bool ncl_tf_complex_binary(struct ncl_import *import, const struct ncl_import_node *node);
bool ncl_tf_complex_cast(struct ncl_import *import, const struct ncl_import_node *node);
/* What `fused_ops` of the node asks for behind y, which has channels first; y itself where there is no such. */
struct ncl_tensor *ncl_tf_fuse(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *y);

/* ---- builders, by topic ---- */

#define NCL_TF_BUILDERS(X)                                                                                             \
    X(unary)                                                                                                           \
    X(binary)                                                                                                          \
    X(pass)                                                                                                            \
    X(relu6)                                                                                                           \
    X(leaky)                                                                                                           \
    X(prelu)                                                                                                           \
    X(gelu)                                                                                                            \
    X(shift)                                                                                                           \
    X(bits)                                                                                                            \
    X(bits_not)                                                                                                        \
    X(format_axes)                                                                                                     \
    X(format_order)                                                                                                    \
    X(swish)                                                                                                           \
    X(round)                                                                                                           \
    X(erfc)                                                                                                            \
    X(difference)                                                                                                      \
    X(floor_div)                                                                                                       \
    X(select)                                                                                                          \
    X(cast)                                                                                                            \
    X(add_n)                                                                                                           \
    X(bias)                                                                                                            \
    X(quantize)                                                                                                        \
    X(dequantize)                                                                                                      \
    X(conv)                                                                                                            \
    X(depthwise)                                                                                                       \
    X(lite_deconv)                                                                                                     \
    X(deconv)                                                                                                          \
    X(pool)                                                                                                            \
    X(batch_norm) X(lrn) X(resize) X(blocks) X(space_batch) X(reshape) X(transpose) X(squeeze) X(expand_dims) X(shape) \
        X(rank) X(concat) X(lite_concat) X(split) X(split_v) X(pack) X(unpack) X(slice) X(strided_slice) X(pad) X(     \
            mirror_pad) X(tile) X(gather) X(fill) X(range) X(broadcast) X(reverse) X(reduce) X(softmax) X(log_softmax) \
            X(arg) X(matmul) X(einsum) X(fully_connected) X(l2_norm) X(conditional) X(loop) X(zeros_like) X(top_k)     \
                X(one_hot) X(cum_sum) X(product) X(lstm) X(lstm_step) X(rnn) X(l2_pool) X(softsign) X(log1p) X(expm1)  \
                    X(div_no_nan) X(clip) X(call) X(switch) X(merge) X(list_new) X(array_new) X(list_rows) X(list_get) \
                        X(list_set) X(list_push) X(list_pop) X(list_count) X(list_stack) X(list_gather)                \
                            X(list_scatter) X(gather_nd) X(fake_quant) X(fake_quant_channels) X(classify) X(truncate)  \
                                X(atan2) X(zero_times) X(l2_loss) X(scatter_nd) X(tensor_scatter) X(sparse_dense)      \
                                    X(update_slice) X(band) X(diagonal) X(roll) X(reverse_sequence) X(lin_space)       \
                                        X(invert) X(broadcast_args) X(where) X(shapes) X(non_max) X(combined_non_max)  \
                                            X(post_process) X(cubic) X(global_norm) X(old_space_batch)                 \
                                                X(embedding) X(segments) X(pool_places) X(patches)                     \
                                                    X(crop_and_resize) X(two_lstm) X(two_rnn) X(rnn_step) X(svdf) X(   \
                                                        block_lstm) X(gru_cell) X(resize_area) X(scale_translate)      \
                                                        X(rgb_to_hsv) X(hsv_to_rgb) X(adjust_hue) X(adjust_saturation) \
                                                            X(adjust_contrast) X(scan) X(dilation) X(bincount)         \
                                                                X(histogram) X(bucketize)                              \
                                                                    X(search) X(in_top_k) X(switch_n) X(complex)       \
                                                                        X(complex_part) X(magnitude) X(angle)          \
                                                                            X(conjugate) X(fourier) X(real_fourier) X( \
                                                                                inverse_real_fourier) X(plane_fourier) \
                                                                                X(diagonal_part) X(whole_diagonal)     \
                                                                                    X(dynamic_stitch) X(cross_entropy) \
                                                                                        X(near) X(quantize_there)

#define NCL_TF_DECLARE(name) void ncl_tf_build_##name(struct ncl_import *import, const struct ncl_import_node *node);
NCL_TF_BUILDERS(NCL_TF_DECLARE)
#undef NCL_TF_DECLARE

/* The same on what is known (tf_fold.c): integers, and floats where they are few. */
bool ncl_tf_few_floats(const struct ncl_known *x);
#define NCL_TF_FOLDERS(X)                                                                                              \
    X(binary)                                                                                                          \
    X(cast)                                                                                                            \
    X(reshape)                                                                                                         \
    X(squeeze)                                                                                                         \
    X(expand_dims)                                                                                                     \
    X(concat)                                                                                                          \
    X(pack) X(gather) X(strided_slice) X(reduce) X(zeros_like) X(select) X(unary) X(slice) X(unpack) X(split) X(fill)  \
        X(transpose) X(reverse) X(tile)

#define NCL_TF_DECLARE(name) bool ncl_tf_fold_##name(struct ncl_import *import, const struct ncl_import_node *node);
NCL_TF_FOLDERS(NCL_TF_DECLARE)
#undef NCL_TF_DECLARE

#endif
