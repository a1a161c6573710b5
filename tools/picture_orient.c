/* SPDX-License-Identifier: Apache-2.0 */
/* Which way up a camera was held. */
#include <libexif/exif-data.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"

unsigned exif_orientation(const unsigned char *exif, size_t size)
{
    ExifData *data = size <= UINT32_MAX ? exif_data_new_from_data(exif, (unsigned)size) : NULL;
    ExifEntry *entry = data ? exif_data_get_entry(data, EXIF_TAG_ORIENTATION) : NULL;
    unsigned orientation = 1;
    if (entry && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(data));
    if (data)
        exif_data_unref(data);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* What is stored where an upright pixel is looked for: orientations 5 to 8 lie on their side, and each is mirrored
 * along the stored axes. */
static size_t stored_position(const struct picture *p, unsigned orientation, size_t x, size_t y)
{
    static const struct {
        bool side, flip_x, flip_y;
    } turns[9] = {
        [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true}, [5] = {true, false, false},
        [6] = {true, false, true},  [7] = {true, true, true},  [8] = {true, true, false}};
    size_t column = turns[orientation].side ? y : x, row = turns[orientation].side ? x : y;
    if (turns[orientation].flip_x)
        column = p->width - 1 - column;
    if (turns[orientation].flip_y)
        row = p->height - 1 - row;
    return row * p->width + column;
}

enum status picture_orient(struct picture *p, unsigned orientation, const char *path, struct talk *talk)
{
    const size_t pixel = p->channels * p->depth / 8;
    struct picture turned = *p;
    if (orientation == 1)
        return STATUS_OK;
    if (orientation > 4) {
        turned.width = p->height;
        turned.height = p->width;
    }
    turned.samples = malloc(p->width * p->height * pixel);
    if (!turned.samples)
        return talk_fail(talk, STATUS_LIMIT, "%s: out of memory", path);
    char *out = turned.samples;
    for (size_t y = 0; y < turned.height; y++)
        for (size_t x = 0; x < turned.width; x++, out += pixel)
            memcpy(out, (const char *)p->samples + stored_position(p, orientation, x, y) * pixel, pixel);
    free(p->samples);
    *p = turned;
    return STATUS_OK;
}
