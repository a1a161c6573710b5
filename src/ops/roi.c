/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of interest (NNEF 4.6). Coordinates are in the order of the axes, (y0, x0, y1, x1) (A-ROI-6); pooling rounds
 * them, x.5 up (A-ROI-2).
 *
 * avg_roi_pool, max_roi_pool: cell i starts at y0 + i s, the c in the text is a misprint for the corner (A-ROI-1). Of
 * cells that reach beyond the map, and of empty regions, the text says nothing: what lies outside is left out, no value
 * at all gives 0 (A-ROI-3). roi_resample: the interpolation of multilinear_upsample with the factor h / r, relative to
 * the corner, clamped to the map (A-ROI-4). The *_roi_align are expanded from their bodies. A batch index that the
 * input lacks gives 0. */
#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "emit/lower.h"
#include "emit/reference.h"

#define AXES (NNEFCL_MAX_RANK - 2)
#define RUN  16 /* outputs of a task on a CPU */

static nnefcl_status check_sizes(struct ncl_infer *infer, struct ncl_node *node, const char *name, int spatial)
{
    if (ncl_node_count(node, name) != (size_t)spatial)
        return ncl_infer_error(infer, node, "'%s' has %zu items, the input has %d spatial dimensions", name,
                               ncl_node_count(node, name), spatial);
    for (int i = 0; i < spatial; i++)
        if (ncl_node_integer_at(node, name, (size_t)i) <= 0)
            return ncl_infer_error(infer, node, "item %d of '%s' is %lld, it must be positive", i, name,
                                   (long long)ncl_node_integer_at(node, name, (size_t)i));
    return NNEFCL_OK;
}

/* (N, 2 M) coordinates and (N, 1) batch indices for M spatial dimensions; trailing singular extents do not matter. */
static nnefcl_status check_regions(struct ncl_infer *infer, struct ncl_node *node, int spatial)
{
    const nnefcl_shape *rois = &ncl_node_tensor(node, "rois")->shape,
                       *index = &ncl_node_tensor(node, "batch_index")->shape;
    char text[NCL_SHAPE_TEXT];
    if (rois->rank != 2 || rois->extent[1] != 2 * spatial)
        return ncl_infer_error(infer, node, "'rois' has shape %s, it must be (N,%d) for %d spatial dimensions",
                               ncl_shape_text(rois, text), 2 * spatial, spatial);
    if (index->rank < 1 || index->extent[0] != rois->extent[0] || ncl_shape_volume(index) != rois->extent[0])
        return ncl_infer_error(infer, node, "'batch_index' has shape %s, it must be (%lld,1)",
                               ncl_shape_text(index, text), (long long)rois->extent[0]);
    return NNEFCL_OK;
}

static const char *const methods[] = {"symmetric", "asymmetric", "aligned"};

static int roi_method(const struct ncl_node *node)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(ncl_node_string(node, "method"), methods[i]) == 0)
            return i;
    return -1;
}

nnefcl_status ncl_roi_pool_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    const nnefcl_shape *input = &ncl_node_tensor(node, "input")->shape;
    const int spatial = input->rank - 2;
    if (spatial < 1)
        return ncl_infer_error(infer, node, "the input has rank %d, it needs a spatial dimension", input->rank);
    nnefcl_status status = check_sizes(infer, node, "output_size", spatial);
    if (!status)
        status = check_regions(infer, node, spatial);
    if (status)
        return status;
    nnefcl_shape output = *input;
    output.extent[0] = ncl_node_tensor(node, "rois")->shape.extent[0];
    for (int i = 0; i < spatial; i++)
        output.extent[2 + i] = ncl_node_integer_at(node, "output_size", (size_t)i);
    return ncl_infer_result(infer, node, 0, &output);
}

nnefcl_status ncl_roi_resample_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    if (roi_method(node) < 0)
        return ncl_infer_error(infer, node, "method '%.40s' is none of 'symmetric', 'asymmetric', 'aligned'",
                               ncl_node_string(node, "method"));
    return ncl_roi_pool_infer(infer, node);
}

