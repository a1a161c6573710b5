/* SPDX-License-Identifier: Apache-2.0 */
/* After the body: variables find their files, and those without one their range of random values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "front/after_body.h"
#include "front/weights.h"

/* ---- files ---- */

/* "\" counts as "/", and a label that began with "/" has lost that in the container. */
static char *member_name(struct ncl_arena *arena, const char *label)
{
    while (*label == '/' || *label == '\\' || (label[0] == '.' && (label[1] == '/' || label[1] == '\\')))
        label += *label == '.' ? 2 : 1;
    char *name = ncl_arena_printf(arena, "%s.dat", label);
    for (char *c = name; c && *c; c++)
        if (*c == '\\')
            *c = '/';
    return name;
}

/* Finds the file; without one the variable's member stays SIZE_MAX. */
static nnefcl_status find_variable_member(struct ncl_build *build, struct ncl_variable *variable, struct ncl_loc at)
{
    bool ambiguous = false;
    const char *name = member_name(&build->scratch, variable->label);
    if (!name)
        return ncl_build_nomem(build);
    if (build->container)
        variable->member = ncl_container_find(build->container, name, &ambiguous);
    if (ambiguous)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "several files differ from '%.200s' only by case", name);
    return NNEFCL_OK;
}

/* "; did you mean 'conv1/filters.dat'?" */
static const char *file_meant(const struct ncl_build *build, const char *name, char text[NCL_NEAREST_TEXT])
{
    struct ncl_nearest nearest;
    ncl_nearest_begin(&nearest, name);
    for (size_t i = 0; build->container && i < ncl_container_count(build->container); i++)
        ncl_nearest_offer(&nearest, ncl_container_member(build->container, i)->name);
    return ncl_nearest_text(&nearest, text);
}

/* One line for all of them, at the first one. */
static nnefcl_status report_missing(struct ncl_build *build, const struct ncl_tensor *const *missing, size_t count)
{
    char meant[NCL_NEAREST_TEXT];
    const char *label = missing[0]->variable->label, *name = member_name(&build->scratch, label);
    const char *second = count > 1 ? member_name(&build->scratch, missing[1]->variable->label) : "";
    if (!name || !second)
        return ncl_build_nomem(build);
    file_meant(build, name, meant);
    if (count == 1)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, missing[0]->at,
                         "variable '%.150s' has no file ('%.150s'); --random-weights runs without%s", label, name,
                         meant);
    return ncl_error(build->diag, NNEFCL_ERR_MODEL, missing[0]->at,
                     "%zu of %zu variables have no file ('%.150s', '%.150s'%s); --random-weights runs without%s", count,
                     build->graph->variable_count, name, second, count > 2 ? ", ..." : "", meant);
}

nnefcl_status ncl_after_body_member(struct ncl_build *build, struct ncl_variable *variable, struct ncl_loc at)
{
    if (variable->member != SIZE_MAX)
        return NNEFCL_OK;
    const struct ncl_tensor alone = {.variable = variable, .at = at};
    const nnefcl_status status = find_variable_member(build, variable, at);
    if (status || (variable->member == SIZE_MAX && build->options->random_weights))
        return status;
    if (variable->member == SIZE_MAX)
        return report_missing(build, (const struct ncl_tensor *const[]){&alone}, 1);
    return ncl_weights_check(build->container, variable, build->options->compat, at, build->diag);
}

/* What a check had to say. */
struct remark {
    struct remark *next;
    nnefcl_severity severity;
    nnefcl_status status;
    const char *message;
};

struct file {
    const struct ncl_variable *variable;
    struct ncl_loc at;
    size_t place; /* in the document */
    struct remark *first, **last;
    struct ncl_build *build;
};

static int by_member(const void *a, const void *b)
{
    const struct file *left = a, *right = b;
    return (left->variable->member > right->variable->member) - (left->variable->member < right->variable->member);
}

static int by_place(const void *a, const void *b)
{
    const struct file *left = a, *right = b;
    return (left->place > right->place) - (left->place < right->place);
}

static void keep_remark(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    struct file *file = user;
    struct remark *remark = NCL_NEW(&file->build->scratch, struct remark);
    const char *message = remark ? ncl_arena_strdup(&file->build->scratch, diagnostic->message) : NULL;
    if (!message) {
        ncl_build_nomem(file->build);
        return;
    }
    *remark = (struct remark){NULL, severity, diagnostic->status, message};
    *file->last = remark;
    file->last = &remark->next;
}

static void tell_remarks(const struct file *file, struct ncl_diag *diag)
{
    for (const struct remark *remark = file->first; remark; remark = remark->next)
        if (remark->severity == NNEFCL_ERROR)
            ncl_error(diag, remark->status, file->at, "%s", remark->message);
        else if (remark->severity == NNEFCL_WARNING)
            ncl_warning(diag, file->at, "%s", remark->message);
        else
            ncl_note(diag, file->at, "%s", remark->message);
}

/* An archive is cheap to read in its own order, people read messages in that of the document: so the files are checked
 * in the one, and what there is to say is told in the other. */
