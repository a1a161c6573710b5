/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into the inputs of a case. */
#include <float.h>
#include <math.h>

#include "base/random.h"
#include "verify/cases.h"

/* Halves between -2.5 and 2.5. */
static double tie(double unit)
{
    return floor(unit * 11) / 2 - 2.5;
}

/* Every second number is one of these. */
static double special(double unit)
{
    static const float values[] = {NAN,      INFINITY, -INFINITY, 0.0f,     -0.0f,   FLT_MIN, -FLT_MIN, FLT_MAX,
                                   -FLT_MAX, 1.0f,     -1.0f,     0.5f,     -0.5f,   1.5f,    -2.5f,    1e-20f,
                                   -1e20f,   8388609,  -8388609,  16777216, 1048577, 88.0f,   -88.0f,   127.0f};
    const double place = unit * 2 * (double)(sizeof values / sizeof *values);
    const size_t index = (size_t)place;
    return index < sizeof values / sizeof *values ? (double)values[index] : (place - (double)index) * 4 - 2;
}

static double scalar(const struct ncl_case_input *input, double unit)
{
    if (input->values == NCL_CASE_TIES)
        return tie(unit);
    return input->values == NCL_CASE_SPECIAL ? special(unit) : input->low + unit * (input->high - input->low);
}

void ncl_case_fill(const struct ncl_case *item, size_t input, size_t cycle, nnefcl_dtype dtype, int64_t count,
                   void *data)
{
    const struct ncl_case_input *in = &item->input[input];
    for (int64_t i = 0; i < count; i++) {
        const double unit = ncl_random_unit(in->stream, (uint64_t)cycle * (uint64_t)count + (uint64_t)i);
        if (dtype == NNEFCL_LOGICAL)
            ((uint8_t *)data)[i] = unit < 0.5;
        else if (dtype == NNEFCL_INTEGER)
            ((int32_t *)data)[i] = (int32_t)floor(in->low + unit * (in->high - in->low + 1));
        else
            ((float *)data)[i] = (float)scalar(in, unit);
    }
}
