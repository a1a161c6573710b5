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

/* A whole file, "-" for stdin. STATUS_DATA when it cannot be read. */
enum status data_read_file(const char *path, struct bytes *bytes, struct talk *talk);
/* Whether a path names something that can be read; false after an error was said. */
bool data_exists(const char *path, struct talk *talk);

/* Fills the dense elements of an input from a .dat, .npy, .npz, .png or .jpg. *image tells whether it was a picture. */
enum status data_load_input(const char *path, const nnefcl_tensor_info *input, const struct image_options *options,
                            void *out, bool *image, struct talk *talk);

/* A file to compare with; freed by nnefcl_tensor_clear with no allocator. Type and shape are those of the file. */
enum status data_load_wanted(const char *path, const nnefcl_tensor_info *output, nnefcl_tensor *tensor,
                             struct talk *talk);

/* Pseudo-random elements: scalars uniform in [range[0], range[1]], integers the whole numbers in it, logicals 0 or 1.
 * The same numbers for the same seed, input and run. */
void data_random(const nnefcl_tensor_info *input, uint64_t seed, size_t run, const double range[2], void *out);

/* ---- the formats, each a file of its own ---- */

/* data_npy.c: the array in the bytes of an .npy file (versions 1 to 3); it points into them. */
enum status npy_parse(const struct bytes *file, const char *path, struct array *array, struct talk *talk);
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
enum status png_decode(const struct bytes *file, const char *path, struct picture *picture, struct talk *talk);
enum status jpeg_decode(const struct bytes *file, const char *path, struct picture *picture, struct talk *talk);
/* picture.c: the elements of a scalar input [1,C,H,W] or [1,H,W,C] from a picture. */
enum status picture_to_input(const struct picture *picture, const char *path, const nnefcl_tensor_info *input,
                             const struct image_options *options, float *out, struct talk *talk);

#endif
