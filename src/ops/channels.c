/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/channels.h"

/* The axis that all elements lie on; -1: there is one element, or several axes are longer than 1. */
static int only_axis(const nnefcl_shape *shape)
{
    int longer = -1;
    for (int i = 0; i < shape->rank; i++)
        if (shape->extent[i] > 1 && longer >= 0)
            return -1;
        else if (shape->extent[i] > 1)
            longer = i;
    return longer;
}

enum ncl_channels_reading ncl_channels_read(const nnefcl_shape *parameter, const nnefcl_shape *input)
{
    const int axis = only_axis(parameter);
    if (axis < 0 || axis == 1 || input->rank < 2)
        return NCL_CHANNELS_AS_WRITTEN;
    return parameter->extent[axis] == input->extent[1] ? NCL_CHANNELS_MISPLACED : NCL_CHANNELS_UNKNOWN;
}

nnefcl_shape ncl_channels_place(const nnefcl_shape *parameter, const nnefcl_shape *input)
{
    if (ncl_channels_read(parameter, input) != NCL_CHANNELS_MISPLACED)
        return *parameter;
    return (nnefcl_shape){.rank = 2, .extent = {1, input->extent[1]}};
}
