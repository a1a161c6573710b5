/* SPDX-License-Identifier: Apache-2.0 */
/* BMP, PNM, WebP and GIF through leptonica, whose pixels have 8 bits. */
#include <leptonica/allheaders.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"

/* ---- GIF: where its first frame ends ---- */

/* The library would decode every frame before it tells a size. */
struct gif {
    const unsigned char *at, *end;
};

static bool gif_take(struct gif *gif, size_t size)
{
    if ((size_t)(gif->end - gif->at) < size)
        return false;
    gif->at += size;
    return true;
}

static bool gif_skip_blocks(struct gif *gif)
{
    for (;;) {
        const unsigned char *size = gif->at;
        if (!gif_take(gif, 1) || !gif_take(gif, *size))
            return false;
        if (!*size)
            return true;
    }
}

static size_t gif_colors(unsigned flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* The size of the first frame, and the file as if it ended behind it. */
static bool gif_first_frame(struct bytes *file, l_int32 *width, l_int32 *height)
{
    enum { SCREEN = 13, FRAME = 10, EXTENSION = 0x21, IMAGE = 0x2c, TRAILER = 0x3b };
    struct gif gif = {file->data, file->data + file->size};
    if (!gif_take(&gif, SCREEN) || !gif_take(&gif, gif_colors(file->data[10])))
        return false;
    while (gif_take(&gif, 2) && gif.at[-2] == EXTENSION)
        if (!gif_skip_blocks(&gif))
            return false;
    const unsigned char *frame = gif.at - 2;
    if (gif.at - file->data < SCREEN + 2 || *frame != IMAGE || !gif_take(&gif, FRAME - 2))
        return false;
    *width = frame[5] | frame[6] << 8;
    *height = frame[7] | frame[8] << 8;
    if (!gif_take(&gif, gif_colors(frame[9])) || !gif_take(&gif, 1) || !gif_skip_blocks(&gif) || gif.at == gif.end)
        return false;
    file->size = (size_t)(gif.at - file->data) + 1;
    file->data[file->size - 1] = TRAILER;
    return true;
}

/* ---- WebP: its EXIF chunk ---- */

static unsigned webp_orientation(const struct bytes *file)
{
    static const unsigned char prefix[6] = "Exif\0";
    unsigned orientation = 1;
    for (size_t at = 12, size; at + 8 <= file->size; at += 8 + size + (size & 1)) {
        const unsigned char *c = file->data + at;
        size = c[4] | (size_t)c[5] << 8 | (size_t)c[6] << 16 | (size_t)c[7] << 24;
        if (size > file->size - at - 8)
            break;
        if (memcmp(c, "EXIF", 4) != 0)
            continue;
        const bool whole = size > sizeof prefix && !memcmp(c + 8, prefix, sizeof prefix);
        unsigned char *exif = malloc(sizeof prefix + size);
        if (!exif)
            break;
        memcpy(exif, prefix, sizeof prefix);
        memcpy(exif + (whole ? 0 : sizeof prefix), c + 8, size);
        orientation = exif_orientation(exif, size + (whole ? 0 : sizeof prefix));
        free(exif);
    }
    return orientation;
}

/* ---- pixels ---- */

static bool copy_pixels(PIX *pix, struct picture *p)
{
    const bool color = pixGetDepth(pix) == 32 || pixGetColormap(pix);
    PIX *plain = color ? pixConvertTo32(pix) : pixConvertTo8(pix, 0);
    p->width = plain ? (size_t)pixGetWidth(plain) : 0;
    p->height = plain ? (size_t)pixGetHeight(plain) : 0;
    p->channels = color ? 3 : 1;
    p->depth = 8;
    p->samples = malloc(p->width * p->height * p->channels + 1);
    unsigned char *out = p->samples;
    for (size_t y = 0; out && y < p->height; y++) {
        const l_uint32 *row = pixGetData(plain) + y * (size_t)pixGetWpl(plain);
        for (size_t x = 0; x < p->width; x++, out += p->channels) {
            if (!color)
                *out = GET_DATA_BYTE(row, x);
            for (size_t c = 0; color && c < 3; c++)
                out[c] = (unsigned char)(row[x] >> (24 - 8 * c));
        }
    }
    pixDestroy(&plain);
    return p->samples && p->width > 0;
}

enum status lept_decode(const struct bytes *file, const char *path, const struct picture_want *want,
                        struct picture *picture, struct talk *talk)
{
    char text[PICTURE_TEXT];
    struct bytes read = *file;
    l_int32 width = 0, height = 0;
    const bool gif = !memcmp(file->data, "GIF", 3);
    const unsigned orientation = memcmp(file->data, "RIFF", 4) ? 1 : webp_orientation(file);
    setMsgSeverity(L_SEVERITY_NONE);
    if (gif ? !gif_first_frame(&read, &width, &height)
            : pixReadHeaderMem(read.data, read.size, NULL, &width, &height, NULL, NULL, NULL) != 0)
        return talk_fail(talk, STATUS_DATA, "%s: a damaged picture", path);
    if (!picture_wanted(want, (size_t)width, (size_t)height, orientation, text))
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, text);
    PIX *pix = pixReadMem(read.data, read.size);
    const bool copied = pix && copy_pixels(pix, picture);
    pixDestroy(&pix);
    return copied ? picture_orient(picture, orientation, path, talk)
                  : talk_fail(talk, STATUS_DATA, "%s: a damaged picture", path);
}
