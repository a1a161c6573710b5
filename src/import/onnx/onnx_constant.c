/* SPDX-License-Identifier: Apache-2.0 */
/* Operators whose results are known when their operands' shapes are. */
#include <math.h>
#include <string.h>

#include "import/onnx/onnx_operators.h"

static const struct ncl_known *attribute_known(struct ncl_import *import, const struct ncl_import_attribute *attribute,
                                               bool list)
{
    const bool real = attribute->kind == NCL_ATTRIBUTE_SCALARS;
    const nnefcl_shape shape = {.rank = list, .extent = {(int64_t)attribute->count}};
    struct ncl_known *known = ncl_known_new(&import->scratch, real ? NCL_STORED_FLOAT32 : NCL_STORED_INT64, &shape);
    for (size_t i = 0; known && i < known->count; i++)
        if (real)
            known->real[i] = attribute->scalar[i];
        else
            known->integer[i] = attribute->integer[i];
    return known;
}

void ncl_onnx_constant(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_attribute *attribute = node->attribute_count ? &node->attribute[0] : NULL;
    if (attribute && attribute->kind == NCL_ATTRIBUTE_TENSOR && attribute->count) {
        const struct ncl_import_constant *tensor = attribute->tensor;
        ncl_import_pass(import, node, 0,
                        &(struct ncl_import_value){
                            .name = "", .element = tensor->element, .shape = tensor->shape, .constant = tensor});
    } else if (attribute && (attribute->kind == NCL_ATTRIBUTE_SCALARS || attribute->kind == NCL_ATTRIBUTE_INTEGERS)) {
        const bool list = attribute->name[strlen(attribute->name) - 1] == 's';
        ncl_import_give_known(import, node, 0, attribute_known(import, attribute, list));
    } else {
        ncl_import_refuse(import, "it holds no tensor of numbers");
    }
}

void ncl_onnx_shape(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape *shape = &ncl_import_value(import, node, 0)->shape;
    int64_t first = ncl_import_integer(import, node, "start", 0),
            last = ncl_import_integer(import, node, "end", shape->rank);
    first = first < 0 ? first + shape->rank : first;
    last = last < 0 ? last + shape->rank : last;
    first = first < 0 ? 0 : first > shape->rank ? shape->rank : first;
    last = last < first ? first : last > shape->rank ? shape->rank : last;
    if (!import->status)
        ncl_import_give_known(import, node, 0,
                              ncl_known_integers(&import->scratch, shape->extent + first, (size_t)(last - first)));
}

void ncl_onnx_size(struct ncl_import *import, const struct ncl_import_node *node)
{
    const nnefcl_shape *shape = &ncl_import_value(import, node, 0)->shape;
    const int64_t volume = ncl_shape_volume(shape);
    if (!import->status)
        ncl_import_give_known(
            import, node, 0,
            ncl_known_reshape(&import->scratch, ncl_known_integers(&import->scratch, &volume, 1), &(nnefcl_shape){0}));
}

void ncl_onnx_constant_of_shape(struct ncl_import *import, const struct ncl_import_node *node)
{
    int64_t list[NCL_ONNX_LIST];
    size_t count = 0;
    const struct ncl_import_attribute *value = ncl_import_attribute(node, "value");
    const struct ncl_known *fill = ncl_known_scalar(&import->scratch, NCL_STORED_FLOAT32, 0);
    ncl_onnx_list(import, node, "input", 0, list, &count);
    if (count > NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "the shape has more than %d axes", NNEFCL_MAX_RANK);
    if (value && value->kind == NCL_ATTRIBUTE_TENSOR && value->count && value->tensor->memory &&
        ncl_shape_volume(&value->tensor->shape) == 1)
        fill = ncl_known_decode(&import->scratch, value->tensor->element, &value->tensor->shape, value->tensor->memory);
    if (import->status)
        return;
    nnefcl_shape shape = {.rank = (int)count};
    memcpy(shape.extent, list, count * sizeof *list);
    size_t elements;
    if (!ncl_known_count(&shape, &elements))
        ncl_import_refuse(import, "the shape has negative extents or too many elements");
    else
        ncl_import_give_known(import, node, 0, fill ? ncl_fold_fill(import, fill, &shape) : NULL);
}

