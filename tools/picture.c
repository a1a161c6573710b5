/* From pixels to the elements of an input. */
#include <math.h>

#include "data.h"

/* How the tensor lies: strides of row, column and channel in elements. */
struct layout {
    size_t width, height, channels, row, column, channel;
};

/* [1,C,H,W], or [1,H,W,C] when only the last extent is 1 or 3. */
static bool find_layout(const nnefcl_shape *shape, struct layout *l)
{
    const int64_t *e = shape->extent;
    if (shape->rank != 4 || e[0] != 1)
        return false;
    if (e[1] == 1 || e[1] == 3) {
        *l = (struct layout){.width = (size_t)e[3],
                             .height = (size_t)e[2],
                             .channels = (size_t)e[1],
                             .row = (size_t)e[3],
                             .column = 1,
                             .channel = (size_t)e[2] * (size_t)e[3]};
        return true;
    }
    *l = (struct layout){.width = (size_t)e[2],
                         .height = (size_t)e[1],
                         .channels = (size_t)e[3],
                         .row = (size_t)e[2] * (size_t)e[3],
                         .column = (size_t)e[3],
                         .channel = 1};
    return e[3] == 1 || e[3] == 3;
}

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

/* The two neighbours of position (i + 1/2) * from / to - 1/2, and the weight of the second; positions outside stand on
 * the edge. */
static void neighbours(size_t i, size_t from, size_t to, size_t *first, size_t *second, double *weight)
{
    double at = fmin(fmax(((double)i + 0.5) * (double)from / (double)to - 0.5, 0), (double)(from - 1));
    *first = (size_t)at;
    *second = *first + 1 < from ? *first + 1 : *first;
    *weight = at - (double)*first;
}

static double resized(const struct picture *p, const struct layout *l, size_t y, size_t x, size_t c, bool bgr)
{
    size_t y0, y1, x0, x1;
    double wy, wx;
    neighbours(y, p->height, l->height, &y0, &y1, &wy);
    neighbours(x, p->width, l->width, &x0, &x1, &wx);
    double top = (1 - wx) * pixel(p, y0, x0, c, l->channels, bgr) + wx * pixel(p, y0, x1, c, l->channels, bgr);
    double bottom = (1 - wx) * pixel(p, y1, x0, c, l->channels, bgr) + wx * pixel(p, y1, x1, c, l->channels, bgr);
    return (1 - wy) * top + wy * bottom;
}

enum status picture_to_input(const struct picture *picture, const char *path, const nnefcl_tensor_info *input,
                             const struct image_options *options, float *out, struct talk *talk)
{
    struct layout l;
    char shape[SHAPE_TEXT];
    if (input->dtype != NNEFCL_SCALAR || !find_layout(&input->shape, &l))
        return talk_fail(
            talk, STATUS_DATA,
            "%s: a picture does not fit input '%s' (%s %s); it takes [1,C,H,W] or [1,H,W,C] of scalars with C 1 or 3",
            path, input->name, nnefcl_dtype_name(input->dtype), shape_text(&input->shape, shape));
    bool same = picture->width == l.width && picture->height == l.height;
    if (!same && !options->resize)
        return talk_fail(talk, STATUS_DATA,
                         "%s: %zux%zu pixels, but input '%s' takes %zux%zu; --resize scales pictures", path,
                         picture->width, picture->height, input->name, l.width, l.height);
    for (size_t c = 0; c < l.channels; c++)
        for (size_t y = 0; y < l.height; y++)
            for (size_t x = 0; x < l.width; x++) {
                double v = same ? pixel(picture, y, x, c, l.channels, options->bgr)
                                : resized(picture, &l, y, x, c, options->bgr);
                out[y * l.row + x * l.column + c * l.channel] =
                    (float)((v / 255 * options->scale - options->mean[c]) / options->std[c]);
            }
    return STATUS_OK;
}
