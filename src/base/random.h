/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-random elements for variables without a file: the same on every machine, and each element on its own. */
#ifndef NCL_RANDOM_H
#define NCL_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What a variable draws from: equal for labels that differ only in case, as they name the same data (4.1.3). */
uint64_t ncl_random_stream(uint64_t seed, const char *label);
/* Number `index` of a stream: uniform in [0, 1), a multiple of 2^-24. */
double ncl_random_unit(uint64_t stream, uint64_t index);
/* Elements first .. first + count of a stream, uniform in [low, high). */
void ncl_random_floats(uint64_t stream, uint64_t first, size_t count, double low, double high, float *out);

#endif
