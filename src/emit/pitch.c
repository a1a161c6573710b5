/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/pitch.h"

#include "emit/blocks_known.h"
#include "emit/forms.h"

struct ncl_layout ncl_pitch_layout(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    const int64_t pitch = lower->blocks ? lower->blocks[tensor->id].plain_pitch : 0;
    return (struct ncl_layout){.outer = pitch > 0, .pitch = pitch};
}

ncl_ref ncl_pitch_in(struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    const struct ncl_layout layout = ncl_pitch_layout(lower, tensor);
    const bool dense = lower->tensor[tensor->id] != NCL_NO_TENSOR;
    return dense ? ncl_lower_tensor(lower, tensor) : ncl_lower_as(lower, tensor, &layout);
}

int64_t ncl_pitch_of(const struct ncl_lower *lower, ncl_ref ref, const nnefcl_shape *shape)
{
    const struct ncl_layout plain = {0};
    return ncl_layout_stride(lower->status ? &plain : &lower->plan->tensor[ref].layout, shape, 0);
}

void ncl_pitch_emit(const struct ncl_lower *lower, struct ncl_emit *step, ncl_ref input, const nnefcl_shape *in,
                    ncl_ref output, const nnefcl_shape *out)
{
    ncl_step_size(step, "IN_IMAGE", ncl_pitch_of(lower, input, in));
    ncl_step_size(step, "OUT_IMAGE", ncl_pitch_of(lower, output, out));
}
