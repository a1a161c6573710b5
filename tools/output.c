/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <math.h>
#include <stdio.h>

#include "array.h"
#include "report.h"

enum { FEW = 16 }; /* so many values are shown one by one */

struct spread {
    double min, mean, max;
    size_t nan;
};

static struct spread spread_of(const nnefcl_tensor *tensor)
{
    struct spread s = {(double)INFINITY, 0, (double)-INFINITY, 0};
    size_t count = shape_count(&tensor->shape);
    for (size_t i = 0; i < count; i++) {
        double v = tensor_element(tensor, i);
        s.nan += isnan(v) != 0;
        s.min = fmin(s.min, v);
        s.max = fmax(s.max, v);
        s.mean += v;
    }
    s.mean /= count ? (double)count : 1;
    return s;
}

void output_print(const char *name, const nnefcl_tensor *tensor)
{
    char shape[SHAPE_TEXT];
    size_t count = shape_count(&tensor->shape);
    print("%s  %s %s ", name, nnefcl_dtype_name(tensor->dtype), shape_text(&tensor->shape, shape));
    if (count > FEW) {
        struct spread s = spread_of(tensor);
        print(" min %.6g  mean %.6g  max %.6g", s.min, s.mean, s.max);
        if (s.nan)
            print("  NaN %zu", s.nan);
    }
    for (size_t i = 0; count <= FEW && i < count; i++)
        print(" %.6g", tensor_element(tensor, i));
    print("\n");
}

json_t *output_json(const char *name, const nnefcl_tensor *tensor)
{
    struct spread s = spread_of(tensor);
    json_t *object =
        document_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I}", "name", name, "dtype", nnefcl_dtype_name(tensor->dtype),
                      "shape", document_shape(&tensor->shape), "min", document_real(s.min), "mean",
                      document_real(s.mean), "max", document_real(s.max), "nan", (json_int_t)s.nan);
    if (shape_count(&tensor->shape) <= FEW)
        document_set(object, "data", document_elements(tensor));
    return object;
}