static nnefcl_status check_files(struct ncl_build *build, struct file *file, size_t count)
{
    struct ncl_cursor *cursor;
    const unsigned before = build->diag->errors;
    nnefcl_status status = ncl_cursor_open(build->container, build->diag, &cursor);
    if (status)
        return status;
    qsort(file, count, sizeof *file, by_member);
    for (size_t i = 0; i < count && build->diag->errors == before; i++) {
        struct ncl_diag quiet;
        file[i].last = &file[i].first;
        ncl_diag_init(&quiet, NULL, keep_remark, &file[i], build->diag->strict);
        ncl_weights_check_with(cursor, build->container, file[i].variable, build->options->compat, file[i].at, &quiet);
    }
    ncl_cursor_free(cursor);
    if (build->diag->errors > before)
        return build->diag->status;
    qsort(file, count, sizeof *file, by_place);
    for (size_t i = 0; i < count && build->diag->errors < NCL_MAX_ERRORS; i++)
        tell_remarks(&file[i], build->diag);
    return build->diag->errors > before ? build->diag->status : NNEFCL_OK;
}

nnefcl_status ncl_after_body_files(struct ncl_build *build)
{
    const struct ncl_graph *graph = build->graph;
    struct file *file = NCL_NEW_ARRAY(&build->scratch, struct file, graph->variable_count);
    bool *seen = NCL_NEW_ARRAY(&build->scratch, bool, graph->variable_count);
    const struct ncl_tensor **missing =
        NCL_NEW_ARRAY(&build->scratch, const struct ncl_tensor *, graph->variable_count);
    nnefcl_status first = NNEFCL_OK;
    size_t count = 0, missing_count = 0;
    if (!file || !seen || !missing)
        return ncl_build_nomem(build);
    for (size_t i = 0; i < graph->tensor_count && build->diag->errors < NCL_MAX_ERRORS; i++) {
        const struct ncl_tensor *tensor = graph->tensor[i];
        if (tensor->role != NCL_ROLE_VARIABLE || seen[tensor->variable->index])
            continue;
        seen[tensor->variable->index] = true;
        const nnefcl_status status = find_variable_member(build, tensor->variable, tensor->at);
        first = first ? first : status;
        if (tensor->variable->member != SIZE_MAX)
            file[count++] = (struct file){.variable = tensor->variable, .at = tensor->at, .place = i, .build = build};
        else if (!status)
            missing[missing_count++] = tensor;
    }
    if (missing_count && !build->options->random_weights) {
        const nnefcl_status status = report_missing(build, missing, missing_count);
        first = first ? first : status;
    }
    if (count == 0)
        return first;
    const nnefcl_status status = check_files(build, file, count);
    return first ? first : status;
}

/* ---- random values: the range follows from the operation that reads the variable ---- */

static void set_random_range(const struct ncl_tensor *tensor, double low, double high)
{
    struct ncl_variable *variable = tensor->variable;
    if (tensor->role != NCL_ROLE_VARIABLE || variable->random_low != variable->random_high)
        return;
    variable->random_low = low;
    variable->random_high = high;
}

/* +-sqrt(6 / fan_in), He for uniform values. */
static void set_filter(const struct ncl_tensor *tensor, int64_t fan_in)
{
    const double limit = sqrt(6.0 / (fan_in > 0 ? (double)fan_in : 1));
    set_random_range(tensor, -limit, limit);
}

/* The variable behind a tensor that only shows it in another form. */
static const struct ncl_tensor *origin(const struct ncl_tensor *tensor)
{
    static const char *const shown[] = {"reshape", "transpose", "squeeze", "unsqueeze", "copy"};
    while (tensor->role != NCL_ROLE_VARIABLE && tensor->producer) {
        size_t i = 0;
        while (i < sizeof shown / sizeof *shown && !ncl_node_is(tensor->producer, shown[i]))
            i++;
        if (i == sizeof shown / sizeof *shown || tensor->producer->argument[0].kind != NCL_VALUE_TENSOR)
            break;
        tensor = tensor->producer->argument[0].tensor;
    }
    return tensor;
}

static void from_node(const struct ncl_node *node)
{
    const char *op = node->op->name;
    if (strcmp(op, "conv") == 0) {
        const struct ncl_tensor *filter = ncl_node_tensor(node, "filter");
        set_filter(origin(filter), ncl_shape_span(&filter->shape, 1, filter->shape.rank));
    } else if (strcmp(op, "deconv") == 0) {
        const struct ncl_tensor *filter = ncl_node_tensor(node, "filter");
        set_filter(origin(filter), filter->shape.rank ? filter->shape.extent[0] : 1);
    } else if (strcmp(op, "linear") == 0) {
        const struct ncl_tensor *filter = ncl_node_tensor(node, "filter");
        set_filter(origin(filter), filter->shape.rank ? filter->shape.extent[filter->shape.rank - 1] : 1);
    } else if (strcmp(op, "matmul") == 0) {
        const struct ncl_tensor *a = ncl_node_tensor(node, "A"), *b = ncl_node_tensor(node, "B");
        const int rank = a->shape.rank;
        const int64_t inner =
            rank < 2 ? 1 : a->shape.extent[ncl_node_logical(node, "transposeA") ? rank - 2 : rank - 1];
        set_filter(origin(a), inner);
        set_filter(origin(b), inner);
    } else if (strcmp(op, "batch_normalization") == 0) {
        set_random_range(origin(ncl_node_tensor(node, "variance")), 0.5, 1.5);
        set_random_range(origin(ncl_node_tensor(node, "scale")), 0.5, 1.5);
    }
}

void ncl_after_body_random(struct ncl_graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++)
        from_node(graph->node[i]);
    for (size_t i = 0; i < graph->tensor_count; i++)
        if (graph->tensor[i]->role == NCL_ROLE_VARIABLE)
            set_random_range(graph->tensor[i], -0.1, 0.1);
}
