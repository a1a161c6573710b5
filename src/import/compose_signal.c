/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_signal.h"

#include <math.h>

#define PI 3.14159265358979323846

/* What number `part` of sample n adds to number `of` of bin k. */
static double factor_of(const struct ncl_transform *t, int64_t k, int64_t of, int64_t n, int64_t part)
{
    const double turn = 2 * PI * (double)(k * n % t->length) / (double)t->length, sign = t->inverse ? 1 : -1;
    const double size = t->inverse ? 1 / (double)t->length : 1;
    return of == part ? size * cos(turn) : of ? size * sign * sin(turn) : -size * sign * sin(turn);
}

struct ncl_tensor *ncl_transform_matrix(struct ncl_import *import, const struct ncl_transform *t, int64_t first,
                                        int64_t bins)
{
    const int64_t row = t->count * t->parts;
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {2 * bins, row}});
    if (!known) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (int64_t i = 0; i < 2 * bins * row; i++)
        known->real[i] = factor_of(t, first + i / row / 2, i / row % 2, i % row / t->parts, i % t->parts);
    return ncl_import_constant(import, known);
}

int64_t ncl_transform_at_once(struct ncl_import *import, const struct ncl_transform *t)
{
    const int64_t row = t->count * t->parts, most = (int64_t)NCL_KNOWN_MAX / (2 * (row > 0 ? row : 1));
    if (t->length < 1 || t->length > NCL_TRANSFORM_MOST || t->count < 1 || t->bins > NCL_TRANSFORM_PARTS * most)
        ncl_import_refuse(import, "a transform of %lld samples", (long long)t->length);
    return most < t->bins ? most : t->bins;
}

struct ncl_tensor *ncl_compose_transform(struct ncl_import *import, struct ncl_tensor *x, const struct ncl_transform *t)
{
    struct ncl_tensor *part[NCL_TRANSFORM_PARTS];
    const int64_t most = ncl_transform_at_once(import, t);
    nnefcl_shape shape = x->shape;
    size_t parts = 0;
    for (int64_t k = 0; k < t->bins && !import->status; k += most)
        part[parts++] = ncl_compose_matmul(
            import, x,
            ncl_compose_swap_last(import, ncl_transform_matrix(import, t, k, t->bins - k < most ? t->bins - k : most)));
    if (import->status)
        return &import->nothing;
    struct ncl_tensor *y = ncl_compose_concat(import, part, parts, shape.rank - 1);
    shape.extent[shape.rank - 1] = t->bins;
    shape.extent[shape.rank++] = 2;
    return ncl_compose_reshape(import, y, &shape);
}
