/* SPDX-License-Identifier: Apache-2.0 */
/* Ensembles of trees: all trees of all rows go down one level at a time, by gathers from lists of nodes. */
#include "import/onnx/onnx_trees.h"

#include <stdio.h>
#include <string.h>

#include "import/compose_index.h"

#define MOST_LEVELS 256

struct ncl_tensor *ncl_onnx_numbers(struct ncl_import *import, const double *item, int64_t rows, int64_t columns)
{
    struct ncl_known *known = ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &(nnefcl_shape){2, {rows, columns}});
    if (!known) {
        ncl_import_refuse(import, "%lld times %lld numbers", (long long)rows, (long long)columns);
        return &import->nothing;
    }
    memcpy(known->real, item, known->count * sizeof *item);
    return ncl_import_constant(import, known);
}

/* ---- scores and labels ---- */

struct ncl_tensor *ncl_onnx_transformed(struct ncl_import *import, const struct ncl_import_node *node,
                                        struct ncl_tensor *scores)
{
    const char *how = ncl_import_string(import, node, "post_transform", "NONE");
    if (strcmp(how, "LOGISTIC") == 0)
        return ncl_compose_unary(import, "sigmoid", scores);
    if (strcmp(how, "SOFTMAX") == 0) {
        const int64_t last = scores->shape.rank - 1;
        return NCL_COMPOSE(import, "softmax", {"x", ncl_value_tensor(scores)},
                           {"axes", ncl_compose_integers(import, &last, 1)});
    }
    if (strcmp(how, "NONE") != 0)
        ncl_import_refuse(import, "the post_transform '%.40s'", how);
    return scores;
}

/* Of weights that are all positive a score is a share: the other label has the rest. */
static bool is_share(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t count;
    const double *weight = ncl_import_scalars(import, node, "class_weights", &count);
    for (size_t i = 0; i < count; i++)
        if (weight[i] < 0)
            return false;
    return true;
}

/* The scores of two labels by that of the second one. */
static struct ncl_tensor *both(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *score)
{
    const bool plain = strcmp(ncl_import_string(import, node, "post_transform", "NONE"), "LOGISTIC") != 0;
    struct ncl_tensor *pair[2];
    pair[1] = ncl_onnx_transformed(import, node, score);
    pair[0] = plain && !is_share(import, node)
                  ? ncl_compose_unary(import, "neg", pair[1])
                  : ncl_compose_binary(import, "sub", ncl_compose_number(import, 1), pair[1]);
    return ncl_compose_concat(import, pair, 2, 1);
}

const int64_t *ncl_onnx_labels(struct ncl_import *import, const struct ncl_import_node *node, const char *labels,
                               size_t *count)
{
    const int64_t *label = ncl_import_integers(import, node, labels, count);
    if (*count)
        return label;
    ncl_import_strings(import, node, "classlabels_strings", count);
    int64_t *number = *count ? NCL_NEW_ARRAY(&import->scratch, int64_t, *count) : NULL;
    if (!*count)
        ncl_import_refuse(import, "there are no labels");
    else if (!number)
        ncl_import_nomem(import);
    for (size_t i = 0; number && i < *count; i++)
        number[i] = (int64_t)i;
    return number;
}

static void warn_of_strings(struct ncl_import *import, const struct ncl_import_node *node, const char *labels)
{
    if (!ncl_import_attribute(node, labels))
        ncl_onnx_warn_of_strings(import);
}

void ncl_onnx_give_labels(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *scores,
                          const char *labels)
{
    static const int axis = 1;
    size_t count;
    const int64_t *label = ncl_onnx_labels(import, node, labels, &count);
    struct ncl_known *known = import->status ? NULL : ncl_known_integers(&import->scratch, label, count);
    if (!known)
        ncl_import_nomem(import);
    if (import->status)
        return;
    warn_of_strings(import, node, labels);
    struct ncl_tensor *best = ncl_compose_reduce(import, "argmax_reduce", scores, &axis, 1, false);
    best = NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_import_constant(import, known))},
                       {"indices", ncl_value_tensor(best)}, {"axis", ncl_value_integer(0)});
    ncl_import_give(import, node, 0, best);
}

void ncl_onnx_give_classes(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *scores,
                           const char *labels)
{
    size_t count;
    ncl_onnx_labels(import, node, labels, &count);
    if (import->status)
        return;
    const bool alone = scores->shape.extent[1] == 1 && count == 2;
    if (!alone && scores->shape.extent[1] != (int64_t)count)
        ncl_import_wrong(import, "%lld scores of %zu labels", (long long)scores->shape.extent[1], count);
    if (import->status)
        return;
    struct ncl_tensor *all = alone ? both(import, node, scores) : ncl_onnx_transformed(import, node, scores);
    ncl_onnx_give_labels(import, node, all, labels);
    ncl_import_give_element(import, node, 1, all, NCL_STORED_FLOAT32);
}

