/* SPDX-License-Identifier: Apache-2.0 */
/* Data of runs: files told by their first bytes, checked against the tensor they are for, and converted to its element
 * type. */
#ifndef DATA_H
#define DATA_H

#include "array.h"
#include "nnefcl/model.h"
#include "options.h"

struct bytes {
    unsigned char *data; /* malloc'd; free() */
    size_t size;
};

/* How many bytes of a file are wanted, once its first ones are known; `regular`: the file itself bounds them. 0: none
 * of its kind. */
typedef size_t data_bound_fn(const void *context, const struct bytes *head, bool regular);
/* A whole file, "-" for stdin, and never more of it than `bound` says: there are files without an end. STATUS_DATA when
 * it cannot be read, is larger or of another kind; `kinds` names those that are read. */
enum status data_read_file(const char *path, data_bound_fn *bound, const void *context, const char *kinds,
                           struct bytes *bytes, struct talk *talk);
/* Whether a path names something that can be read; false after an error was said. */
bool data_exists(const char *path, struct talk *talk);

/* Is this a picture, as far as its first bytes tell? Not asked of stdin, which can be read once. */
bool data_is_picture(const char *path);
/* data_peek.c: the pixels that a PNG, JPEG, GIF or BMP file says it has; 0: it is none of these, or stdin. */
uint64_t picture_claims(const char *path);
/* Fills the dense elements of an input from `count` files: one array, or pictures, as many as the batch has. *image
 * tells which. */
enum status data_load_input(const char *const *paths, size_t count, const nnefcl_tensor_info *input,
                            const struct image_options *options, void *out, bool *image, struct talk *talk);

/* A file to compare with; freed by nnefcl_tensor_clear with no allocator. Type and shape are those of the file. */
enum status data_load_wanted(const char *path, const nnefcl_tensor_info *output, nnefcl_tensor *tensor,
                             struct talk *talk);

/* Pseudo-random elements: scalars uniform in [range[0], range[1]], integers the whole numbers in it, logicals 0 or 1.
 * The same numbers for the same seed, input and run. */
void data_random(const nnefcl_tensor_info *input, uint64_t seed, size_t run, const double range[2], void *out);

/* ---- the formats, each a file of its own ---- */

/* data_npy.c: the array in the bytes of an .npy file (versions 1 to 3); it points into them. */
enum status npy_parse(const struct bytes *file, const char *path, struct array *array, struct talk *talk);
/* Of the first bytes of such a file: the shape, and the items where they are all among these bytes (else data is NULL);
 * false: no such file, or too few bytes. */
bool npy_peek(const struct bytes *head, struct array *array);
/* data_npz.c: the bytes of the member NAME.npy of a zip, or of its only member. `most` bounds them. */
enum status npz_member(const struct bytes *file, const char *path, const char *name, size_t most, struct bytes *member,
                       struct talk *talk);

/* A decoded picture: interleaved samples of 8 or 16 bits (native order), 1 or 3 channels. */
struct picture {
    size_t width, height;
    unsigned channels, depth;
    void *samples; /* malloc'd */
};
enum { PICTURE_SIDE = 65535, PICTURE_PIXELS = 1 << 27 }; /* larger ones are refused before memory is taken */
enum { PICTURE_TEXT = 200 };

/* The size that is wanted; a decoder asks before it decodes. */
struct picture_want {
    size_t width, height;
    bool exact, larger; /* just this size; at least this size; neither: any */
    const char *input;
};
/* Whether a picture of that size, as stored, is of use; false: `text` tells why not. `orientation` as EXIF has it. */
bool picture_wanted(const struct picture_want *want, size_t width, size_t height, unsigned orientation,
                    char text[PICTURE_TEXT]);

typedef enum status picture_decode_fn(const struct bytes *file, const char *path, const struct picture_want *want,
                                      struct picture *picture, struct talk *talk);
picture_decode_fn png_decode, jpeg_decode, bmp_decode;
picture_decode_fn lept_decode; /* PNM, the first frame of a WebP or a GIF: data_lept.c */

/* picture_orient.c: the orientation that EXIF data tell, 1 (upright) to 8; 1 where they tell none. */
unsigned exif_orientation(const unsigned char *exif, size_t size);
/* Turns and mirrors the samples so that the picture stands upright. */
enum status picture_orient(struct picture *picture, unsigned orientation, const char *path, struct talk *talk);

/* picture.c: how an input takes pictures; false after an error was said. */
struct layout {
    size_t count;                       /* pictures: the batch */
    size_t width, height, channels;     /* of one */
    size_t image, row, column, channel; /* strides in elements */
};
bool picture_layout(const nnefcl_tensor_info *input, struct layout *layout);
/* picture_scale.c: the elements of picture `index` of the batch. */
enum status picture_to_input(const struct picture *picture, const char *path, const struct layout *layout, size_t index,
                             const struct image_options *options, float *out, struct talk *talk);

#endif
