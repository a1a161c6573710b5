#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

#include "data.h"

struct jpeg_job {
    struct jpeg_error_mgr base; /* first: libjpeg hands out pointers to it */
    jmp_buf jump;
    char message[JMSG_LENGTH_MAX];
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

/* Leaves by longjmp on any error. */
static void jpeg_read_picture(struct jpeg_decompress_struct *info, const struct bytes *file, struct picture *p)
{
    jpeg_mem_src(info, file->data, file->size);
    jpeg_read_header(info, TRUE);
    if (info->image_width > PICTURE_PIXELS / info->image_height)
        ERREXIT1(info, JERR_IMAGE_TOO_BIG, PICTURE_SIDE);
    info->out_color_space = info->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(info);
    p->width = info->output_width;
    p->height = info->output_height;
    p->channels = (unsigned)info->output_components;
    p->depth = 8;
    p->samples = malloc(p->width * p->height * p->channels);
    if (!p->samples)
        ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = (JSAMPROW)p->samples + (size_t)info->output_scanline * p->width * p->channels;
        jpeg_read_scanlines(info, &row, 1);
    }
    jpeg_finish_decompress(info);
}

enum status jpeg_decode(const struct bytes *file, const char *path, struct picture *picture, struct talk *talk)
{
    struct jpeg_job job = {.message = ""};
    struct jpeg_decompress_struct info = {.err = jpeg_std_error(&job.base)};
    job.base.error_exit = jpeg_on_error;
    job.base.emit_message = on_message;
    if (!setjmp(job.jump)) {
        jpeg_create_decompress(&info);
        jpeg_read_picture(&info, file, picture);
    }
    jpeg_destroy_decompress(&info);
    return job.message[0] ? talk_fail(talk, STATUS_DATA, "%s: %s", path, job.message) : STATUS_OK;
}