/* ---- trees ---- */

/* Nodes of all trees one behind the other, in the order of the file. */
struct trees {
    size_t count, roots;
    const int64_t *tree, *id, *yes_id, *no_id, *feature;
    const double *value;
    double *yes, *no, *root; /* places of nodes; a leaf is its own */
    const char *mode;        /* of all that are no leaves; NULL: there are none */
    int levels;
};

static bool is_leaf(const struct ncl_import_attribute *modes, size_t i)
{
    return strcmp(modes->string[i], "LEAF") == 0;
}

/* Where node `id` of a tree stands, whose nodes are those from `first` to `end`: as a rule at first + id. */
static double place_of(struct ncl_import *import, const struct trees *t, size_t first, size_t end, int64_t id)
{
    if (id >= 0 && (uint64_t)id < end - first && t->id[first + (size_t)id] == id)
        return (double)(first + (size_t)id);
    ncl_import_charge(import, end - first);
    for (size_t i = first; i < end; i++)
        if (t->id[i] == id)
            return (double)i;
    ncl_import_wrong(import, "a tree has no node %lld", (long long)id);
    return 0;
}

static const int64_t *integers(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                               size_t wanted)
{
    size_t count;
    const int64_t *list = ncl_import_integers(import, node, name, &count);
    if (!import->status && count != wanted)
        ncl_import_wrong(import, "'%s' has %zu items, there are %zu nodes", name, count, wanted);
    return list;
}

static bool read_lists(struct ncl_import *import, const struct ncl_import_node *node, struct trees *t)
{
    size_t values;
    t->id = ncl_import_integers(import, node, "nodes_nodeids", &t->count);
    t->tree = integers(import, node, "nodes_treeids", t->count);
    t->yes_id = integers(import, node, "nodes_truenodeids", t->count);
    t->no_id = integers(import, node, "nodes_falsenodeids", t->count);
    t->feature = integers(import, node, "nodes_featureids", t->count);
    t->value = ncl_import_scalars(import, node, "nodes_values", &values);
    const struct ncl_import_attribute *modes = ncl_import_attribute(node, "nodes_modes");
    if (!import->status && (!t->count || values != t->count || t->count > NCL_INDEX_MAX || !modes ||
                            modes->kind != NCL_ATTRIBUTE_STRINGS || modes->count != t->count))
        ncl_import_refuse(import, "thresholds or modes that are not in lists of as many as there are nodes");
    if (import->status)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        if (is_leaf(modes, i))
            continue;
        if (t->mode && strcmp(t->mode, modes->string[i]) != 0)
            ncl_import_refuse(import, "nodes that compare in different ways");
        t->mode = modes->string[i];
    }
    double *memory = ncl_arena_array(&import->scratch, 3 * t->count, sizeof *memory);
    if (!memory)
        ncl_import_nomem(import);
    t->yes = memory;
    t->no = memory ? memory + t->count : NULL;
    t->root = memory ? memory + 2 * t->count : NULL;
    return !import->status;
}

/* The longest way down from the first node; what points back to what was there would have no end. */
static int depth_of(struct ncl_import *import, const struct trees *t, size_t first, size_t end)
{
    int *depth = ncl_arena_array(&import->scratch, end - first, sizeof *depth), most = 0;
    if (!depth) {
        ncl_import_nomem(import);
        return 0;
    }
    memset(depth, 0, (end - first) * sizeof *depth);
    for (bool moved = true; moved && most < MOST_LEVELS && !import->status;) {
        moved = false;
        ncl_import_charge(import, end - first);
        for (size_t i = first; i < end; i++)
            for (int side = 0; side < 2; side++) {
                const size_t to = (size_t)(side ? t->yes[i] : t->no[i]);
                if (to == i || depth[to - first] > depth[i - first])
                    continue;
                depth[to - first] = depth[i - first] + 1;
                most = depth[to - first] > most ? depth[to - first] : most;
                moved = true;
            }
    }
    if (most >= MOST_LEVELS)
        ncl_import_refuse(import, "trees of more than %d levels", MOST_LEVELS);
    return most;
}

static void read_tree(struct ncl_import *import, struct trees *t, const struct ncl_import_attribute *modes,
                      size_t first, size_t end)
{
    for (size_t i = first; i < end && !import->status; i++) {
        const bool leaf = is_leaf(modes, i);
        t->yes[i] = leaf ? (double)i : place_of(import, t, first, end, t->yes_id[i]);
        t->no[i] = leaf ? (double)i : place_of(import, t, first, end, t->no_id[i]);
    }
    t->root[t->roots++] = place_of(import, t, first, end, 0);
    const int depth = import->status ? 0 : depth_of(import, t, first, end);
    t->levels = depth > t->levels ? depth : t->levels;
}

