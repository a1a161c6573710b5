/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/reference.h"

#include <math.h>

const double *ncl_reference_in(const struct ncl_reference *reference, const struct ncl_tensor *tensor)
{
    return reference->tensor[tensor->id].value;
}

double *ncl_reference_out(const struct ncl_reference *reference, const struct ncl_tensor *tensor)
{
    return reference->tensor[tensor->id].value;
}

double *ncl_reference_scale(const struct ncl_reference *reference, const struct ncl_tensor *tensor, uint64_t terms)
{
    struct ncl_elements *elements = &reference->tensor[tensor->id];
    elements->terms = terms > 1 ? terms : 1;
    return elements->scale;
}

static double largest(const struct ncl_reference *reference, const struct ncl_tensor *tensor)
{
    const double *value = ncl_reference_in(reference, tensor);
    const int64_t count = ncl_shape_volume(&tensor->shape);
    double most = 0;
    for (int64_t i = 0; i < count; i++)
        most = fmax(most, fabs(value[i]));
    return most;
}

double ncl_reference_stored(const struct ncl_reference *reference, const struct ncl_tensor *a,
                            const struct ncl_tensor *b)
{
    const double off = reference->weights_off;
    return off > 0 ? off * largest(reference, a) * largest(reference, b) * 0x1p25 : 0;
}

void ncl_reference_outside(const struct ncl_reference *reference, const struct ncl_tensor *index, double extent)
{
    const double *value = ncl_reference_in(reference, index);
    const int64_t count = ncl_shape_volume(&index->shape);
    for (int64_t i = 0; i < count; i++)
        *reference->outside += !(value[i] >= 0 && value[i] < extent);
}

bool ncl_position_first(const nnefcl_shape *shape, int64_t *at)
{
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        at[i] = 0;
    return ncl_shape_volume(shape) > 0;
}

bool ncl_position_next(const nnefcl_shape *shape, int64_t *at)
{
    for (int i = shape->rank; i-- > 0;) {
        if (++at[i] < shape->extent[i])
            return true;
        at[i] = 0;
    }
    return false;
}

int64_t ncl_position_index(const nnefcl_shape *shape, const int64_t *at)
{
    int64_t index = 0;
    for (int i = 0; i < shape->rank; i++)
        index = index * shape->extent[i] + at[i];
    return index;
}

int64_t ncl_position_repeated(const nnefcl_shape *operand, const int64_t *at)
{
    int64_t index = 0;
    for (int i = 0; i < operand->rank; i++)
        index = index * operand->extent[i] + (operand->extent[i] == 1 ? 0 : at[i]);
    return index;
}
