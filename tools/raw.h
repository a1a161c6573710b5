/* SPDX-License-Identifier: Apache-2.0 */
/* --raw: frames of plain bytes on stdin, as `ffmpeg -f rawvideo -pix_fmt rgb24 -` writes them. */
#ifndef RAW_H
#define RAW_H

#include "data.h"
#include "runs.h"

struct raw {
    const struct options *options;
    const nnefcl_tensor_info *input;
    struct layout layout;
    struct picture frame; /* the one that was read last */
    uint64_t frames;      /* whole ones in full batches so far */
    double started;       /* the clock when the first batch was there */
    struct talk *talk;
};

/* The model needs one input, which takes pictures of that size, or any with --resize or --crop. */
enum status raw_open(struct raw *raw, const struct runs *runs, const struct options *options);
/* Reads as many frames as the batch has; false: there are no more, or an error in *status. */
bool raw_next(struct raw *raw, float *elements, enum status *status);
/* Frames for each second since the first ones were there. */
double raw_rate(const struct raw *raw, double *seconds);
void raw_close(struct raw *raw);

#endif