static bool read_trees(struct ncl_import *import, const struct ncl_import_node *node, struct trees *t, int64_t features)
{
    if (!read_lists(import, node, t))
        return false;
    for (size_t first = 0, end; first < t->count && !import->status; first = end) {
        for (end = first + 1; end < t->count && t->tree[end] == t->tree[first];)
            end++;
        read_tree(import, t, ncl_import_attribute(node, "nodes_modes"), first, end);
    }
    for (size_t i = 0; i < t->count && !import->status; i++)
        if (t->feature[i] < 0 || t->feature[i] >= features)
            ncl_import_wrong(import, "there are %lld features, a node compares number %lld", (long long)features,
                             (long long)t->feature[i]);
    return !import->status;
}

/* Items of a list by numbers of nodes, which are scalars. */
static struct ncl_tensor *pick(struct ncl_import *import, struct ncl_tensor *list, struct ncl_tensor *at)
{
    return NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(list)},
                       {"indices", ncl_value_tensor(ncl_compose_cast(import, at, NNEFCL_INTEGER))},
                       {"axis", ncl_value_integer(0)});
}

static struct ncl_tensor *column(struct ncl_import *import, const double *item, size_t count)
{
    struct ncl_tensor *list = ncl_onnx_numbers(import, item, 1, (int64_t)count);
    return ncl_compose_squeeze(import, list, 0);
}

static const char *comparison(struct ncl_import *import, const char *mode)
{
    static const char *const modes[][2] = {{"BRANCH_LEQ", "le"}, {"BRANCH_LT", "lt"}, {"BRANCH_GTE", "ge"},
                                           {"BRANCH_GT", "gt"},  {"BRANCH_EQ", "eq"}, {"BRANCH_NEQ", "ne"}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(mode, modes[i][0]) == 0)
            return modes[i][1];
    ncl_import_refuse(import, "the mode '%.40s'", mode);
    return "le";
}

/* The leaf of each row and tree, as places of nodes: [rows, trees]. */
static struct ncl_tensor *leaves_of(struct ncl_import *import, const struct trees *t, struct ncl_tensor *x)
{
    const int64_t rows = x->shape.extent[0], features = x->shape.extent[1], trees = (int64_t)t->roots;
    double *feature = ncl_arena_array(&import->scratch, t->count, sizeof *feature),
           *start = ncl_arena_array(&import->scratch, (size_t)rows, sizeof *start);
    if (!feature || !start || rows > NCL_INDEX_MAX / features) {
        ncl_import_refuse(import, "too many rows");
        return &import->nothing;
    }
    for (size_t i = 0; i < t->count; i++)
        feature[i] = (double)t->feature[i];
    for (int64_t i = 0; i < rows; i++)
        start[i] = (double)(i * features);
    struct ncl_tensor *at = ncl_compose_expand(import, ncl_onnx_numbers(import, t->root, 1, trees),
                                               &(nnefcl_shape){2, {rows, trees}}),
                      *values = ncl_compose_reshape(import, x, &(nnefcl_shape){1, {rows * features}}),
                      *begin = ncl_onnx_numbers(import, start, rows, 1), *of = column(import, feature, t->count),
                      *limit = column(import, t->value, t->count), *yes = column(import, t->yes, t->count),
                      *no = column(import, t->no, t->count);
    const char *op = t->mode ? comparison(import, t->mode) : "le";
    for (int i = 0; i < t->levels && !import->status; i++) {
        struct ncl_tensor *value = pick(import, values, ncl_compose_binary(import, "add", pick(import, of, at), begin));
        struct ncl_tensor *is = ncl_compose_binary(import, op, value, pick(import, limit, at));
        at = ncl_compose_select(import, is, pick(import, yes, at), pick(import, no, at));
    }
    return at;
}

