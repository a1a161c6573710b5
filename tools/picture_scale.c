/* SPDX-License-Identifier: Apache-2.0 */
/* From pixels to the elements of an input: colours, size, and v = (pixel / 255 * scale - mean) / std. */
#include <math.h>
#include <stdlib.h>

#include "data.h"

/* ---- colours ---- */

/* A sample in 0..255, whatever its depth. */
static double sample(const struct picture *p, size_t y, size_t x, unsigned channel)
{
    size_t at = (y * p->width + x) * p->channels + (p->channels == 3 ? channel : 0);
    return p->depth == 16 ? ((const uint16_t *)p->samples)[at] / 257.0 : ((const uint8_t *)p->samples)[at];
}

/* Channel `c` of the tensor at a pixel: colours in the asked order, or grey by the weights of ITU-R BT.601. */
static double pixel(const struct picture *p, size_t y, size_t x, size_t c, size_t channels, bool bgr)
{
    if (channels == 3)
        return sample(p, y, x, (unsigned)(bgr ? 2 - c : c));
    if (p->channels == 1)
        return sample(p, y, x, 0);
    return 0.299 * sample(p, y, x, 0) + 0.587 * sample(p, y, x, 1) + 0.114 * sample(p, y, x, 2);
}

/* ---- one axis ---- */

/* Where the axis of the tensor lies: `to` pixels of a picture that is scaled from `from` to `scaled` and cropped. */
struct axis {
    size_t from, scaled, offset, to;
};

/* The pixels that a position is made of: a triangle around (i + 1/2) * from / scaled - 1/2, as wide as a pixel of the
 * larger of the two pictures, so that a reduction averages what it leaves out. Outside of the picture there is nothing:
 * the weights of what is inside add up to 1. */
struct taps {
    size_t first, count;
    double *weight;
};

static size_t most_taps(const struct axis *axis)
{
    return (size_t)(2 * ceil(fmax(1, (double)axis->from / (double)axis->scaled))) + 2;
}

static void find_taps(const struct axis *axis, size_t i, struct taps *taps)
{
    const double ratio = (double)axis->from / (double)axis->scaled, reach = fmax(1, ratio),
                 centre = ((double)(i + axis->offset) + 0.5) * ratio;
    const double low = fmax(floor(centre - reach), 0), high = fmin(ceil(centre + reach), (double)axis->from);
    double sum = 0;
    taps->first = (size_t)low;
    taps->count = (size_t)(high - low);
    for (size_t k = 0; k < taps->count; k++) {
        taps->weight[k] = fmax(0, 1 - fabs(((double)(taps->first + k) + 0.5 - centre) / reach));
        sum += taps->weight[k];
    }
    for (size_t k = 0; k < taps->count; k++)
        taps->weight[k] /= sum;
}

static struct taps *all_taps(const struct axis *axis)
{
    const size_t most = most_taps(axis);
    struct taps *taps = malloc(axis->to * (sizeof *taps + most * sizeof(double)));
    double *weights = taps ? (double *)(taps + axis->to) : NULL;
    for (size_t i = 0; taps && i < axis->to; i++) {
        taps[i].weight = weights + i * most;
        find_taps(axis, i, &taps[i]);
    }
    return taps;
}

/* ---- sizes ---- */

/* Plain --resize fits each axis for itself; with a crop the picture keeps its form: it covers the input, times `room`,
 * and what hangs over is cut off on both sides. */
static void place_axes(const struct picture *p, const struct layout *l, const struct image_options *o, struct axis *x,
                       struct axis *y)
{
    const double cover = fmax((double)l->width / (double)p->width, (double)l->height / (double)p->height) * o->room;
    *x = (struct axis){.from = p->width, .scaled = l->width, .to = l->width};
    *y = (struct axis){.from = p->height, .scaled = l->height, .to = l->height};
    if (!o->crop || (p->width == l->width && p->height == l->height))
        return;
    x->scaled = o->resize ? (size_t)fmax(round((double)p->width * cover), (double)l->width) : p->width;
    y->scaled = o->resize ? (size_t)fmax(round((double)p->height * cover), (double)l->height) : p->height;
    x->offset = (x->scaled - l->width) / 2;
    y->offset = (y->scaled - l->height) / 2;
}

/* ---- both axes ---- */

struct scaling {
    const struct picture *picture;
    const struct layout *layout;
    bool bgr;
    struct taps *columns, *rows;
    double *line; /* a row of the picture, as wide as the tensor */
    double *sum;  /* the tensor, channels last */
};

static void scale_line(const struct scaling *s, size_t y)
{
    const size_t channels = s->layout->channels;
    double *out = s->line;
    for (size_t x = 0; x < s->layout->width; x++)
        for (size_t c = 0; c < channels; c++) {
            const struct taps *taps = &s->columns[x];
            double value = 0;
            for (size_t k = 0; k < taps->count; k++)
                if (taps->weight[k] != 0)
                    value += taps->weight[k] * pixel(s->picture, y, taps->first + k, c, channels, s->bgr);
            *out++ = value;
        }
}

/* Each row of the picture is scaled once and added to the rows that it is part of. */
static void scale_rows(const struct scaling *s)
{
    const size_t row = s->layout->width * s->layout->channels, height = s->layout->height;
    size_t open = 0; /* rows of the tensor before it are done */
    for (size_t y = s->rows[0].first; y < s->picture->height && open < height; y++) {
        bool scaled = false;
        for (size_t i = open; i < height && s->rows[i].first <= y; i++) {
            if (y >= s->rows[i].first + s->rows[i].count || s->rows[i].weight[y - s->rows[i].first] == 0)
                continue;
            if (!scaled)
                scale_line(s, y);
            scaled = true;
            for (size_t k = 0; k < row; k++)
                s->sum[i * row + k] += s->rows[i].weight[y - s->rows[i].first] * s->line[k];
        }
        while (open < height && s->rows[open].first + s->rows[open].count <= y + 1)
            open++;
    }
}

static void store(const struct scaling *s, const struct image_options *o, float *out)
{
    const struct layout *l = s->layout;
    const double *sum = s->sum;
    for (size_t y = 0; y < l->height; y++)
        for (size_t x = 0; x < l->width; x++)
            for (size_t c = 0; c < l->channels; c++)
                out[y * l->row + x * l->column + c * l->channel] =
                    (float)((*sum++ / 255 * o->scale - o->mean[c]) / o->std[c]);
}

enum status picture_to_input(const struct picture *picture, const char *path, const struct layout *layout, size_t index,
                             const struct image_options *options, float *out, struct talk *talk)
{
    struct axis x, y;
    place_axes(picture, layout, options, &x, &y);
    const size_t row = layout->width * layout->channels;
    struct scaling s = {.picture = picture,
                        .layout = layout,
                        .bgr = options->bgr,
                        .columns = all_taps(&x),
                        .rows = all_taps(&y),
                        .line = calloc(row, sizeof(double)),
                        .sum = calloc(row * layout->height, sizeof(double))};
    const bool room = s.columns && s.rows && s.line && s.sum;
    if (room) {
        scale_rows(&s);
        store(&s, options, out + index * layout->image);
    }
    free(s.columns);
    free(s.rows);
    free(s.line);
    free(s.sum);
    return room ? STATUS_OK : talk_fail(talk, STATUS_LIMIT, "%s: out of memory", path);
}
