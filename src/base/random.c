/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

/* The finalizer of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t mix_bits(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t ncl_random_stream(uint64_t seed, const char *label)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (; *label; label++) {
        unsigned char c = (unsigned char)*label;
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)) * UINT64_C(0x100000001b3);
    }
    return mix_bits(seed + UINT64_C(0x9e3779b97f4a7c15)) ^ hash;
}

double ncl_random_unit(uint64_t stream, uint64_t index)
{
    return (double)(mix_bits(stream + (index + 1) * UINT64_C(0x9e3779b97f4a7c15)) >> 40) * 0x1p-24;
}

void ncl_random_floats(uint64_t stream, uint64_t first, size_t count, double low, double high, float *out)
{
    double span = high - low;
    for (size_t i = 0; i < count; i++) {
        double offset = ncl_random_unit(stream, first + i) *
                        span; /* in a statement of its own: no fused multiply-add, which some machines lack */
        double value = low + offset;
        out[i] = (float)value < high ? (float)value : (float)low; /* rounding may have reached the end */
    }
}
