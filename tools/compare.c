/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

/* How far a pair is: the error in units of what is allowed, above 1 out of tolerance. */
static double excess(double got, double want, double rtol, double atol)
{
    if (got == want || (isnan(got) && isnan(want)))
        return 0;
    double allowed = atol + rtol * fabs(want), error = fabs(got - want);
    if (!isfinite(got) || !isfinite(want) || !(allowed > 0))
        return (double)INFINITY;
    return error <= allowed ? fmin(error / allowed, 1) : fmax(error / allowed, nextafter(1, 2));
}

struct comparison compare_tensors(const nnefcl_tensor *got, const nnefcl_tensor *want, double rtol, double atol)
{
    struct comparison c = {.same_type = got->dtype == want->dtype};
    double worst = -1, worst_error = 0;
    c.same_shape = got->shape.rank == want->shape.rank &&
                   !memcmp(got->shape.extent, want->shape.extent, (size_t)got->shape.rank * sizeof *got->shape.extent);
    if (!c.same_type || !c.same_shape)
        return c;
    if (got->dtype != NNEFCL_SCALAR)
        rtol = atol = 0;
    c.count = shape_count(&got->shape);
    for (size_t i = 0; i < c.count; i++) {
        double g = tensor_element(got, i), w = tensor_element(want, i), e = excess(g, w, rtol, atol),
               error = fabs(g - w);
        c.bad += e > 1;
        if (isfinite(g) && isfinite(w)) {
            c.max_abs = fmax(c.max_abs, error);
            c.max_rel = fmax(c.max_rel, error > 0 ? error / fabs(w) : 0);
        }
        if (e > worst || (e == worst && error > worst_error)) {
            worst = e;
            worst_error = error;
            c.worst = i;
            c.got = g;
            c.want = w;
        }
    }
    c.ok = !c.bad;
    return c;
}

static const char *index_text(const nnefcl_shape *shape, size_t position, char text[SHAPE_TEXT])
{
    nnefcl_shape index = *shape;
    for (int i = shape->rank; i-- > 0; position /= (size_t)shape->extent[i])
        index.extent[i] = (int64_t)(position % (size_t)shape->extent[i]);
    return shape_text(&index, text);
}

void compare_print(const char *output, const nnefcl_tensor *got, const nnefcl_tensor *want, const struct comparison *c)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    print("%-7s %s: ", c->ok ? "ok" : "differs", output);
    if (!c->same_type)
        print("type %s, want %s\n", nnefcl_dtype_name(got->dtype), nnefcl_dtype_name(want->dtype));
    else if (!c->same_shape)
        print("shape %s, want %s\n", shape_text(&got->shape, a), shape_text(&want->shape, b));
    else if (c->ok)
        print("%zu values, max error %.3g, relative %.3g\n", c->count, c->max_abs, c->max_rel);
    else
        print("%zu of %zu values, max error %.3g, relative %.3g; worst at %s: got %.9g, want %.9g\n", c->bad, c->count,
              c->max_abs, c->max_rel, index_text(&got->shape, c->worst, a), c->got, c->want);
}

json_t *compare_json(const char *output, const char *file, const struct comparison *c)
{
    json_t *object = document_pack("{s:s, s:s, s:b, s:b, s:b}", "output", output, "file", file, "ok", c->ok,
                                   "same_type", c->same_type, "same_shape", c->same_shape);
    if (c->same_type && c->same_shape)
        document_merge(object, document_pack("{s:I, s:I, s:o, s:o, s:I, s:o, s:o}", "count", (json_int_t)c->count,
                                             "bad", (json_int_t)c->bad, "max_abs", document_real(c->max_abs), "max_rel",
                                             document_real(c->max_rel), "worst", (json_int_t)c->worst, "got",
                                             document_real(c->got), "want", document_real(c->want)));
    return object;
}
