/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "data.h"

/* SplitMix64: a counter through a mixing function, so that any stream starts anywhere. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint64_t stream_start(const char *name, uint64_t seed, size_t run)
{
    uint64_t state = mix(seed) ^ mix(run + 1);
    for (const char *c = name; *c; c++)
        state = mix(state ^ (unsigned char)*c);
    return state;
}

void data_random(const nnefcl_tensor_info *input, uint64_t seed, size_t run, const double range[2], void *out)
{
    uint64_t start = stream_start(input->name, seed, run);
    size_t count = shape_count(&input->shape);
    double low = fmax(ceil(range[0]), INT32_MIN),
           high = fmin(floor(range[1]), INT32_MAX); /* the whole numbers of the range; none: its lower end */
    double span = high >= low ? high - low + 1 : 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = mix(start + i);
        double unit = (double)(bits >> 11) * 0x1p-53; /* [0, 1) */
        if (input->dtype == NNEFCL_SCALAR)
            ((float *)out)[i] = (float)(range[0] + unit * (range[1] - range[0]));
        else if (input->dtype == NNEFCL_INTEGER)
            ((int32_t *)out)[i] = (int32_t)fmin(low + floor(unit * span), INT32_MAX);
        else
            ((uint8_t *)out)[i] = (uint8_t)(bits >> 63);
    }
}
