/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "data.h"

enum { EXIF_MARKER = JPEG_APP0 + 1, MARKER_BYTES = 65533, SCANS = 200 };

struct jpeg_job {
    struct jpeg_error_mgr base; /* first: libjpeg hands out pointers to it */
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    char message[JMSG_LENGTH_MAX > PICTURE_TEXT ? JMSG_LENGTH_MAX : PICTURE_TEXT];
    const struct picture_want *want;
    unsigned orientation;
};

static void jpeg_on_error(j_common_ptr info)
{
    struct jpeg_job *job = (struct jpeg_job *)info->err;
    info->err->format_message(info, job->message);
    longjmp(job->jump, 1);
}

/* A cut-off file is only a warning to libjpeg, which would fill the rest with grey. Other warnings are stray bytes
 * between markers. */
static void on_message(j_common_ptr info, int level)
{
    if (level < 0 && (info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_HIT_MARKER))
        jpeg_on_error(info);
}

/* A progressive file of a few bytes for each of very many scans takes time without end. */
static void count_scans(j_common_ptr info)
{
    struct jpeg_job *job = (struct jpeg_job *)info->err;
    if (((j_decompress_ptr)info)->input_scan_number > SCANS) {
        strcpy(job->message, "too many scans");
        longjmp(job->jump, 1);
    }
}

static void check_header(struct jpeg_decompress_struct *info, struct jpeg_job *job)
{
    for (jpeg_saved_marker_ptr m = info->marker_list; m; m = m->next)
        if (m->marker == EXIF_MARKER && m->data_length > 6 && !memcmp(m->data, "Exif\0", 6))
            job->orientation = exif_orientation(m->data, m->data_length);
    if (!picture_wanted(job->want, info->image_width, info->image_height, job->orientation, job->message))
        longjmp(job->jump, 1);
}

/* Four inks (libjpeg makes YCCK to CMYK) become RGB: what an ink leaves of the light, times what black leaves. Adobe,
 * whose marker nearly all such files have, stores what is left. */
static void inks_to_rgb(const unsigned char *inks, size_t width, bool inverted, unsigned char *rgb)
{
    for (size_t x = 0; x < width; x++, inks += 4)
        for (int c = 0; c < 3; c++) {
            unsigned left = inverted ? inks[c] : 255u - inks[c], black = inverted ? inks[3] : 255u - inks[3];
            *rgb++ = (unsigned char)((left * black + 127) / 255);
        }
}

static void read_rows(struct jpeg_decompress_struct *info, struct picture *p)
{
    const bool inks = info->out_color_space == JCS_CMYK;
    JSAMPARRAY line = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, info->output_width * 4, 1);
    while (info->output_scanline < info->output_height) {
        unsigned char *row = (unsigned char *)p->samples + (size_t)info->output_scanline * p->width * p->channels;
        jpeg_read_scanlines(info, inks ? line : &row, 1);
        if (inks)
            inks_to_rgb(line[0], p->width, info->saw_Adobe_marker, row);
    }
}

/* Leaves by longjmp on any error. */
static void jpeg_read_picture(struct jpeg_decompress_struct *info, struct jpeg_job *job, const struct bytes *file,
                              struct picture *p)
{
    jpeg_mem_src(info, file->data, file->size);
    jpeg_save_markers(info, EXIF_MARKER, MARKER_BYTES);
    jpeg_read_header(info, TRUE);
    check_header(info, job);
    info->out_color_space = info->num_components == 1 ? JCS_GRAYSCALE : info->num_components == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(info);
    p->width = info->output_width;
    p->height = info->output_height;
    p->channels = info->num_components == 1 ? 1 : 3;
    p->depth = 8;
    p->samples = malloc(p->width * p->height * p->channels);
    if (!p->samples)
        ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    read_rows(info, p);
    jpeg_finish_decompress(info);
}

enum status jpeg_decode(const struct bytes *file, const char *path, const struct picture_want *want,
                        struct picture *picture, struct talk *talk)
{
    struct jpeg_job job = {.message = "", .want = want, .orientation = 1};
    struct jpeg_decompress_struct info = {.err = jpeg_std_error(&job.base)};
    job.base.error_exit = jpeg_on_error;
    job.base.emit_message = on_message;
    job.progress.progress_monitor = count_scans;
    if (!setjmp(job.jump)) {
        jpeg_create_decompress(&info);
        info.progress = &job.progress;
        jpeg_read_picture(&info, &job, file, picture);
    }
    jpeg_destroy_decompress(&info);
    return job.message[0] ? talk_fail(talk, STATUS_DATA, "%s: %s", path, job.message)
                          : picture_orient(picture, job.orientation, path, talk);
}
