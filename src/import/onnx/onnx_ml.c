/* SPDX-License-Identifier: Apache-2.0 */
/* ai.onnx.ml: scaling, selecting and encoding features, linear models. What its classifiers and trees share stands in
 * onnx_trees.h. */
#include <math.h>
#include <string.h>

#include "import/compose_index.h"
#include "import/fold.h"
#include "import/onnx/onnx_trees.h"

/* A list of an attribute as a row [1, n]; NULL: it is not there. */
static struct ncl_tensor *row_of(struct ncl_import *import, const struct ncl_import_node *node, const char *name)
{
    size_t count;
    const double *item = ncl_import_scalars(import, node, name, &count);
    return count ? ncl_onnx_numbers(import, item, 1, (int64_t)count) : NULL;
}

void ncl_onnx_scaler(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *offset = row_of(import, node, "offset"),
                      *scale = row_of(import, node, "scale");
    if (offset)
        x = ncl_compose_binary(import, "sub", x, offset);
    if (scale)
        x = ncl_compose_binary(import, "mul", x, scale);
    ncl_import_give_element(import, node, 0, x, NCL_STORED_FLOAT32);
}

/* By the largest, by the sum of absolute values, or by the root of the sum of squares of a row. */
void ncl_onnx_normalizer(struct ncl_import *import, const struct ncl_import_node *node)
{
    const char *norm = ncl_import_string(import, node, "norm", "MAX");
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *size = x;
    const int axis = x->shape.rank - 1;
    if (strcmp(norm, "L2") == 0)
        size = ncl_compose_unary(import, "sqr", size);
    else if (strcmp(norm, "L1") == 0)
        size = ncl_compose_unary(import, "abs", size);
    else if (strcmp(norm, "MAX") != 0)
        ncl_import_refuse(import, "the norm '%.40s'", norm);
    if (!import->status && axis < 0)
        ncl_import_wrong(import, "its operand has no axis");
    if (import->status)
        return;
    size = ncl_compose_reduce(import, strcmp(norm, "MAX") == 0 ? "max_reduce" : "sum_reduce", size, &axis, 1, true);
    if (strcmp(norm, "L2") == 0)
        size = ncl_compose_unary(import, "sqrt", size);
    struct ncl_tensor *zero = ncl_compose_with(import, "eq", size, 0);
    size = ncl_compose_select(import, zero, ncl_compose_number(import, 1), size);
    ncl_import_give_element(import, node, 0, ncl_compose_binary(import, "div", x, size), NCL_STORED_FLOAT32);
}

void ncl_onnx_binarizer(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *above = ncl_compose_with(import, "gt", ncl_import_number(import, node, 0),
                                                ncl_import_scalar(import, node, "threshold", 0));
    ncl_import_give_number(import, node, 0, ncl_compose_cast(import, above, NNEFCL_SCALAR),
                           ncl_import_value(import, node, 0)->element);
}

/* Elements that are the replaced value, NaN as a rule, become the column's. */
void ncl_onnx_imputer(struct ncl_import *import, const struct ncl_import_node *node)
{
    const double replaced = ncl_import_scalar(import, node, "replaced_value_float", NAN);
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *with = row_of(import, node, "imputed_value_floats");
    if (!with)
        ncl_import_refuse(import, "values that are no floats");
    if (import->status)
        return;
    struct ncl_tensor *missing =
        isnan(replaced) ? ncl_compose_binary(import, "ne", x, x) : ncl_compose_with(import, "eq", x, replaced);
    ncl_import_give_element(import, node, 0, ncl_compose_select(import, missing, with, x), NCL_STORED_FLOAT32);
}

void ncl_onnx_warn_of_strings(struct ncl_import *import)
{
    ncl_warning(import->diag, import->at, "labels are strings: their numbers are given, from 0 on");
}

