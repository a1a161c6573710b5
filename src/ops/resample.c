/* SPDX-License-Identifier: Apache-2.0 */
/* nearest_downsample, area_downsample, nearest_upsample, multilinear_upsample (NNEF 4.3.4). The formula counts where
 * the informative fragments differ (A-UP-2), and a border is one of both neighbours (A-UP-3). */
#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "ops/pool.h"
#include "ops/resample.h"
#include "ops/window_line.h"

/* ---- checks ---- */

static nnefcl_status check_factor(struct ncl_infer *infer, struct ncl_node *node)
{
    const int rank = ncl_node_tensor(node, "input")->shape.rank;
    const size_t count = ncl_node_count(node, "factor");
    if (rank < 2 || count != (size_t)(rank - 2))
        return ncl_infer_error(infer, node, "'factor' has %zu items, the input of rank %d has %d spatial dimensions",
                               count, rank, rank < 2 ? 0 : rank - 2);
    for (size_t i = 0; i < count; i++)
        if (ncl_node_integer_at(node, "factor", i) <= 0)
            return ncl_infer_error(infer, node, "item %zu of 'factor' is %lld, it must be positive", i,
                                   (long long)ncl_node_integer_at(node, "factor", i));
    return NNEFCL_OK;
}

nnefcl_status ncl_downsample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_status status = check_factor(infer, node);
    if (status)
        return status;
    nnefcl_shape shape = ncl_node_tensor(node, "input")->shape;
    for (int i = 2; i < shape.rank; i++) {
        const int64_t factor = ncl_node_integer_at(node, "factor", (size_t)i - 2);
        if (shape.extent[i] % factor)
            return ncl_infer_error(infer, node, "the factor %lld does not divide the extent %lld of axis %d",
                                   (long long)factor, (long long)shape.extent[i], i);
        shape.extent[i] /= factor;
    }
    return ncl_infer_result(infer, node, 0, &shape);
}

nnefcl_status ncl_upsample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_status status = check_factor(infer, node);
    if (status)
        return status;
    nnefcl_shape shape = ncl_node_tensor(node, "input")->shape;
    for (int i = 2; i < shape.rank; i++)
        if (!ncl_mul_i64(shape.extent[i], ncl_node_integer_at(node, "factor", (size_t)i - 2), &shape.extent[i]))
            return ncl_infer_error(infer, node, "the factor %lld for the extent %lld of axis %d is too large",
                                   (long long)ncl_node_integer_at(node, "factor", (size_t)i - 2),
                                   (long long)shape.extent[i], i);
    return ncl_infer_result(infer, node, 0, &shape);
}

/* By enum ncl_resample_method. */
static const char *const methods[] = {"symmetric", "asymmetric", "aligned"};

static int find_method(const struct ncl_node *node)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(ncl_node_string(node, "method"), methods[i]) == 0)
            return i;
    return -1;
}

nnefcl_status ncl_multilinear_upsample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    if (find_method(node) < 0)
        return ncl_infer_error(infer, node, "method '%.40s' is none of 'symmetric', 'asymmetric', 'aligned'",
                               ncl_node_string(node, "method"));
    const nnefcl_status status = ncl_window_infer_border(infer, node, NCL_BORDERS_FILLED);
    return status ? status : ncl_upsample_infer(infer, node);
}

/* ---- problems ---- */

static void describe_resample(const struct ncl_node *node, enum ncl_resample_method method, enum ncl_border border,
                              struct ncl_problem *problem)
{
    *problem =
        (struct ncl_problem){.family = NCL_FAMILY_RESAMPLE,
                             .node = node,
                             .result = ncl_node_result(node, 0),
                             .resample = {.input = ncl_node_tensor(node, "input"), .method = method, .border = border}};
    problem->flops = method == NCL_RESAMPLE_NEAREST ? 0 : 3.0 * (double)ncl_shape_volume(&problem->result->shape);
}

/* y[o] = x[o s] and y[o] = x[floor(o / f)]: nearest, in both directions. */
void ncl_nearest_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    describe_resample(node, NCL_RESAMPLE_NEAREST, NCL_BORDER_CONSTANT, problem);
}

void ncl_multilinear_problem(const struct ncl_node *node, struct ncl_problem *problem)
{
    describe_resample(node, (enum ncl_resample_method)find_method(node), ncl_window_border(node), problem);
}

struct ncl_resample_line ncl_resample_line(enum ncl_resample_method method, int64_t in, int64_t out)
{
    const int64_t f = out / in;
    switch (method) {
    case NCL_RESAMPLE_NEAREST:
        return (struct ncl_resample_line){0, out < in ? in / out : 1, out < in ? 1 : f};
    case NCL_RESAMPLE_SYMMETRIC:
        return (struct ncl_resample_line){1 - f, 2, 2 * f};
    case NCL_RESAMPLE_ASYMMETRIC:
        return (struct ncl_resample_line){0, 1, f};
    default:
        return (struct ncl_resample_line){0, in - 1, out > 1 ? out - 1 : 1};
    }
}

