/* SPDX-License-Identifier: Apache-2.0 */
#include "option_pictures.h"

#include <string.h>

#include "argument_number.h"

/* One number for all channels, or three. */
static bool channels(const char *value, double *out)
{
    size_t n = number_list(value, out, 3);
    if (n == 1)
        out[1] = out[2] = out[0];
    return n == 1 || n == 3;
}

const char *option_set_mean(struct option_parser *p, const char *value)
{
    p->options->image_given = true;
    return channels(value, p->options->image.mean) ? NULL : "a number, or three with commas";
}

const char *option_set_std(struct option_parser *p, const char *value)
{
    double *std = p->options->image.std;
    p->options->image_given = true;
    return channels(value, std) && std[0] != 0 && std[1] != 0 && std[2] != 0
               ? NULL
               : "a number other than 0, or three with commas";
}

const char *option_set_scale(struct option_parser *p, const char *value)
{
    p->options->image_given = true;
    return number_real(value, &p->options->image.scale) ? NULL : "a number";
}

const char *option_set_crop(struct option_parser *p, const char *value)
{
    p->options->image.crop = p->options->image_given = true;
    return strcmp(value, "center") ? "center" : NULL;
}

/* What networks were trained with: ImageNet's means and deviations, and a picture a little larger than what is cut out
 * of its middle. */
const char *option_set_preset(struct option_parser *p, const char *value)
{
    static const struct {
        const char *name;
        struct image_options image;
    } presets[] = {
        {"imagenet", {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}, 1, 256.0 / 224, false, true, true}},
        {"unit", {{0, 0, 0}, {1, 1, 1}, 1, 1, false, false, false}},
        {"signed", {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}, 1, 1, false, false, false}},
    };
    struct image_options *image = &p->options->image;
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        const struct image_options *preset = &presets[i].image;
        if (strcmp(value, presets[i].name))
            continue;
        memcpy(image->mean, preset->mean, sizeof image->mean);
        memcpy(image->std, preset->std, sizeof image->std);
        image->room = preset->room;
        image->resize |= preset->resize;
        image->crop |= preset->crop;
        p->options->image_given = true;
        return NULL;
    }
    return "imagenet, unit or signed";
}

const char *option_set_bgr(struct option_parser *p, const char *value)
{
    (void)value;
    p->options->image.bgr = p->options->image_given = true;
    return NULL;
}

const char *option_set_resize(struct option_parser *p, const char *value)
{
    (void)value;
    p->options->image.resize = p->options->image_given = true;
    return NULL;
}

const char *option_set_raw(struct option_parser *p, const char *value)
{
    static const char expected[] = "of the form WxHxC, with C 1 or 3";
    uint64_t size[3];
    for (int i = 0; i < 3; i++) {
        const size_t length = strcspn(value, "x");
        if (!number_count(pool_copy(p->pool, value, length), &size[i]) || !size[i] || size[i] > 65535 ||
            (value[length] != 0) != (i < 2))
            return expected;
        value += length + (i < 2);
    }
    p->options->raw = (struct frame_size){(size_t)size[0], (size_t)size[1], (unsigned)size[2]};
    return size[2] == 1 || size[2] == 3 ? NULL : expected;
}
