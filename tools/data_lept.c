/* SPDX-License-Identifier: Apache-2.0 */
/* PNM, WebP and GIF through leptonica, whose pixels have 8 bits; of several frames the first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "lept.h"

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

/* ---- WebP: its EXIF chunk, its first frame ---- */

static size_t webp_size(const unsigned char *chunk)
{
    return chunk[4] | (size_t)chunk[5] << 8 | (size_t)chunk[6] << 16 | (size_t)chunk[7] << 24;
}

/* The first chunk of that name from `at` on, whole; SIZE_MAX: none. */
static size_t webp_chunk(const struct bytes *file, size_t at, const char *name)
{
    for (size_t size; at < file->size && file->size - at >= 8; at += 8 + size + (size & 1)) {
        size = webp_size(file->data + at);
        if (size > file->size - at - 8)
            break;
        if (!memcmp(file->data + at, name, 4))
            return at;
    }
    return SIZE_MAX;
}

/* The library reads stills: where there are frames, the pixels of the first one become a file of their own, whose head
 * lies over what is in front of them. */
static void webp_first_frame(struct bytes *file)
{
    enum { HEAD = 12, FRAME = 24 };
    const size_t frame = webp_chunk(file, HEAD, "ANMF");
    if (frame == SIZE_MAX)
        return;
    const struct bytes within = {file->data, frame + 8 + webp_size(file->data + frame)};
    const size_t lossy = webp_chunk(&within, frame + FRAME, "VP8 "),
                 pixels = lossy != SIZE_MAX ? lossy : webp_chunk(&within, frame + FRAME, "VP8L");
    if (pixels == SIZE_MAX)
        return;
    const size_t size = 8 + webp_size(file->data + pixels), all = 4 + size;
    unsigned char *head = file->data + pixels - HEAD;
    memcpy(head, "RIFF", 4);
    for (int i = 0; i < 4; i++)
        head[4 + i] = (unsigned char)(all >> (8 * i));
    memcpy(head + 8, "WEBP", 4);
    *file = (struct bytes){head, HEAD + size};
}

static unsigned webp_orientation(const struct bytes *file)
{
    static const unsigned char prefix[6] = "Exif\0";
    const size_t at = webp_chunk(file, 12, "EXIF"), size = at != SIZE_MAX ? webp_size(file->data + at) : 0;
    unsigned char *exif = size ? malloc(sizeof prefix + size) : NULL;
    if (!exif)
        return 1;
    const unsigned char *data = file->data + at + 8;
    const bool whole = size > sizeof prefix && !memcmp(data, prefix, sizeof prefix);
    memcpy(exif, prefix, sizeof prefix);
    memcpy(exif + (whole ? 0 : sizeof prefix), data, size);
    const unsigned orientation = exif_orientation(exif, size + (whole ? 0 : sizeof prefix));
    free(exif);
    return orientation;
}

/* ---- PNM: a head without comments ---- */

static bool pnm_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The end of a number behind blanks and comments, which may stand wherever a blank may; 0: none. */
static size_t pnm_number(const struct bytes *file, size_t at, unsigned long *value)
{
    for (bool comment = false; at < file->size && (comment || file->data[at] == '#' || pnm_blank(file->data[at])); at++)
        comment = file->data[at] == '#' || (comment && file->data[at] != '\n' && file->data[at] != '\r');
    const size_t start = at;
    for (*value = 0; at < file->size && at - start < 7 && file->data[at] >= '0' && file->data[at] <= '9'; at++)
        *value = *value * 10 + (file->data[at] - '0');
    return at > start && (at == file->size || pnm_blank(file->data[at]) || file->data[at] == '#') ? at : 0;
}

/* The library knows comments in one place only: the same numbers are written in front of the pixels, where they are no
 * longer than what stood there (they are where nothing parts the first one from the letters: no PNM). */
static void pnm_without_comments(struct bytes *file)
{
    unsigned long value[3] = {0};
    const int count = file->data[1] == '1' || file->data[1] == '4' ? 2 : 3;
    size_t at = 2;
    for (int i = 0; i < count; i++)
        if (!(at = pnm_number(file, at, &value[i])))
            return;
    char head[40];
    int length = snprintf(head, sizeof head, "P%c %lu %lu", file->data[1], value[0], value[1]);
    if (count == 3)
        length += snprintf(head + length, sizeof head - (size_t)length, " %lu", value[2]);
    if ((size_t)length > at)
        return;
    memcpy(file->data + at - length, head, (size_t)length);
    *file = (struct bytes){file->data + at - length, file->size - at + (size_t)length};
}

/* ---- pixels ---- */

static bool copy_pixels(const struct lept *lept, PIX *pix, struct picture *p)
{
    const bool color = lept->pixGetDepth(pix) == 32 || lept->pixGetColormap(pix);
    PIX *plain = color ? lept->pixConvertTo32(pix) : lept->pixConvertTo8(pix, 0);
    p->width = plain ? (size_t)lept->pixGetWidth(plain) : 0;
    p->height = plain ? (size_t)lept->pixGetHeight(plain) : 0;
    p->channels = color ? 3 : 1;
    p->depth = 8;
    p->samples = malloc(p->width * p->height * p->channels + 1);
    unsigned char *out = p->samples;
    for (size_t y = 0; out && y < p->height; y++) {
        const l_uint32 *row = lept->pixGetData(plain) + y * (size_t)lept->pixGetWpl(plain);
        for (size_t x = 0; x < p->width; x++, out += p->channels) {
            if (!color)
                *out = GET_DATA_BYTE(row, x);
            for (size_t c = 0; color && c < 3; c++)
                out[c] = (unsigned char)(row[x] >> (24 - 8 * c));
        }
    }
    lept->pixDestroy(&plain);
    return p->samples && p->width > 0;
}

enum status lept_decode(const struct bytes *file, const char *path, const struct picture_want *want,
                        struct picture *picture, struct talk *talk)
{
    char text[PICTURE_TEXT];
    const char *reason;
    const struct lept *lept = lept_load(&reason);
    struct bytes read = *file;
    l_int32 width = 0, height = 0;
    const bool gif = !memcmp(file->data, "GIF", 3), webp = !memcmp(file->data, "RIFF", 4);
    const unsigned orientation = webp ? webp_orientation(file) : 1;
    if (!lept)
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, reason);
    lept->setMsgSeverity(L_SEVERITY_NONE);
    if (webp)
        webp_first_frame(&read);
    else if (!gif)
        pnm_without_comments(&read);
    if (gif ? !gif_first_frame(&read, &width, &height)
            : lept->pixReadHeaderMem(read.data, read.size, NULL, &width, &height, NULL, NULL, NULL) != 0)
        return talk_fail(talk, STATUS_DATA, "%s: a damaged picture", path);
    if (!picture_wanted(want, (size_t)width, (size_t)height, orientation, text))
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, text);
    PIX *pix = lept->pixReadMem(read.data, read.size);
    const bool copied = pix && copy_pixels(lept, pix, picture);
    lept->pixDestroy(&pix);
    return copied ? picture_orient(picture, orientation, path, talk)
                  : talk_fail(talk, STATUS_DATA, "%s: a damaged picture", path);
}