/* ---- kernels ---- */

static void roi_emit_spatial(struct ncl_emit *step, const char *name, const nnefcl_shape *shape)
{
    for (int i = shape->rank - 2; i < AXES; i++)
        ncl_step_size(step, name, 1);
    ncl_step_sizes(step, name, shape->extent + 2, (size_t)(shape->rank - 2));
}

/* What both kernels have: tensors, sizes, tasks. */
static nnefcl_status roi_emit(struct ncl_lower *lower, const struct ncl_node *node, struct ncl_emit *step)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const int64_t count = ncl_shape_volume(&output->shape), run = lower->plan->target.cpu ? RUN : 1;
    ncl_step_in(step, ncl_lower_tensor(lower, input));
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "rois")));
    ncl_step_in(step, ncl_lower_tensor(lower, ncl_node_tensor(node, "batch_index")));
    ncl_step_out(step, ncl_lower_tensor(lower, output));
    ncl_step_size(step, "COUNT", count);
    ncl_step_size(step, "RUN", run);
    ncl_step_size(step, "BATCH", input->shape.extent[0]);
    ncl_step_size(step, "CHANNELS", input->shape.extent[1]);
    ncl_step_size(step, "SPATIAL", input->shape.rank - 2);
    roi_emit_spatial(step, "IN", &input->shape);
    roi_emit_spatial(step, "OUT", &output->shape);
    return ncl_step_end(step, ncl_ceil_div(count, run));
}

nnefcl_status ncl_roi_pool_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_emit *step = ncl_step_begin(lower, "roi_pool");
    ncl_step_define_int(step, "MAX", node->op->variant);
    return roi_emit(lower, node, step);
}

nnefcl_status ncl_roi_resample_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    struct ncl_emit *step = ncl_step_begin(lower, "roi_resample");
    ncl_step_define_int(step, "METHOD", roi_method(node));
    return roi_emit(lower, node, step);
}

/* ---- the definition ---- */

/* A region of a batch item that the input lacks gives zeros, which are there already. */
static bool find_item(const struct ncl_reference *reference, const struct ncl_node *node, int64_t region, int64_t *item)
{
    const double index = ncl_reference_in(reference, ncl_node_tensor(node, "batch_index"))[region];
    *item = ncl_int64_of(index);
    return index >= 0 && index < (double)ncl_node_tensor(node, "input")->shape.extent[0];
}

/* A coordinate as the kernel reads it: NaN is 0, what is far out as good as 2^28. */
static double nearest(double x)
{
    return isnan(x) ? 0 : fmin(fmax(floor(x + 0.5), -0x1p28), 0x1p28);
}

/* Cell `i` of `cells` between the rounded coordinates, as far as it lies within an axis of `extent` elements. */
static void find_cell(double lo, double hi, int64_t i, int64_t cells, int64_t extent, int64_t *first, int64_t *count)
{
    const int64_t corner = ncl_int64_of(nearest(lo)), length = ncl_int64_of(fmax(nearest(hi) - nearest(lo), 0));
    const int64_t begin = corner + i * (length / cells), end = begin + ncl_ceil_div(length, cells);
    *first = begin < 0 ? 0 : begin;
    *count = (end > extent ? extent : end) - *first;
}

