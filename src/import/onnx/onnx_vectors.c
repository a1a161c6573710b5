/* SPDX-License-Identifier: Apache-2.0 */
/* ai.onnx.ml: support vectors. */
#include <string.h>

#include "import/onnx/onnx_trees.h"

/* k(x, v) of all vectors, [rows, vectors]: x v, exp(-gamma |x - v|^2), (gamma x v + c)^degree, tanh(gamma x v + c). */
static struct ncl_tensor *kernel_of(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *x,
                                    const double *vector, int64_t count)
{
    const char *type = ncl_import_string(import, node, "kernel_type", "LINEAR");
    const int64_t features = x->shape.extent[1];
    size_t params;
    const double *p = ncl_import_scalars(import, node, "kernel_params", &params);
    if (strcmp(type, "LINEAR") != 0 && params != 3)
        ncl_import_wrong(import, "'kernel_params' has %zu items, not 3", params);
    struct ncl_tensor *filter = ncl_onnx_numbers(import, vector, count, features);
    struct ncl_tensor *y = NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(x)},
                                       {"filter", ncl_value_tensor(filter)}, {"bias", ncl_value_scalar(0)});
    if (import->status || strcmp(type, "LINEAR") == 0)
        return y;
    if (strcmp(type, "RBF") == 0) {
        static const int last = 2;
        x = ncl_compose_unsqueeze(import, x, 1);
        filter = ncl_compose_unsqueeze(import, filter, 0);
        y = ncl_compose_unary(import, "sqr", ncl_compose_binary(import, "sub", x, filter));
        y = ncl_compose_reduce(import, "sum_reduce", y, &last, 1, false);
        return ncl_compose_unary(import, "exp", ncl_compose_with(import, "mul", y, -p[0]));
    }
    y = ncl_compose_with(import, "add", ncl_compose_with(import, "mul", y, p[0]), p[1]);
    if (strcmp(type, "POLY") == 0)
        return ncl_compose_with(import, "pow", y, p[2]);
    if (strcmp(type, "SIGMOID") != 0)
        ncl_import_refuse(import, "the kernel '%.40s'", type);
    return ncl_compose_unary(import, "tanh", y);
}

void ncl_onnx_svm_regressor(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t count = ncl_import_integer(import, node, "n_supports", 0);
    size_t coefficients, vectors, rhos;
    const double *c = ncl_import_scalars(import, node, "coefficients", &coefficients),
                 *v = ncl_import_scalars(import, node, "support_vectors", &vectors),
                 *rho = ncl_import_scalars(import, node, "rho", &rhos);
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    if (ncl_import_integer(import, node, "one_class", 0) != 0 || count < 1)
        ncl_import_refuse(import, "a model of one class, or without vectors");
    else if (x->shape.rank != 2 || coefficients != (size_t)count || rhos != 1 ||
             vectors / coefficients != (size_t)x->shape.extent[1])
        ncl_import_wrong(import, "vectors or coefficients that do not fit each other");
    if (import->status)
        return;
    struct ncl_tensor *k = kernel_of(import, node, x, v, count), *weights = ncl_onnx_numbers(import, c, 1, count);
    k = NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(k)}, {"filter", ncl_value_tensor(weights)},
                    {"bias", ncl_value_scalar(rho[0])});
    ncl_import_give_element(import, node, 0, ncl_onnx_transformed(import, node, k), NCL_STORED_FLOAT32);
}

/* ---- classes: a score for each pair of them ---- */

#define MOST_CLASSES 256

struct classes {
    int64_t count, vectors,
        first[MOST_CLASSES + 1]; /* the vectors of class i are those from first[i] to first[i + 1] */
    const double *coefficient;   /* [classes - 1, vectors] */
    size_t pairs;
};

static bool read_classes(struct ncl_import *import, const struct ncl_import_node *node, struct classes *classes)
{
    size_t labels, parts, coefficients, rhos;
    const int64_t *part = ncl_import_integers(import, node, "vectors_per_class", &parts);
    ncl_onnx_labels(import, node, "classlabels_ints", &labels);
    classes->coefficient = ncl_import_scalars(import, node, "coefficients", &coefficients);
    ncl_import_scalars(import, node, "rho", &rhos);
    classes->count = (int64_t)labels;
    if (!parts)
        ncl_import_refuse(import, "a model without vectors");
    else if (labels < 2 || labels > MOST_CLASSES || parts != labels)
        ncl_import_wrong(import, "%zu labels, vectors of %zu", labels, parts);
    classes->first[0] = 0;
    for (size_t i = 0; i < parts && !import->status; i++) {
        if (part[i] < 0 || part[i] > (int64_t)NCL_KNOWN_MAX)
            ncl_import_wrong(import, "%lld vectors", (long long)part[i]);
        classes->first[i + 1] = classes->first[i] + (import->status ? 0 : part[i]);
    }
    classes->vectors = import->status ? 0 : classes->first[parts];
    classes->pairs = labels * (labels - 1) / 2;
    if (!import->status &&
        (classes->vectors < 1 || rhos != classes->pairs || coefficients != (labels - 1) * (size_t)classes->vectors))
        ncl_import_wrong(import, "vectors or coefficients that do not fit each other");
    return !import->status;
}