/* area_downsample is the normalized box of size and stride `factor`. */
static struct ncl_pool area_pool(const struct ncl_node *node)
{
    struct ncl_pool pool = {.input = ncl_node_tensor(node, "input"), .normalize = true};
    struct ncl_window *window = &pool.window;
    window->rank = pool.input->shape.rank;
    window->border = NCL_BORDER_CONSTANT;
    window->in = pool.input->shape;
    window->out = ncl_node_result(node, 0)->shape;
    for (int i = 0; i < window->rank; i++) {
        window->dilation[i] = 1;
        window->size[i] = window->stride[i] = i < 2 ? 1 : ncl_node_integer_at(node, "factor", (size_t)i - 2);
    }
    return pool;
}

nnefcl_status ncl_area_downsample_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_pool pool = area_pool(node);
    return ncl_pool_choose(lower, node, &pool);
}

/* ---- definitions ---- */

/* The body of 4.3.4. */
void ncl_area_downsample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_pool pool = area_pool(node);
    ncl_pool_define(reference, node, &pool);
}

/* The bodies of 4.3.4: a box of size 1 and stride f reads input[i f] ... */
void ncl_nearest_downsample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        for (int i = 0; i < input->shape.rank; i++)
            from[i] = i < 2 ? at[i] : at[i] * ncl_node_integer_at(node, "factor", (size_t)i - 2);
        *y++ = x[ncl_position_index(&input->shape, from)];
    }
}

/* ... and of the sum of a debox of size and stride f, one term is left: input[(i - j) / f], where f divides i - j. */
void ncl_nearest_upsample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at)) {
        for (int i = 0; i < input->shape.rank; i++)
            from[i] = i < 2 ? at[i] : at[i] / ncl_node_integer_at(node, "factor", (size_t)i - 2);
        *y++ = x[ncl_position_index(&input->shape, from)];
    }
}

/* Where output i of an axis lies in the input: j(i) + u(i) of the three methods. A quotient of integers is exact where
 * it is an integer, so u is 0 there. An input of one element has nothing to align (A-UP-1). */
static double source(int method, int64_t i, int64_t f, int64_t x)
{
    switch (method) {
    case 0:
        return ((double)i - (double)(f - 1) / 2) / (double)f;
    case 1:
        return (double)i / (double)f;
    default: /* i / g(x) */
        return x == 1 ? 0 : (double)i * (double)(x - 1) / ((double)x * (double)f - 1);
    }
}

/* One of the 2^n neighbours of an output in n axes: its weight, and its index, negative outside. */
static double find_corner(const nnefcl_shape *shape, enum ncl_border border, const double *position, const int64_t *at,
                          unsigned corner, int64_t *index)
{
    int64_t from[NNEFCL_MAX_RANK];
    double weight = 1;
    bool outside = false;
    for (int i = 0; i < shape->rank; i++) {
        const double j = floor(position[i]), u = position[i] - j;
        const bool upper = i >= 2 && corner >> (i - 2) & 1;
        from[i] = i < 2 ? at[i] : ncl_line_border(border, (int64_t)j + upper, shape->extent[i]);
        weight *= i < 2 ? 1 : upper ? u : 1 - u;
        outside = outside || from[i] < 0;
    }
    *index = outside ? -1 : ncl_position_index(shape, from);
    return weight;
}

/* 4.3.4: output[i] = (1 - u) input~[j] + u input~[j + 1] in each axis; what has no weight is not read. A weight may be
 * as far off as a rounding of 1 is, so the error grows with the neighbours, whatever their weights. */
void ncl_multilinear_upsample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const nnefcl_shape *shape = &input->shape;
    const unsigned corners = 1u << (shape->rank - 2);
    const enum ncl_border border = ncl_window_border(node);
    const double *x = ncl_reference_in(reference, input);
    double *y = ncl_reference_out(reference, output);
    double *scale = ncl_reference_scale(
        reference, output, corners + 3 * (uint64_t)(shape->rank - 2)); /* u, 1 - u and a product in each axis */
    double position[NNEFCL_MAX_RANK] = {0};
    int64_t at[NNEFCL_MAX_RANK], index;
    for (bool more = ncl_position_first(&output->shape, at); more;
         more = ncl_position_next(&output->shape, at), y++, scale++) {
        for (int i = 2; i < shape->rank; i++)
            position[i] =
                source(find_method(node), at[i], ncl_node_integer_at(node, "factor", (size_t)i - 2), shape->extent[i]);
        for (unsigned corner = 0; corner < corners; corner++) {
            const double weight = find_corner(shape, border, position, at, corner, &index);
            if (index < 0 || weight == 0)
                continue;
            *y += weight * x[index];
            *scale = fmax(*scale, fabs(x[index]));
        }
    }
}
