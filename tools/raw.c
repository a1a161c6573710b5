/* SPDX-License-Identifier: Apache-2.0 */
#include "raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

static size_t frame_bytes(const struct raw *raw)
{
    return raw->frame.width * raw->frame.height * raw->frame.channels;
}

enum status raw_open(struct raw *raw, const struct runs *runs, const struct options *options)
{
    const struct image_options *image = &options->image;
    char text[PICTURE_TEXT];
    *raw = (struct raw){.options = options, .input = runs->inputs, .talk = runs->talk};
    raw->frame = (struct picture){
        .width = options->raw.width, .height = options->raw.height, .channels = options->raw.channels, .depth = 8};
    if (runs->input_count != 1 || !picture_layout(raw->input, &raw->layout))
        return talk_fail(raw->talk, STATUS_USAGE, "--raw needs a model with one input that takes pictures");
    const struct picture_want want = {.width = raw->layout.width,
                                      .height = raw->layout.height,
                                      .exact = !image->resize && !image->crop,
                                      .larger = !image->resize && image->crop,
                                      .input = raw->input->name};
    if (!picture_wanted(&want, raw->frame.width, raw->frame.height, 1, text))
        return talk_fail(raw->talk, STATUS_DATA, "--raw: %s", text);
    raw->frame.samples = malloc(frame_bytes(raw));
    return raw->frame.samples ? STATUS_OK : talk_fail(raw->talk, STATUS_LIMIT, "out of memory for a frame");
}

bool raw_next(struct raw *raw, float *elements, enum status *status)
{
    const size_t bytes = frame_bytes(raw);
    for (size_t i = 0; i < raw->layout.count; i++) {
        const size_t got = fread(raw->frame.samples, 1, bytes, stdin);
        if (ferror(stdin))
            *status = talk_fail(raw->talk, STATUS_DATA, "stdin: %s", strerror(errno));
        else if (got && got < bytes)
            *status = talk_fail(raw->talk, STATUS_DATA, "stdin: the last frame has %zu of %zu bytes", got, bytes);
        else if (!got && i)
            talk_warn(raw->talk, "the last %zu of %llu frames do not fill a batch of %zu and are left out", i,
                      (unsigned long long)raw->frames + i, raw->layout.count);
        if (*status || !got)
            return false;
        *status = picture_to_input(&raw->frame, "stdin", &raw->layout, i, &raw->options->image, elements, raw->talk);
        if (*status)
            return false;
    }
    if (!raw->frames)
        raw->started = clock_ms();
    raw->frames += raw->layout.count;
    return true;
}

double raw_rate(const struct raw *raw, double *seconds)
{
    *seconds = raw->frames ? (clock_ms() - raw->started) / 1e3 : 0;
    return *seconds > 0 ? (double)raw->frames / *seconds : 0;
}

void raw_close(struct raw *raw)
{
    free(raw->frame.samples);
}
