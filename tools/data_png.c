/* SPDX-License-Identifier: Apache-2.0 */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"

struct png_job {
    const struct bytes *file;
    size_t at;
    char message[PICTURE_TEXT];
    const struct picture_want *want;
    unsigned orientation;
    struct picture *picture;
    png_bytep *rows;
};

static void read_bytes(png_structp png, png_bytep out, png_size_t size)
{
    struct png_job *job = png_get_io_ptr(png);
    if (size > job->file->size - job->at)
        png_error(png, "the file is cut off");
    memcpy(out, job->file->data + job->at, size);
    job->at += size;
}

static void png_on_error(png_structp png, png_const_charp message)
{
    struct png_job *job = png_get_error_ptr(png);
    strncpy(job->message, message, sizeof job->message - 1);
    png_longjmp(png, 1);
}

/* libpng's warnings are about ancillary chunks, which do not change the pixels. */
static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* Palettes become RGB, grey of 1 to 4 bits becomes 8, alpha goes, 16 bits come in host order. */
static void set_transforms(png_structp png, png_infop info)
{
    const uint16_t one = 1;
    int color = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
    if (color == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    if (color & PNG_COLOR_MASK_ALPHA ||
        png_get_valid(png, info, PNG_INFO_tRNS)) /* expanding a palette turns tRNS into alpha */
        png_set_strip_alpha(png);
    if (depth == 16 && *(const unsigned char *)&one)
        png_set_swap(png);
}

/* The chunk holds what follows "Exif\\0\\0" in a JPEG. Of data behind the pixels libpng tells nothing yet. */
static unsigned png_orientation(png_structp png, png_infop info)
{
    static const unsigned char prefix[6] = "Exif\0";
    png_bytep exif;
    png_uint_32 size;
    if (!png_get_eXIf_1(png, info, &size, &exif))
        return 1;
    unsigned char *whole = malloc(sizeof prefix + size);
    if (!whole)
        return 1;
    memcpy(whole, prefix, sizeof prefix);
    memcpy(whole + sizeof prefix, exif, size);
    const unsigned orientation = exif_orientation(whole, sizeof prefix + size);
    free(whole);
    return orientation;
}

/* Leaves by longjmp to the caller's setjmp on any error; what it allocated hangs on the job. */
static void png_read_picture(struct png_job *job, png_structp png, png_infop info)
{
    struct picture *p = job->picture;
    png_set_user_limits(png, PICTURE_SIDE, PICTURE_SIDE);
    png_set_read_fn(png, job, read_bytes);
    png_read_info(png, info);
    p->width = png_get_image_width(png, info);
    p->height = png_get_image_height(png, info);
    job->orientation = png_orientation(png, info);
    if (!picture_wanted(job->want, p->width, p->height, job->orientation, job->message))
        png_longjmp(png, 1);
    set_transforms(png, info);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    p->channels = png_get_channels(png, info);
    p->depth = png_get_bit_depth(png, info);
    size_t row = png_get_rowbytes(png, info);
    if ((p->channels != 1 && p->channels != 3) || row != p->width * p->channels * (p->depth / 8))
        png_error(png, "an unexpected pixel format");
    p->samples = malloc(row * p->height);
    job->rows = malloc(p->height * sizeof *job->rows);
    if (!p->samples || !job->rows)
        png_error(png, "out of memory");
    for (size_t y = 0; y < p->height; y++)
        job->rows[y] = (png_bytep)p->samples + y * row;
    png_read_image(png, job->rows);
    png_read_end(png, NULL);
}

enum status png_decode(const struct bytes *file, const char *path, const struct picture_want *want,
                       struct picture *picture, struct talk *talk)
{
    struct png_job job = {.file = file, .picture = picture, .want = want, .orientation = 1};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &job, png_on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info)
        strcpy(job.message, "out of memory");
    else if (!setjmp(png_jmpbuf(png)))
        png_read_picture(&job, png, info);
    png_destroy_read_struct(&png, &info, NULL);
    free(job.rows);
    return job.message[0] ? talk_fail(talk, STATUS_DATA, "%s: %s", path, job.message)
                          : picture_orient(picture, job.orientation, path, talk);
}
