/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution and its reverse: the arguments they share, and the steps that both lower to. */
#ifndef NCL_CONV_H
#define NCL_CONV_H

#include "emit/variant.h"
#include "ops/window.h"

/* Bias: of rank 0, of one element for each output channel (axis 1) or one for all (NNEF 4.3.1). */
nnefcl_status ncl_conv_check_bias(struct ncl_infer *infer, struct ncl_node *node, int64_t channels);
/* The rank of the input and the equal one of the filter. */
nnefcl_status ncl_conv_check_rank(struct ncl_infer *infer, struct ncl_node *node);

/* A node with everything filled in; channels are those of a group. */
void ncl_conv_read(const struct ncl_node *node, const struct ncl_window_rules *rules, int64_t groups,
                   int64_t in_channels, int64_t out_channels, struct ncl_conv *conv);

/* ---- the definition of both (conv_reference.c) ---- */

/* How far apart the filters of two groups, two output channels and two input channels of a group are. */
struct ncl_conv_filter {
    int64_t group, output, input;
};
void ncl_conv_define(const struct ncl_reference *reference, const struct ncl_node *node, const struct ncl_conv *conv,
                     const struct ncl_window *window, const struct ncl_window_rules *rules,
                     const struct ncl_conv_filter *filter);

/* ---- the matrix product of convolutions on CPUs (kernel_conv_gemm.c) ---- */

/* The filter as a matrix for each group: where element (row, column) of group g lies. */
struct ncl_conv_matrix {
    int64_t groups, rows, depth;
    int64_t group_stride, row_stride, column_stride;
    int64_t block, taps; /* a column is a tap of a channel, which are in blocks (conv_pack.cl); block 0: columns as they
                            lie */
    /* of the taps: a channel of the filter has `filter`, of which a window `width` wide from `first` on is taken, in
     * rows of `pitch`, each `step` behind the last one (0: 1); filter 0: all */
    int64_t filter, first, width, pitch, step;
    int64_t planes; /* `depth` counts the channels of so many planes of taps, one behind the other; 0: one */
    int64_t parts;  /* a group is so many of the filter, with zeros between them; 0: one */
};
/* Packs it in panels of `panel` rows, for ncl_conv_gemm_product with as many filters as it has rows. */
ncl_ref ncl_conv_gemm_pack(struct ncl_lower *lower, const struct ncl_tensor *filter,
                           const struct ncl_conv_matrix *matrix, int64_t panel);

/* What a task of conv_gemm lays out for itself: two spatial axes. */
struct ncl_conv_strip {
    enum ncl_border border;
    int64_t in[2], slots[2], stride[2], dilation[2], before[2], rows;
};

/* A step of conv_gemm; the fields are those of its record. */
struct ncl_conv_product {
    ncl_ref image, packed, bias, output; /* bias NCL_NO_TENSOR: none */
    int64_t batch, groups, channels, filters, bias_step;
    struct ncl_tile tile;
    int64_t pixels, row, height, pitch, plane, channel, in_image, out_image;
    const struct ncl_conv_strip *strip; /* NULL: without */
    const int64_t *tap;
    size_t tap_count;
};
nnefcl_status ncl_conv_gemm_product(struct ncl_lower *lower, const struct ncl_conv_product *product);

/* ---- deconv as a matrix product (kernel_deconv_rows.c) ---- */

/* Elements of the products of the filter with every input; 0: more than a buffer holds. */
int64_t ncl_deconv_products(const struct ncl_target *target, const struct ncl_conv *conv);

/* ---- minimal filtering (kernel_conv_winograd*.c) ---- */

/* With a dilation, every dilation-th pixel makes an image of its own, whose taps are next to each other: how many of
 * them an axis makes, and tiles of `tile` outputs along it for all of them. */
bool ncl_conv_is_dilated(const struct ncl_window_axes *image);
int64_t ncl_conv_images(const struct ncl_window_axes *image, int axis);
int64_t ncl_conv_tiles(const struct ncl_window_axes *image, int axis, int64_t tile);

/* ---- on images in blocks of channels (kernel_conv_blocked.c) ---- */

/* Why the variants that know no borders but zeros around their input cannot compute it; NULL: they can. */
const char *ncl_conv_blocked_unfit(const struct ncl_target *target, const struct ncl_problem *problem);
/* What reads zeros around its input in blocks can do without tests at borders; NULL: that is enough. */
const char *ncl_conv_border_unfit(const struct ncl_window *window);
/* How what multiplies compares with what it can do at best for floats, and bytes of an element of input and filter. */
struct ncl_conv_elements {
    double efficiency;
    size_t bytes;
};
/* Of one image. */
double ncl_conv_blocked_cost(const struct ncl_target *target, const struct ncl_problem *problem,
                             const struct ncl_choice *choice, const struct ncl_conv_elements *elements);
/* How tasks share the work: tiles of pixels and panels of output channels of one, and tasks. */
#define NCL_CONV_TILES 32 /* at most */
struct ncl_conv_share {
    int64_t tiles, panels, tasks;
};
struct ncl_conv_share ncl_conv_blocked_share(const struct ncl_target *target, const struct ncl_problem *problem,
                                             struct ncl_tile tile, const struct ncl_conv_elements *elements);
/* Where the outputs of one of several convolutions lie that make a result together: in every stride-th row and column
 * from `first` on. */
struct ncl_conv_lattice {
    int64_t first[2], stride[2];
    bool begun; /* others have written before */
};
/* The step of a convolution without groups that are joined, or taps that are left out, of its filter in panels. */
nnefcl_status ncl_conv_blocked_step(struct ncl_lower *lower, const struct ncl_problem *problem, struct ncl_tile tile,
                                    ncl_ref packed, const struct ncl_conv_lattice *lattice);
/* The zeros around the input that its windows reach. */
void ncl_conv_blocked_halo(const struct ncl_problem *problem, int64_t before[2], int64_t after[2]);
/* Pixels by output channels: any image size and any batch has the same tile. */
size_t ncl_conv_blocked_choices(const struct ncl_target *target, const struct ncl_problem *problem,
                                struct ncl_choice *choice);

#endif
