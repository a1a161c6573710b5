/* SPDX-License-Identifier: Apache-2.0 */
/* Sliding windows (NNEF 1.0.5, 4.3): what conv, the pools, box, the samplers and their reverses have in common. */
#ifndef NCL_WINDOW_H
#define NCL_WINDOW_H

#include "emit/lower.h"
#include "emit/problem.h"

#define NCL_BORDERS_FILLED                                                                                             \
    (1u << NCL_BORDER_CONSTANT | 1u << NCL_BORDER_REPLICATE | 1u << NCL_BORDER_REFLECT | 1u << NCL_BORDER_REFLECT_EVEN)
#define NCL_BORDERS_ALL (NCL_BORDERS_FILLED | 1u << NCL_BORDER_IGNORE)

/* What an operation allows. */
struct ncl_window_rules {
    int first;        /* the axis that entry 0 of the lists speaks of: 2 for conv and deconv, 0 elsewhere */
    bool reverse;     /* maps from the down-scaled to the up-scaled space; has output_shape */
    unsigned borders; /* bits of enum ncl_border */
};

/* Checks the arguments of `node` and finds the padding and the shape of the output. `filter` gives the size from axis 2
 * on; NULL: the parameter 'size' does. Puts right in the node what only an exporter spells differently (border
 * 'replicated', the batch of output_shape under --batch). */
nnefcl_status ncl_window_infer(struct ncl_infer *infer, struct ncl_node *node, const struct ncl_window_rules *rules,
                               const nnefcl_shape *input, const nnefcl_shape *filter, struct ncl_window *window);
/* The same for a node that passed ncl_window_infer. */
void ncl_window_read(const struct ncl_node *node, const struct ncl_window_rules *rules, const nnefcl_shape *input,
                     const nnefcl_shape *filter, struct ncl_window *window);

/* The border of a node among those allowed; with the reaction to 'replicated'. */
nnefcl_status ncl_window_infer_border(struct ncl_infer *infer, struct ncl_node *node, unsigned allowed);
enum ncl_border ncl_window_border(const struct ncl_node *node);
/* Replaces a string argument. */
void ncl_window_set_string(struct ncl_node *node, const char *name, const char *text);

/* The last axes of a window, one entry each: those before axis `first`, or before all axes, are trivial. `after` is
 * what the last outputs read behind the input. */
#define NCL_WINDOW_AXES 3
struct ncl_window_axes {
    int64_t in[NCL_WINDOW_AXES], out[NCL_WINDOW_AXES], size[NCL_WINDOW_AXES], stride[NCL_WINDOW_AXES],
        dilation[NCL_WINDOW_AXES], before[NCL_WINDOW_AXES], after[NCL_WINDOW_AXES];
};
struct ncl_window_axes ncl_window_last(const struct ncl_window *window, int first, int axes);
/* The planes of a volume: one of the output reads `taps` of the input. Of images and lines: one of one. */
struct ncl_window_depth {
    int64_t in, out, taps, stride, dilation, before;
};
struct ncl_window_depth ncl_window_depth_of(const struct ncl_window *window);
/* Elements of the window. */
int64_t ncl_window_volume(const struct ncl_window *window);
/* Does nothing along the axes [first, last): size, stride and dilation 1, no padding. */
bool ncl_window_is_trivial(const struct ncl_window *window, int first, int last);
/* No padding on either side of axes [first, rank). */
bool ncl_window_is_unpadded(const struct ncl_window *window, int first);

/* `#define BORDER` for kernels: the index map of the border ('ignore' maps like 'constant': to "outside"). */
void ncl_window_define_border(struct ncl_emit *step, enum ncl_border border);
/* Fields of a record: DEPTH_... of conv_blocked.cl. */
void ncl_window_depth_emit(struct ncl_emit *step, const struct ncl_window_depth *depth);
/* The record fields IN, OUT, KERNEL, STRIDE, DILATION, BEFORE for the axes [first, rank), each an array of `axes`
 * entries with 1s (0s for BEFORE) in front. */
void ncl_window_emit(struct ncl_emit *step, const struct ncl_window *window, int first, int axes);
/* a * b for counts of operations: UINT64_MAX when it does not fit. */
uint64_t ncl_window_saturated(uint64_t a, uint64_t b);

#endif
