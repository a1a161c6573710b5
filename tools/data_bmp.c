/* SPDX-License-Identifier: Apache-2.0 */
/* BMP without compression: palettes, and pixels of 16, 24 and 32 bits with red, green and blue where masks say.
 * Leptonica takes 16 bits for grey, and red for blue where there are 32. */
#include <stdlib.h>

#include "data.h"

enum { BMP_FILE = 14, BMP_CORE = 12, BMP_INFO = 40, BMP_RGB = 0, BMP_FIELDS = 3, BMP_ALPHA_FIELDS = 6 };

struct bmp {
    size_t width, height, pixels, row; /* where the pixels start, bytes of a row */
    size_t colors, color_size;         /* where the palette starts, bytes of an entry */
    unsigned depth;
    uint32_t mask[3]; /* red, green, blue */
    bool down;        /* the first row is the upper one */
};

static uint32_t bmp_number(const struct bytes *file, size_t at, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size && at + i < file->size; i++)
        value |= (uint32_t)file->data[at + i] << (8 * i);
    return value;
}

/* The masks follow a header of 40 bytes and are the next fields of a longer one: the same place. */
static void bmp_read_masks(const struct bytes *file, bool given, struct bmp *bmp)
{
    for (unsigned c = 0; c < 3; c++)
        bmp->mask[c] = given              ? bmp_number(file, BMP_FILE + BMP_INFO + 4 * (size_t)c, 4)
                       : bmp->depth == 16 ? UINT32_C(0x1f) << (10 - 5 * c)
                                          : UINT32_C(0xff) << (16 - 8 * c);
}

static bool bmp_depth_is_known(unsigned depth)
{
    return depth == 24 || (depth && depth <= 32 && !(depth & (depth - 1)));
}

/* What is wrong with the header; NULL: nothing. */
static const char *bmp_read_header(const struct bytes *file, struct bmp *bmp)
{
    const size_t header = bmp_number(file, BMP_FILE, 4);
    const bool core = header == BMP_CORE;
    if ((!core && header < BMP_INFO) || header > file->size || file->size - header < BMP_FILE)
        return "a damaged picture";
    const size_t field = core ? 2 : 4, at = BMP_FILE + 4 + 2 * field;
    const uint32_t compression = core ? BMP_RGB : bmp_number(file, at + 4, 4),
                   height = bmp_number(file, at - field, field);
    bmp->pixels = bmp_number(file, 10, 4);
    bmp->width = bmp_number(file, BMP_FILE + 4, field);
    bmp->down = !core && height >> 31;
    bmp->height = bmp->down ? -height : height;
    bmp->depth = bmp_number(file, at + 2, 2);
    bmp->colors = BMP_FILE + header;
    bmp->color_size = core ? 3 : 4;
    if (compression != BMP_RGB && compression != BMP_FIELDS && compression != BMP_ALPHA_FIELDS)
        return "a compressed .bmp, which is not read; save it without compression, or as .png";
    if (!bmp_depth_is_known(bmp->depth))
        return "a damaged picture";
    bmp_read_masks(file, compression != BMP_RGB, bmp);
    return NULL;
}

/* Red, green or blue of a pixel's bits, as 8 bits. */
static unsigned char bmp_field(uint32_t bits, uint32_t mask)
{
    const uint32_t lowest = mask & -mask;
    const uint64_t most = mask ? mask / lowest : 1, value = mask ? (bits & mask) / lowest : 0;
    return (unsigned char)((value * 255 + most / 2) / most);
}

static void bmp_copy_row(const struct bytes *file, const struct bmp *bmp, size_t from, unsigned char *out)
{
    for (size_t x = 0; x < bmp->width; x++, out += 3) {
        if (bmp->depth > 8) {
            const uint32_t bits = bmp_number(file, from + x * (bmp->depth / 8), bmp->depth / 8);
            for (unsigned c = 0; c < 3; c++)
                out[c] = bmp_field(bits, bmp->mask[c]);
        } else {
            const size_t bit = x * bmp->depth;
            const unsigned index = file->data[from + bit / 8] >> (8 - bmp->depth - bit % 8) & ((1U << bmp->depth) - 1);
            const uint32_t color = bmp_number(file, bmp->colors + index * bmp->color_size, 3);
            for (unsigned c = 0; c < 3; c++)
                out[c] = (unsigned char)(color >> (16 - 8 * c));
        }
    }
}

enum status bmp_decode(const struct bytes *file, const char *path, const struct picture_want *want,
                       struct picture *picture, struct talk *talk)
{
    char text[PICTURE_TEXT];
    struct bmp bmp = {0};
    const char *wrong = bmp_read_header(file, &bmp);
    if (wrong)
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, wrong);
    if (!picture_wanted(want, bmp.width, bmp.height, 1, text))
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, text);
    bmp.row = (bmp.width * bmp.depth + 31) / 32 * 4;
    if (bmp.pixels > file->size || (file->size - bmp.pixels) / bmp.row < bmp.height)
        return talk_fail(talk, STATUS_DATA, "%s: the file is cut off", path);
    *picture = (struct picture){.width = bmp.width, .height = bmp.height, .channels = 3, .depth = 8};
    unsigned char *out = picture->samples = malloc(bmp.width * bmp.height * 3);
    if (!out)
        return talk_fail(talk, STATUS_LIMIT, "%s: out of memory", path);
    for (size_t y = 0; y < bmp.height; y++, out += bmp.width * 3)
        bmp_copy_row(file, &bmp, bmp.pixels + (bmp.down ? y : bmp.height - 1 - y) * bmp.row, out);
    return STATUS_OK;
}