void ncl_roi_pool_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input),
                 *rois = ncl_reference_in(reference, ncl_node_tensor(node, "rois"));
    const int spatial = input->shape.rank - 2;
    const bool max = node->op->variant;
    double *y = ncl_reference_out(reference, output),
           *scale =
               max ? NULL
                   : ncl_reference_scale(reference, output, (uint64_t)ncl_shape_span(&input->shape, 2, spatial + 2));
    int64_t at[NNEFCL_MAX_RANK], within[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK], first[NNEFCL_MAX_RANK], i = 0;
    for (bool more = ncl_position_first(&output->shape, at); more; more = ncl_position_next(&output->shape, at), i++) {
        nnefcl_shape cell = {.rank = input->shape.rank, .extent = {1, 1}};
        const double *corner = rois + at[0] * 2 * spatial;
        bool some = find_item(reference, node, at[0], &first[0]);
        first[1] = at[1];
        for (int k = 0; k < spatial; k++) {
            find_cell(corner[k], corner[k + spatial], at[k + 2], output->shape.extent[k + 2],
                      input->shape.extent[k + 2], &first[k + 2], &cell.extent[k + 2]);
            some = some && cell.extent[k + 2] > 0;
        }
        if (!some)
            continue;
        const double count = (double)ncl_shape_volume(&cell);
        if (max)
            y[i] = -(double)INFINITY;
        for (bool next = ncl_position_first(&cell, within); next; next = ncl_position_next(&cell, within)) {
            for (int k = 0; k < cell.rank; k++)
                from[k] = first[k] + within[k];
            const double v = x[ncl_position_index(&input->shape, from)];
            if (max) {
                y[i] = v > y[i] || isnan(v) ? v : y[i];
                continue;
            }
            y[i] += v / count;
            scale[i] += fabs(v) / count;
        }
    }
}

/* Where output o of `cells` lies in the input: the corner, and the source position of 4.3.4 for an input of r and a
 * factor of cells / r. */
static double roi_position(int method, double lo, double hi, int64_t o, int64_t cells, int64_t extent)
{
    const double r = hi - lo, h = (double)cells;
    const double t[] = {((double)o + 0.5) * r / h - 0.5, (double)o * r / h,
                        cells > 1 ? (double)o * (r - 1) / (h - 1) : 0};
    return isnan(lo + t[method]) ? 0 : fmin(fmax(lo + t[method], 0), (double)(extent - 1));
}

/* Positions round like the coordinates they are made of, and a position that is off changes the result by as many
 * neighbours: the scale. */
void ncl_roi_resample_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    const struct ncl_tensor *input = ncl_node_tensor(node, "input"), *output = ncl_node_result(node, 0);
    const double *x = ncl_reference_in(reference, input),
                 *rois = ncl_reference_in(reference, ncl_node_tensor(node, "rois"));
    const int spatial = input->shape.rank - 2, method = roi_method(node);
    double *y = ncl_reference_out(reference, output), *scale = ncl_reference_scale(reference, output, 1u << spatial);
    int64_t at[NNEFCL_MAX_RANK], from[NNEFCL_MAX_RANK];
    for (bool more = ncl_position_first(&output->shape, at); more;
         more = ncl_position_next(&output->shape, at), y++, scale++) {
        const double *corner = rois + at[0] * 2 * spatial;
        double position[NNEFCL_MAX_RANK], far = 1, largest = 0;
        const bool there = find_item(reference, node, at[0], &from[0]);
        from[1] = at[1];
        for (int k = 0; k < spatial; k++) {
            position[k] = roi_position(method, corner[k], corner[k + spatial], at[k + 2], output->shape.extent[k + 2],
                                       input->shape.extent[k + 2]);
            far += fabs(corner[k]) + fabs(corner[k + spatial]);
        }
        for (unsigned bits = 0; there && bits < 1u << spatial; bits++) {
            double weight = 1;
            for (int k = 0; k < spatial; k++) {
                const double j = floor(position[k]), u = position[k] - j;
                const bool upper = bits >> k & 1 && ncl_int64_of(j) + 1 < input->shape.extent[k + 2];
                from[k + 2] = ncl_int64_of(j) + upper;
                weight *= bits >> k & 1 ? u : 1 - u;
            }
            const double v = x[ncl_position_index(&input->shape, from)];
            *y += weight != 0 ? weight * v : 0;
            largest = isfinite(v) ? fmax(largest, fabs(v)) : largest;
        }
        *scale = far * largest;
    }
}