/* Weights of all vectors for the pair of classes i < j: those of i count as it meets j, and the other way. */
static void pair_weights(const struct classes *classes, int64_t i, int64_t j, double *row)
{
    for (int64_t v = classes->first[i]; v < classes->first[i + 1]; v++)
        row[v] = classes->coefficient[(j - 1) * classes->vectors + v];
    for (int64_t v = classes->first[j]; v < classes->first[j + 1]; v++)
        row[v] = classes->coefficient[i * classes->vectors + v];
}

/* What is above 0 is for the first class of the pair. */
static struct ncl_tensor *pair_scores(struct ncl_import *import, const struct ncl_import_node *node,
                                      const struct classes *classes)
{
    size_t vectors, rhos;
    const double *v = ncl_import_scalars(import, node, "support_vectors", &vectors),
                 *rho = ncl_import_scalars(import, node, "rho", &rhos);
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    const int64_t rows = (int64_t)classes->pairs;
    double *weight = ncl_arena_array(&import->scratch, classes->pairs * (size_t)classes->vectors, sizeof *weight),
           *at = weight;
    if (!import->status &&
        (x->shape.rank != 2 || vectors != (size_t)classes->vectors * (size_t)x->shape.extent[1] || !weight))
        ncl_import_wrong(import, "vectors that do not fit the operand");
    if (import->status)
        return &import->nothing;
    for (int64_t i = 0; i < classes->count; i++)
        for (int64_t j = i + 1; j < classes->count; j++, at += classes->vectors)
            pair_weights(classes, i, j, at);
    struct ncl_tensor *k = kernel_of(import, node, x, v, classes->vectors),
                      *filter = ncl_onnx_numbers(import, weight, rows, classes->vectors);
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(k)}, {"filter", ncl_value_tensor(filter)},
                       {"bias", ncl_value_tensor(ncl_onnx_numbers(import, rho, 1, rows))});
}

/* How many pairs each class wins, [rows, classes]: won (first - second) + all of which it is the second. */
static struct ncl_tensor *votes_of(struct ncl_import *import, const struct classes *classes, struct ncl_tensor *scores)
{
    const size_t classes_count = (size_t)classes->count;
    double *sign = ncl_arena_array(&import->scratch, classes_count * classes->pairs, sizeof *sign),
           *second = ncl_arena_array(&import->scratch, classes_count, sizeof *second);
    size_t pair = 0;
    if (!sign || !second) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (size_t i = 0; i < classes_count; i++)
        for (size_t j = i + 1; j < classes_count; j++, pair++) {
            sign[i * classes->pairs + pair] = 1;
            sign[j * classes->pairs + pair] = -1;
            second[j]++;
        }
    struct ncl_tensor *won = ncl_compose_cast(import, ncl_compose_with(import, "gt", scores, 0), NNEFCL_SCALAR),
                      *filter = ncl_onnx_numbers(import, sign, classes->count, (int64_t)classes->pairs),
                      *bias = ncl_onnx_numbers(import, second, 1, classes->count);
    return NCL_COMPOSE(import, "linear", {"input", ncl_value_tensor(won)}, {"filter", ncl_value_tensor(filter)},
                       {"bias", ncl_value_tensor(bias)});
}

/* The share of the first of each pair: the logistic function of -(a s + b), with numbers for each. */
static struct ncl_tensor *pair_shares(struct ncl_import *import, const struct ncl_import_node *node,
                                      const struct classes *classes, struct ncl_tensor *scores)
{
    size_t slopes, offsets;
    const int64_t pairs = (int64_t)classes->pairs;
    const double *a = ncl_import_scalars(import, node, "prob_a", &slopes),
                 *b = ncl_import_scalars(import, node, "prob_b", &offsets);
    if (!import->status && (slopes != classes->pairs || offsets != slopes))
        ncl_import_wrong(import, "%zu and %zu numbers for the shares of %zu pairs", slopes, offsets, classes->pairs);
    if (import->status)
        return &import->nothing;
    scores = ncl_compose_binary(import, "mul", scores, ncl_onnx_numbers(import, a, 1, pairs));
    scores = ncl_compose_binary(import, "add", scores, ncl_onnx_numbers(import, b, 1, pairs));
    return ncl_compose_unary(import, "sigmoid", ncl_compose_unary(import, "neg", scores));
}

void ncl_onnx_svm_classifier(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct classes classes;
    size_t shares;
    if (!read_classes(import, node, &classes))
        return;
    struct ncl_tensor *scores = pair_scores(import, node, &classes), *votes = votes_of(import, &classes, scores);
    ncl_import_scalars(import, node, "prob_a", &shares);
    if (strcmp(ncl_import_string(import, node, "post_transform", "NONE"), "NONE") != 0)
        ncl_import_refuse(import, "a post_transform of pairs");
    struct ncl_tensor *both[2] = {ncl_compose_unary(import, "neg", scores), scores};
    if (shares)
        scores = ncl_onnx_shares(import, pair_shares(import, node, &classes, scores), classes.count);
    else if (classes.count == 2 && !import->status)
        scores = ncl_compose_concat(import, both, 2, 1);
    ncl_onnx_give_labels(import, node, votes, "classlabels_ints");
    ncl_import_give_element(import, node, 1, scores, NCL_STORED_FLOAT32);
}