/* The operand as numbers; strings are their numbers, from 0 on. */
static struct ncl_tensor *numbered(struct ncl_import *import, const struct ncl_import_node *node)
{
    const struct ncl_import_value *value = ncl_import_value(import, node, 0);
    if (import->status || !value->constant || !value->constant->unsupported ||
        strcmp(value->constant->unsupported, NCL_ONNX_STRINGS) != 0)
        return ncl_import_number(import, node, 0);
    struct ncl_known *known = ncl_fold_new(import, NCL_STORED_INT64, &value->constant->shape);
    if (!known && !import->status)
        ncl_import_refuse(import, "too many strings");
    for (size_t i = 0; known && i < known->count; i++)
        known->integer[i] = (int64_t)i;
    ncl_onnx_warn_of_strings(import);
    return known ? ncl_compose_cast(import, ncl_import_constant(import, known), NNEFCL_SCALAR) : &import->nothing;
}

/* Columns by number; of a row alone, a row. */
void ncl_onnx_array_features(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = numbered(import, node), *index = ncl_import_tensor(import, node, 1);
    const nnefcl_shape flat = {.rank = 1, .extent = {ncl_shape_volume(&index->shape)}};
    if (!import->status && x->shape.rank < 1)
        ncl_import_wrong(import, "its operand has no axis");
    if (import->status)
        return;
    index = ncl_compose_reshape(import, index, &flat);
    x = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(x)}, {"indices", ncl_value_tensor(index)},
                    {"axis", ncl_value_integer(x->shape.rank - 1)});
    const struct ncl_import_value *given = ncl_import_value(import, node, 0);
    ncl_import_give_number(import, node, 0, x->shape.rank == 1 ? ncl_compose_unsqueeze(import, x, 0) : x,
                           given->constant && given->constant->unsupported ? NCL_STORED_INT64 : given->element);
}

void ncl_onnx_feature_vector(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *item[NCL_EINSUM_OPERANDS];
    if (node->input_count < 1 || node->input_count > NCL_EINSUM_OPERANDS)
        ncl_import_refuse(import, "%zu operands", node->input_count);
    for (size_t i = 0; i < node->input_count && !import->status; i++) {
        item[i] = ncl_import_number(import, node, i);
        if (item[i]->shape.rank < 1 || item[i]->shape.rank > 2)
            ncl_import_wrong(import, "operands of rank %d", item[i]->shape.rank);
        else if (item[i]->shape.rank == 1)
            item[i] = ncl_compose_unsqueeze(import, item[i], 0);
    }
    if (!import->status)
        ncl_import_give_element(import, node, 0, ncl_compose_concat(import, item, node->input_count, 1),
                                NCL_STORED_FLOAT32);
}

/* ---- LabelEncoder, OneHotEncoder ---- */

/* A list of floats or of integers under one of two names, as scalars; NULL: neither is there. */
static const double *list_of(struct ncl_import *import, const struct ncl_import_node *node, const char *floats,
                             const char *integers, size_t *count, bool *whole)
{
    const double *real = ncl_import_scalars(import, node, floats, count);
    *whole = !*count;
    if (*count)
        return real;
    const int64_t *integer = ncl_import_integers(import, node, integers, count);
    double *made = *count ? ncl_arena_array(&import->scratch, *count, sizeof *made) : NULL;
    for (size_t i = 0; made && i < *count; i++)
        made[i] = (double)integer[i];
    return made;
}

/* 1 where x is the item of a row, along a new last axis. */
static struct ncl_tensor *matches(struct ncl_import *import, struct ncl_tensor *x, const double *item, size_t count)
{
    x = ncl_compose_unsqueeze(import, x, x->shape.rank);
    struct ncl_tensor *same = ncl_compose_binary(import, "eq", x, ncl_onnx_numbers(import, item, 1, (int64_t)count));
    return ncl_compose_cast(import, same, NNEFCL_SCALAR);
}

