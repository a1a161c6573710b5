/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of images, whose last axis is red, green, blue: RGBToHSV and back, AdjustHue, AdjustSaturation,
 * AdjustContrast. Hue is a part of a turn. */
#include "import/tensorflow/tf.h"

enum { RED, GREEN, BLUE };                 /* as the last axis has them, */
enum { HUE, SATURATION, VALUE, CHANNELS }; /* and the other way to say a colour */

static bool channels_of(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *channel[3])
{
    static const int64_t one[CHANNELS] = {1, 1, 1};
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    const int last = x->shape.rank - 1;
    if (!import->status && (last < 0 || x->shape.extent[last] != CHANNELS))
        ncl_import_wrong(import, "images without three channels");
    if (!import->status)
        ncl_compose_split(import, x, last, one, CHANNELS, channel);
    return !import->status;
}

static void give_channels(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *channel[3])
{
    if (!import->status)
        ncl_tf_give(import, node, 0, ncl_compose_concat(import, channel, CHANNELS, channel[0]->shape.rank - 1));
}

static struct ncl_tensor *where(struct ncl_import *import, struct ncl_tensor *condition, struct ncl_tensor *yes,
                                struct ncl_tensor *no)
{
    return ncl_compose_select(import, condition, yes, no);
}

static struct ncl_tensor *two(struct ncl_import *import, const char *op, struct ncl_tensor *x, struct ncl_tensor *y)
{
    return ncl_compose_binary(import, op, x, y);
}

/* Which third of a turn a colour is in depends on its greatest channel, where in it on the difference of the others. */
static void to_hsv(struct ncl_import *import, struct ncl_tensor *const rgb[3], struct ncl_tensor *hsv[3])
{
    struct ncl_tensor *zero = ncl_compose_number(import, 0),
                      *most = two(import, "max", two(import, "max", rgb[RED], rgb[GREEN]), rgb[BLUE]),
                      *least = two(import, "min", two(import, "min", rgb[RED], rgb[GREEN]), rgb[BLUE]),
                      *range = two(import, "sub", most, least), *sixths = ncl_compose_with(import, "mul", range, 6),
                      *some = ncl_compose_with(import, "gt", range, 0), *hue[3];
    for (int i = RED; i <= BLUE; i++) {
        hue[i] = two(import, "sub", rgb[(i + 1) % 3], rgb[(i + 2) % 3]);
        hue[i] = ncl_compose_with(import, "add", two(import, "div", hue[i], sixths), (double)i / 3);
    }
    struct ncl_tensor *turn = where(import, two(import, "eq", rgb[GREEN], most), hue[GREEN], hue[BLUE]);
    turn = where(import, two(import, "eq", rgb[RED], most), hue[RED], turn);
    turn = where(import, some, turn, zero);
    hsv[HUE] = where(import, ncl_compose_with(import, "lt", turn, 0), ncl_compose_with(import, "add", turn, 1), turn);
    hsv[SATURATION] = where(import, ncl_compose_with(import, "gt", most, 0), two(import, "div", range, most), zero);
    hsv[VALUE] = most;
}

/* |6 hue - centre|, up or down, from 0 to 1. */
static struct ncl_tensor *ramp(struct ncl_import *import, struct ncl_tensor *hue, double centre, double sign,
                               double offset)
{
    struct ncl_tensor *x = ncl_compose_with(import, "sub", ncl_compose_with(import, "mul", hue, 6), centre);
    x = ncl_compose_with(import, "mul", ncl_compose_unary(import, "abs", x), sign);
    return ncl_tf_clamp(import, ncl_compose_with(import, "add", x, offset), 0, 1);
}

static void to_rgb(struct ncl_import *import, struct ncl_tensor *const hsv[3], struct ncl_tensor *rgb[3])
{
    rgb[RED] = ramp(import, hsv[HUE], 3, 1, -1);
    rgb[GREEN] = ramp(import, hsv[HUE], 2, -1, 2);
    rgb[BLUE] = ramp(import, hsv[HUE], 4, -1, 2);
    for (int i = RED; i <= BLUE; i++) {
        struct ncl_tensor *grey = ncl_compose_with(import, "sub", rgb[i], 1);
        grey = ncl_compose_with(import, "add", two(import, "mul", grey, hsv[SATURATION]), 1);
        rgb[i] = two(import, "mul", grey, hsv[VALUE]);
    }
}

void ncl_tf_build_rgb_to_hsv(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *rgb[CHANNELS], *hsv[CHANNELS];
    if (!channels_of(import, node, rgb))
        return;
    to_hsv(import, rgb, hsv);
    give_channels(import, node, hsv);
}

void ncl_tf_build_hsv_to_rgb(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *rgb[CHANNELS], *hsv[CHANNELS];
    if (!channels_of(import, node, hsv))
        return;
    to_rgb(import, hsv, rgb);
    give_channels(import, node, rgb);
}

/* images, the part of a turn that hue moves on */
void ncl_tf_build_adjust_hue(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *rgb[CHANNELS], *hsv[CHANNELS], *delta = ncl_tf_tensor(import, node, 1), *hue;
    if (!channels_of(import, node, rgb))
        return;
    to_hsv(import, rgb, hsv);
    hue = two(import, "add", hsv[HUE], delta);
    hsv[HUE] = two(import, "sub", hue, ncl_compose_unary(import, "floor", hue));
    to_rgb(import, hsv, rgb);
    give_channels(import, node, rgb);
}

/* images, the factor of saturation */
void ncl_tf_build_adjust_saturation(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *rgb[CHANNELS], *hsv[CHANNELS], *factor = ncl_tf_tensor(import, node, 1);
    if (!channels_of(import, node, rgb))
        return;
    to_hsv(import, rgb, hsv);
    hsv[SATURATION] = ncl_tf_clamp(import, two(import, "mul", hsv[SATURATION], factor), 0, 1);
    to_rgb(import, hsv, rgb);
    give_channels(import, node, rgb);
}

/* images [.., H, W, C], the factor of what a channel differs from its mean */
void ncl_tf_build_adjust_contrast(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *factor = ncl_tf_tensor(import, node, 1), *mean;
    const int plane[] = {x->shape.rank - 3, x->shape.rank - 2};
    if (!import->status && x->shape.rank < 3)
        ncl_import_wrong(import, "images of rank %d", x->shape.rank);
    if (import->status)
        return;
    mean = ncl_compose_reduce(import, "mean_reduce", x, plane, 2, true);
    x = two(import, "mul", two(import, "sub", x, mean), factor);
    ncl_tf_give(import, node, 0, two(import, "add", x, mean));
}
