/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of detectors and of segmentation that forks have: PriorBox, Reorg, Interp, SPP, BatchReindex. */
#include <math.h>
#include <string.h>

#include "import/caffe/caffe.h"
#include "import/compose_resize.h"

/* ---- PriorBox: boxes around the centre of each place, and their variances; both do not depend on data ---- */

#define MAX_PRIORS 64 /* of a place */

struct priors {
    size_t count;
    double width[MAX_PRIORS], height[MAX_PRIORS];
    double image[2], step[2], offset; /* width, height */
};

static void add_prior(struct ncl_import *import, struct priors *p, double width, double height)
{
    if (p->count == MAX_PRIORS) {
        ncl_import_refuse(import, "more than %d boxes for each place", MAX_PRIORS);
        return;
    }
    p->width[p->count] = width;
    p->height[p->count++] = height;
}

/* Of each size: the square, one between it and the greater size, then those of other aspects, each of them once. */
static void read_sizes(struct ncl_import *import, const Caffe__PriorBox *from, struct priors *p)
{
    double aspect[MAX_PRIORS] = {1};
    size_t aspects = 1;
    for (size_t i = 0; i < from->n_aspect_ratio; i++) {
        bool there = false;
        for (size_t k = 0; k < aspects; k++)
            there |= fabs(from->aspect_ratio[i] - aspect[k]) < 1e-6;
        if (there || aspects + 2 > MAX_PRIORS || !(from->aspect_ratio[i] > 0))
            continue;
        aspect[aspects++] = from->aspect_ratio[i];
        if (from->flip)
            aspect[aspects++] = 1.0 / from->aspect_ratio[i];
    }
    for (size_t i = 0; i < from->n_min_size && !import->status; i++) {
        const double size = from->min_size[i];
        add_prior(import, p, size, size);
        if (from->n_max_size) {
            const double between = sqrt(size * from->max_size[i]);
            add_prior(import, p, between, between);
        }
        for (size_t k = 1; k < aspects; k++)
            add_prior(import, p, size * sqrt(aspect[k]), size / sqrt(aspect[k]));
    }
}

static double bounded(double x, bool clip)
{
    return clip ? fmin(fmax(x, 0), 1) : x;
}

static void fill_priors(const struct priors *p, const Caffe__PriorBox *from, int64_t rows, int64_t columns, double *box,
                        double *variance)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            for (size_t k = 0; k < p->count; k++, box += 4, variance += 4) {
                const double x = ((double)j + p->offset) * p->step[0], y = ((double)i + p->offset) * p->step[1];
                box[0] = bounded((x - p->width[k] / 2) / p->image[0], from->clip);
                box[1] = bounded((y - p->height[k] / 2) / p->image[1], from->clip);
                box[2] = bounded((x + p->width[k] / 2) / p->image[0], from->clip);
                box[3] = bounded((y + p->height[k] / 2) / p->image[1], from->clip);
                for (size_t c = 0; c < 4; c++)
                    variance[c] = from->n_variance == 0 ? 0.1 : from->variance[from->n_variance == 4 ? c : 0];
            }
}

void ncl_caffe_build_prior_box(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__PriorBox *from = ncl_caffe_layer(node)->prior_box_param;
    const nnefcl_shape *map = &ncl_import_value(import, node, 0)->shape,
                       *image = &ncl_import_value(import, node, 1)->shape;
    struct priors p = {.offset = from ? from->offset : 0.5};
    if (!import->status &&
        (!from || map->rank != 4 || image->rank != 4 || from->n_min_size == 0 ||
         (from->n_max_size && from->n_max_size != from->n_min_size) || (from->n_variance > 1 && from->n_variance != 4)))
        ncl_import_wrong(import, "its sizes, variances or operands are wrong");
    if (import->status)
        return;
    const double width = from->img_w ? from->img_w : from->img_size,
                 height = from->img_h ? from->img_h : from->img_size;
    p.image[0] = width > 0 ? width : (double)image->extent[3];
    p.image[1] = height > 0 ? height : (double)image->extent[2];
    p.step[0] = from->step_w > 0 ? from->step_w : from->step > 0 ? from->step : p.image[0] / (double)map->extent[3];
    p.step[1] = from->step_h > 0 ? from->step_h : from->step > 0 ? from->step : p.image[1] / (double)map->extent[2];
    read_sizes(import, from, &p);
    const int64_t all = map->extent[2] * map->extent[3] * (int64_t)p.count * 4;
    const nnefcl_shape shape = {.rank = 3, .extent = {1, 2, all}};
    struct ncl_known *known = import->status ? NULL : ncl_known_new(&import->scratch, NCL_STORED_FLOAT32, &shape);
    if (known)
        fill_priors(&p, from, map->extent[2], map->extent[3], known->real, known->real + all);
    if (known)
        ncl_import_give_known(import, node, 0, known);
    else
        ncl_import_refuse(import, "too many boxes");
}

/* ---- others ---- */