void ncl_onnx_range(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *first = ncl_import_need(import, node, 0, "the start"),
                           *limit = ncl_import_need(import, node, 1, "the limit"),
                           *step = ncl_import_need(import, node, 2, "the step");
    const struct ncl_known *range = import->status ? NULL : ncl_fold_range(import, first, limit, step);
    if (range)
        ncl_import_give_known(import, node, 0, range);
    else
        ncl_import_refuse(import, "it has too many elements");
}

void ncl_onnx_eye_like(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *like = ncl_import_value(import, node, 0);
    const int64_t k = ncl_import_integer(import, node, "k", 0);
    enum ncl_stored_type element = like->element;
    ncl_onnx_element(ncl_import_integer(import, node, "dtype", 0), &element);
    struct ncl_known *eye = like->shape.rank == 2 && !import->status
                                ? ncl_known_new(&import->scratch, NCL_STORED_INT64, &like->shape)
                                : NULL;
    if (!eye) {
        ncl_import_refuse(import, "its operand is no matrix, or too large a one");
        return;
    }
    for (int64_t i = 0; i < like->shape.extent[0]; i++)
        if (k > -like->shape.extent[0] && k < like->shape.extent[1] && i + k >= 0 && i + k < like->shape.extent[1])
            eye->integer[i * like->shape.extent[1] + i + k] = 1;
    ncl_import_give_known(import, node, 0, ncl_fold_cast(import, eye, element));
}

/* Positions of elements that are not 0, as columns. */
void ncl_onnx_non_zero(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_known *x = ncl_import_need(import, node, 0, "its operand");
    int64_t found = 0;
    for (size_t i = 0; x && i < x->count; i++)
        found += ncl_known_double(x, i) != 0;
    if (!x)
        return;
    struct ncl_known *y =
        ncl_known_new(&import->scratch, NCL_STORED_INT64, &(nnefcl_shape){.rank = 2, .extent = {x->shape.rank, found}});
    int64_t column = 0;
    for (size_t i = 0; y && i < x->count; i++) {
        size_t rest = i;
        if (ncl_known_double(x, i) == 0)
            continue;
        for (int j = x->shape.rank; j > 0; j--) {
            y->integer[(j - 1) * found + column] = (int64_t)(rest % (size_t)x->shape.extent[j - 1]);
            rest /= (size_t)x->shape.extent[j - 1];
        }
        column++;
    }
    ncl_import_give_known(import, node, 0, y);
}

/* a - b cos(2 pi n / N) + c cos(4 pi n / N), N the size, or one less of a symmetric window. */
void ncl_onnx_cosine_window(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const struct {
        const char *as;
        double a, b, c;
    } windows[] = {{"hann", 0.5, 0.5, 0}, {"hamming", 25.0 / 46, 1 - 25.0 / 46, 0}, {"blackman", 0.42, 0.5, 0.08}};
    const struct ncl_known *size = ncl_import_need(import, node, 0, "the size");
    const int64_t count = size && size->count == 1 ? ncl_known_int64(size, 0) : 0,
                  period = count - (ncl_import_integer(import, node, "periodic", 1) ? 0 : 1);
    struct ncl_known *window =
        count > 0 ? ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){.rank = 1, .extent = {count}})
                  : NULL;
    if (!window)
        ncl_import_refuse(import, "a window of %lld elements is not made", (long long)count);
    for (size_t i = 0; i < sizeof windows / sizeof *windows && window; i++)
        for (int64_t n = 0; n < count && strcmp(windows[i].as, import->op->as) == 0; n++) {
            const double turn = 2 * 3.14159265358979323846 * (double)n / (double)(period > 0 ? period : 1);
            window->real[n] = windows[i].a - windows[i].b * cos(turn) + windows[i].c * cos(2 * turn);
        }
    if (window)
        ncl_import_give_known(import, node, 0, window);
}
