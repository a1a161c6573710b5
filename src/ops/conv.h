/* Convolution and its reverse: the arguments they share, and the steps that both lower to. */
#ifndef NCL_CONV_H
#define NCL_CONV_H

#include "ops/window.h"

/* What a node says, its window apart. Channels are those of one group. */
struct ncl_conv {
    const struct ncl_tensor *input, *filter, *bias;
    int64_t groups, in_channels, out_channels;
};

/* Bias: of rank 0, of one element for each output channel (axis 1) or one for all (NNEF 4.3.1). */
nnefcl_status ncl_conv_check_bias(struct ncl_infer *infer, struct ncl_node *node, int64_t channels);
/* The rank of the input and the equal one of the filter. */
nnefcl_status ncl_conv_check_rank(struct ncl_infer *infer, struct ncl_node *node);

/* One step of the plain kernel `body`, conv_direct or deconv_direct (conv_direct.c). */
nnefcl_status ncl_conv_emit_direct(struct ncl_lower *lower, const struct ncl_node *node, const char *body, const struct ncl_conv *conv,
                                   const struct ncl_window *window);

#endif
