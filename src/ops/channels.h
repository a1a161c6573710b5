/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that have a value for each channel (axis 1): what the shapes mean that exporters write.
 *
 * Whether [C], [1,1,1,C] or [C,1,1] is read as the exporter meant it may depend neither on the batch nor on what
 * happens to broadcast: where all elements lie on one axis that is not that of the channels, they are as many as there
 * are channels, or the shape is wrong. Everything else broadcasts as the text says. */
#ifndef NCL_CHANNELS_H
#define NCL_CHANNELS_H

#include "nnefcl/tensor.h"

enum ncl_channels_reading {
    NCL_CHANNELS_AS_WRITTEN,
    NCL_CHANNELS_MISPLACED, /* one for each channel, on another axis */
    NCL_CHANNELS_UNKNOWN    /* one for each of something else */
};

enum ncl_channels_reading ncl_channels_read(const nnefcl_shape *parameter, const nnefcl_shape *input);
/* [1,C] for a misplaced parameter, else its own shape. */
nnefcl_shape ncl_channels_place(const nnefcl_shape *parameter, const nnefcl_shape *input);

#endif
