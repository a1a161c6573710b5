/* SPDX-License-Identifier: Apache-2.0 */
/* Which pictures an input takes. */
#include <stdio.h>

#include "data.h"

/* [N,C,H,W], or [N,H,W,C] when only the last extent is 1 or 3. */
bool picture_layout(const nnefcl_tensor_info *input, struct layout *l)
{
    const int64_t *e = input->shape.extent;
    if (input->dtype != NNEFCL_SCALAR || input->shape.rank != 4)
        return false;
    const bool first = e[1] == 1 || e[1] == 3;
    *l = (struct layout){.count = (size_t)e[0],
                         .width = (size_t)e[first ? 3 : 2],
                         .height = (size_t)e[first ? 2 : 1],
                         .channels = (size_t)e[first ? 1 : 3],
                         .image = (size_t)e[1] * (size_t)e[2] * (size_t)e[3]};
    l->column = first ? 1 : l->channels;
    l->row = l->width * l->column;
    l->channel = first ? l->width * l->height : 1;
    return l->channels == 1 || l->channels == 3;
}

bool picture_wanted(const struct picture_want *want, size_t width, size_t height, unsigned orientation,
                    char text[PICTURE_TEXT])
{
    const size_t w = orientation > 4 ? height : width, h = orientation > 4 ? width : height;
    text[0] = '\0';
    if (!width || !height || width > PICTURE_SIDE || height > PICTURE_SIDE || width > PICTURE_PIXELS / height)
        snprintf(text, PICTURE_TEXT, "%zux%zu pixels are too many", w, h);
    else if ((want->exact && (w != want->width || h != want->height)) ||
             (want->larger && (w < want->width || h < want->height)))
        snprintf(text, PICTURE_TEXT,
                 "%zux%zu pixels, but input '%.60s' takes %zux%zu; --resize scales it, --resize --crop center without "
                 "distortion",
                 w, h, want->input, want->width, want->height);
    return !text[0];
}