/* Strings as the number of the first one that is the same; NULL: there are none. */
static const double *strings_of(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                size_t *count)
{
    const char *const *string = ncl_import_strings(import, node, name, count);
    double *number = *count ? ncl_arena_array(&import->scratch, *count, sizeof *number) : NULL;
    for (size_t i = 0; number && i < *count; i++) {
        size_t first = 0;
        while (strcmp(string[first], string[i]) != 0)
            first++;
        ncl_import_charge(import, first);
        number[i] = (double)first;
    }
    if (number)
        ncl_onnx_warn_of_strings(import);
    return number;
}

void ncl_onnx_label_encoder(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t keys, values;
    bool whole;
    const double *key = list_of(import, node, "keys_floats", "keys_int64s", &keys, &whole),
                 *value = list_of(import, node, "values_floats", "values_int64s", &values, &whole);
    if (!value)
        value = strings_of(import, node, "values_strings", &values);
    const double otherwise = whole ? (double)ncl_import_integer(import, node, "default_int64", -1)
                                   : ncl_import_scalar(import, node, "default_float", 0);
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    if (!key || !value || x->shape.rank < 1 || x->shape.rank >= NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "keys or values that are no numbers");
    else if (keys != values)
        ncl_import_wrong(import, "%zu keys and %zu values", keys, values);
    if (import->status)
        return;
    /* otherwise + the sum of what it differs by from the value of the key */
    double *more = ncl_arena_array(&import->scratch, values, sizeof *more);
    for (size_t i = 0; more && i < values; i++)
        more[i] = value[i] - otherwise;
    if (!more) {
        ncl_import_nomem(import);
        return;
    }
    const int axis = x->shape.rank;
    struct ncl_tensor *y = ncl_compose_binary(import, "mul", matches(import, x, key, keys),
                                              ncl_onnx_numbers(import, more, 1, (int64_t)values));
    y = ncl_compose_with(import, "add", ncl_compose_reduce(import, "sum_reduce", y, &axis, 1, false), otherwise);
    ncl_import_give_number(import, node, 0, y, whole ? NCL_STORED_INT64 : NCL_STORED_FLOAT32);
}

void ncl_onnx_one_hot_encoder(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t count;
    bool whole;
    const double *category = list_of(import, node, "cats_floats", "cats_int64s", &count, &whole);
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    if (!category || x->shape.rank < 1 || x->shape.rank >= NNEFCL_MAX_RANK)
        ncl_import_refuse(import, "categories that are no numbers");
    if (!import->status)
        ncl_import_give_element(import, node, 0, matches(import, x, category, count), NCL_STORED_FLOAT32);
}

/* ---- linear models ---- */

/* x times the coefficients, whose rows are what is computed, plus the intercepts. */
static struct ncl_tensor *linear_of(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_import_number(import, node, 0), *bias = row_of(import, node, "intercepts");
    size_t count;
    const double *item = ncl_import_scalars(import, node, "coefficients", &count);
    if (x->shape.rank == 1)
        x = ncl_compose_unsqueeze(import, x, 0);
    const int64_t features = x->shape.rank == 2 ? x->shape.extent[1] : 0;
    if (!import->status && (features < 1 || !count || count % (size_t)features))
        ncl_import_wrong(import, "%zu coefficients of %lld features", count, (long long)features);
    if (import->status)
        return &import->nothing;
    struct ncl_tensor *filter = ncl_onnx_numbers(import, item, (int64_t)count / features, features);
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)}, {"filter", ncl_value_tensor(filter)},
                       {"bias", bias ? ncl_value_tensor(bias) : ncl_value_scalar(0)});
}

void ncl_onnx_linear_regressor(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_give_element(import, node, 0, ncl_onnx_transformed(import, node, linear_of(import, node)),
                            NCL_STORED_FLOAT32);
}

void ncl_onnx_linear_classifier(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_onnx_give_classes(import, node, linear_of(import, node), "classlabels_ints");
}

/* Maps of labels to scores: the scores themselves, a row for each. */
void ncl_onnx_zip_map(struct ncl_import *import, const struct ncl_import_node *node)
{
    ncl_import_pass(import, node, 0, ncl_import_value(import, node, 0));
}
