/* SPDX-License-Identifier: Apache-2.0 */
/* A candidate as text: the variant, and all of the problem that its time depends on. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emit/tuning.h"

struct line {
    char *text;
    size_t used;
};

static void line_add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line_add(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (line->used < NCL_CANDIDATE_TEXT) {
        const int length = vsnprintf(line->text + line->used, NCL_CANDIDATE_TEXT - line->used, format, args);
        line->used = length < 0 ? NCL_CANDIDATE_TEXT : line->used + (size_t)length;
    }
    va_end(args);
}

/* " stride 1x1x2x2" */
static void add_list(struct line *line, const char *what, const int64_t *item, int count)
{
    line_add(line, " %s", what);
    for (int i = 0; i < count; i++)
        line_add(line, "%s%lld", i ? "x" : " ", (long long)item[i]);
    if (count == 0)
        line_add(line, " -");
}

static void add_window(struct line *line, const struct ncl_window *window)
{
    static const char *const borders[] = {[NCL_BORDER_IGNORE] = "ignore",
                                          [NCL_BORDER_CONSTANT] = "constant",
                                          [NCL_BORDER_REPLICATE] = "replicate",
                                          [NCL_BORDER_REFLECT] = "reflect",
                                          [NCL_BORDER_REFLECT_EVEN] = "reflect-even"};
    add_list(line, "in", window->in.extent, window->rank);
    add_list(line, "out", window->out.extent, window->rank);
    add_list(line, "size", window->size, window->rank);
    add_list(line, "stride", window->stride, window->rank);
    add_list(line, "dilation", window->dilation, window->rank);
    add_list(line, "before", window->before, window->rank);
    add_list(line, "after", window->after, window->rank);
    line_add(line, " %s", borders[window->border]);
}

static void add_conv(struct line *line, const struct ncl_problem *problem)
{
    const struct ncl_conv *conv = &problem->conv;
    add_window(line, &conv->window);
    line_add(line, " groups %lld channels %lldx%lld", (long long)conv->groups, (long long)conv->in_channels,
             (long long)conv->out_channels);
}

static void add_pool(struct line *line, const struct ncl_problem *problem)
{
    add_window(line, &problem->pool.window);
    line_add(line, " %s", problem->pool.max ? "max" : problem->pool.normalize ? "mean" : "sum");
}

static void add_debox(struct line *line, const struct ncl_problem *problem)
{
    add_window(line, &problem->debox.window);
}

static void add_matrix(struct line *line, const char *name, const struct ncl_matrix *matrix, int rank)
{
    line_add(line, " %s %lldx%lld", name, (long long)matrix->row, (long long)matrix->column);
    add_list(line, "apart", matrix->batch, rank);
}

static void add_product(struct line *line, const struct ncl_problem *problem)
{
    const struct ncl_matmul *p = &problem->product;
    line_add(line, " %lldx%lldx%lld", (long long)p->m, (long long)p->n, (long long)p->k);
    add_list(line, "batch", p->extent, p->rank);
    add_matrix(line, p->a_constant ? "constant-a" : "a", &p->a, p->rank);
    add_matrix(line, p->b_constant ? "constant-b" : "b", &p->b, p->rank);
    add_matrix(line, "c", &p->c, p->rank);
}

static void add_attention(struct line *line, const struct ncl_problem *problem)
{
    const struct ncl_attention *a = &problem->attention;
    line_add(line, " %lldx%lldx%lldx%lld mask %d", (long long)a->queries, (long long)a->keys, (long long)a->depth,
             (long long)a->columns, a->masked);
    line_add(line, " q %lld k %lldx%lld v %lldx%lld y %lld", (long long)a->query.row, (long long)a->key.row,
             (long long)a->key.column, (long long)a->value.row, (long long)a->value.column, (long long)a->result.row);
    add_list(line, "batch", a->extent, a->rank);
}

static void add_norm(struct line *line, const struct ncl_problem *problem)
{
    static const char *const kinds[] = {
        [NCL_NORM_LAYER] = "layer", [NCL_NORM_RMS] = "rms", [NCL_NORM_LENGTH] = "length"};
    const struct ncl_norm *norm = &problem->norm;
    add_list(line, kinds[norm->kind], norm->input->shape.extent, norm->input->shape.rank);
    add_list(line, "reduced", norm->reduced.extent, norm->reduced.rank);
}

static void add_reduce(struct line *line, const struct ncl_problem *problem)
{
    const struct ncl_reduce *reduce = &problem->reduce;
    line_add(line, " kind %d", (int)reduce->kind);
    add_list(line, "in", reduce->input->shape.extent, reduce->input->shape.rank);
    add_list(line, "reduced", reduce->shape.extent, reduce->shape.rank);
}

static void add_softmax(struct line *line, const struct ncl_problem *problem)
{
    const struct ncl_softmax *softmax = &problem->softmax;
    add_list(line, "in", softmax->input->shape.extent, softmax->input->shape.rank);
    add_list(line, "reduced", softmax->reduced.extent, softmax->reduced.rank);
}

/* Moves and element-wise steps are bound by memory, whoever does them. */
static void (*const add_problem[NCL_FAMILY_COUNT])(struct line *line, const struct ncl_problem *problem) = {
    [NCL_FAMILY_CONV] = add_conv,   [NCL_FAMILY_DECONV] = add_conv,     [NCL_FAMILY_POOL] = add_pool,
    [NCL_FAMILY_DEBOX] = add_debox, [NCL_FAMILY_PRODUCT] = add_product, [NCL_FAMILY_ATTENTION] = add_attention,
    [NCL_FAMILY_NORM] = add_norm,   [NCL_FAMILY_REDUCE] = add_reduce,   [NCL_FAMILY_SOFTMAX] = add_softmax,
};

bool ncl_family_tunable(enum ncl_family family)
{
    return add_problem[family] != NULL;
}

static void add_feeder(struct line *line, const struct ncl_node *feeder)
{
    struct ncl_problem problem;
    feeder->op->problem(feeder, &problem);
    line_add(line, " behind");
    add_conv(line, &problem);
}

bool ncl_candidate_text(const struct ncl_variant *variant, const struct ncl_problem *problem,
                        char text[NCL_CANDIDATE_TEXT])
{
    struct line line = {.text = text};
    if (!add_problem[problem->family])
        return false;
    line_add(&line, "%s %s", variant->name, ncl_family_name(problem->family));
    add_problem[problem->family](&line, problem);
    if (variant->takes_feeder)
        add_feeder(&line, problem->node->feeder);
    return line.used < NCL_CANDIDATE_TEXT;
}