/* What leaves weigh: [nodes, targets], by lists of trees, nodes, targets and weights. */
static struct ncl_tensor *weights_of(struct ncl_import *import, const struct ncl_import_node *node,
                                     const struct trees *t, const char *prefix, int64_t targets)
{
    char name[4][32];
    static const char *const part[] = {"treeids", "nodeids", "ids", "weights"};
    size_t count, weights;
    for (int i = 0; i < 4; i++)
        snprintf(name[i], sizeof name[i], "%s_%s", prefix, part[i]);
    const double *weight = ncl_import_scalars(import, node, name[3], &weights);
    const int64_t *tree = ncl_import_integers(import, node, name[0], &count),
                  *id = integers(import, node, name[1], count), *target = integers(import, node, name[2], count);
    if (!import->status && (count != weights || !count))
        ncl_import_refuse(import, "'%s' has %zu items, there are %zu leaves", name[3], weights, count);
    if (import->status || targets > (int64_t)NCL_KNOWN_MAX / (int64_t)t->count) {
        ncl_import_refuse(import, "%zu nodes with %lld targets", t->count, (long long)targets);
        return &import->nothing;
    }
    double *sum = ncl_arena_array(&import->scratch, t->count * (size_t)targets, sizeof *sum);
    if (!sum) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    memset(sum, 0, t->count * (size_t)targets * sizeof *sum);
    size_t first = 0, end = 0;
    for (size_t i = 0; i < count && !import->status; i++) {
        if (end == 0 || t->tree[first] != tree[i]) { /* trees stand in the same order, as a rule */
            for (first = end < t->count && t->tree[end] == tree[i] ? end : 0;
                 first < t->count && t->tree[first] != tree[i];)
                first++;
            for (end = first; end < t->count && t->tree[end] == tree[i];)
                end++;
            ncl_import_charge(import, end);
        }
        if (first == t->count || target[i] < 0 || target[i] >= targets)
            ncl_import_wrong(import, "a weight of tree %lld, target %lld", (long long)tree[i], (long long)target[i]);
        else
            sum[(size_t)place_of(import, t, first, end, id[i]) * (size_t)targets + (size_t)target[i]] += weight[i];
    }
    return ncl_onnx_numbers(import, sum, (int64_t)t->count, targets);
}

/* [rows, targets] */
static struct ncl_tensor *scores_of(struct ncl_import *import, const struct ncl_import_node *node, const char *prefix,
                                    int64_t targets, const char *aggregate)
{
    static const int axis = 1;
    struct ncl_tensor *x = ncl_import_number(import, node, 0);
    struct trees t = {0};
    if (!import->status && x->shape.rank == 1)
        x = ncl_compose_unsqueeze(import, x, 0);
    if (!import->status && x->shape.rank != 2)
        ncl_import_wrong(import, "its operand has rank %d", x->shape.rank);
    if (import->status || !read_trees(import, node, &t, x->shape.extent[1]))
        return &import->nothing;
    const bool mean = strcmp(aggregate, "AVERAGE") == 0;
    struct ncl_tensor *y = pick(import, weights_of(import, node, &t, prefix, targets), leaves_of(import, &t, x));
    if (import->status)
        return &import->nothing;
    y = ncl_compose_reduce(import,
                           strcmp(aggregate, "MIN") == 0   ? "min_reduce"
                           : strcmp(aggregate, "MAX") == 0 ? "max_reduce"
                           : mean                          ? "mean_reduce"
                                                           : "sum_reduce",
                           y, &axis, 1, false);
    size_t count;
    const double *base = ncl_import_scalars(import, node, "base_values", &count);
    if (!import->status && count > 1 && count != (size_t)targets)
        ncl_import_refuse(import, "%zu base values of %lld targets", count, (long long)targets);
    return count ? ncl_compose_binary(import, "add", y, ncl_onnx_numbers(import, base, 1, (int64_t)count)) : y;
}

void ncl_onnx_tree_regressor(struct ncl_import *import, const struct ncl_import_node *node)
{
    const int64_t targets = ncl_import_integer(import, node, "n_targets", 1);
    if (targets < 1 || targets > 1 << 20)
        ncl_import_wrong(import, "%lld targets", (long long)targets);
    if (import->status)
        return;
    struct ncl_tensor *y =
        scores_of(import, node, "target", targets, ncl_import_string(import, node, "aggregate_function", "SUM"));
    ncl_import_give_element(import, node, 0, ncl_onnx_transformed(import, node, y), NCL_STORED_FLOAT32);
}

/* Of two labels only one may have weights: the score is the second one's. */
void ncl_onnx_tree_classifier(struct ncl_import *import, const struct ncl_import_node *node)
{
    size_t labels, count;
    ncl_onnx_labels(import, node, "classlabels_int64s", &labels);
    const int64_t *of = ncl_import_integers(import, node, "class_ids", &count);
    bool alone = labels == 2;
    for (size_t i = 0; i < count && alone; i++)
        alone = of[i] == of[0];
    if (alone && count && of[0] != 0 && of[0] != 1)
        ncl_import_wrong(import, "a weight of target %lld", (long long)of[0]);
    if (import->status)
        return;
    struct ncl_tensor *scores = scores_of(import, node, "class", (int64_t)labels, "SUM");
    if (!import->status && alone)
        scores = ncl_compose_slice(import, scores, 1, count ? of[0] : 1, count ? of[0] + 1 : 2, 1);
    ncl_onnx_give_classes(import, node, scores, "classlabels_int64s");
}