/* [n, c, h s, w s] to [n, s s c, h, w]: the place within a block goes in front of the channels. */
void ncl_caffe_build_reorg(struct ncl_import *import, const struct ncl_import_node *node)
{
    static const int order[] = {0, 3, 5, 1, 2, 4};
    const Caffe__Reorg *p = ncl_caffe_layer(node)->reorg_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t s = p ? p->stride : 2, *e = x->shape.extent;
    if (import->status)
        return;
    if (x->shape.rank != 4 || s < 1 || e[2] % s || e[3] % s || (p && p->reverse)) {
        ncl_import_refuse(import, "blocks of %lld, or the way back", (long long)s);
        return;
    }
    const nnefcl_shape apart = {.rank = 6, .extent = {e[0], e[1], e[2] / s, s, e[3] / s, s}},
                       joined = {.rank = 4, .extent = {e[0], e[1] * s * s, e[2] / s, e[3] / s}};
    x = ncl_compose_transpose(import, ncl_compose_reshape(import, x, &apart), order);
    ncl_import_give(import, node, 0, ncl_compose_reshape(import, x, &joined));
}

/* Linear, corners on corners; negative paddings crop. */
void ncl_caffe_build_interp(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Interp standard = CAFFE__INTERP__INIT, *given = ncl_caffe_layer(node)->interp_param,
                        *p = given ? given : &standard;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0);
    const int64_t fixed[] = {p->height, p->width}, begin = -(int64_t)p->pad_beg, end = -(int64_t)p->pad_end;
    struct ncl_resize resize;
    for (int i = 2; i < 4 && x->shape.rank == 4 && !import->status; i++) {
        const int64_t extent = x->shape.extent[i];
        if (begin < 0 || end < 0 || begin + end >= extent)
            ncl_import_refuse(import, "a border that is added");
        else if (begin + end > 0)
            x = ncl_compose_slice(import, x, i, begin, extent - end, 1);
    }
    resize = ncl_resize_of(&x->shape);
    resize.mode = NCL_RESIZE_LINEAR;
    resize.place = NCL_RESIZE_ALIGN_CORNERS;
    for (int i = 0; i < 2 && !import->status; i++) {
        const int64_t from = x->shape.rank == 4 ? x->shape.extent[i + 2] : 0, less = (int64_t)p->shrink_factor,
                      more = (int64_t)p->zoom_factor;
        int64_t to = less > 1 ? (from - 1) / less + 1 : from;
        to = more > 1 ? to + (to - 1) * (more - 1) : to;
        to = fixed[i] > 0 ? fixed[i] : to;
        if (from < 1 || to < 1 || to > (int64_t)NCL_KNOWN_MAX)
            ncl_import_wrong(import, "%lld elements of %lld", (long long)to, (long long)from);
        resize.out[i + 2] = to;
        resize.scale[i + 2] = (double)to / (double)(from > 0 ? from : 1);
    }
    if (!import->status)
        ncl_import_give(import, node, 0, ncl_compose_resize(import, x, &resize));
}

/* Pools of 1, 2 x 2, 4 x 4, ... windows over the whole plane, one behind the other. */
void ncl_caffe_build_spp(struct ncl_import *import, const struct ncl_import_node *node)
{
    const Caffe__Spp *p = ncl_caffe_layer(node)->spp_param;
    struct ncl_tensor *x = ncl_import_tensor(import, node, 0), *item[16];
    const size_t levels = p ? p->pyramid_height : 0;
    if (!import->status && (levels < 1 || levels > 16 || x->shape.rank != 4 || p->pool > CAFFE__POOLING__METHOD__AVE))
        ncl_import_refuse(import, "%zu levels of rank %d", levels, x->shape.rank);
    for (size_t l = 0; l < levels && !import->status; l++) {
        struct ncl_compose_window window = ncl_compose_window_of(2);
        const int64_t bins = (int64_t)1 << l;
        for (int i = 0; i < 2; i++) {
            const int64_t extent = x->shape.extent[i + 2];
            window.size[i] = window.stride[i] = (extent + bins - 1) / bins;
            window.before[i] = window.after[i] = (window.size[i] * bins - extent + 1) / 2;
        }
        window.ceil = true;
        item[l] = p->pool == CAFFE__POOLING__METHOD__MAX ? ncl_compose_max_pool(import, x, &window)
                                                         : ncl_compose_avg_pool(import, x, &window, true);
        const nnefcl_shape row = {
            .rank = 2, .extent = {x->shape.extent[0], ncl_shape_span(&item[l]->shape, 1, item[l]->shape.rank)}};
        if (levels > 1)
            item[l] = ncl_compose_reshape(import, item[l], &row);
    }
    if (!import->status)
        ncl_import_give(import, node, 0, levels > 1 ? ncl_compose_concat(import, item, levels, 1) : item[0]);
}

/* Rows by their numbers. */
void ncl_caffe_build_reindex(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *index = ncl_compose_cast(import, ncl_import_tensor(import, node, 1), NNEFCL_INTEGER);
    ncl_import_give(import, node, 0,
                    NCL_COMPOSE(import, "gather", {"input", ncl_value_tensor(ncl_import_tensor(import, node, 0))},
                                {"indices", ncl_value_tensor(index)}, {"axis", ncl_value_integer(0)}));
}
