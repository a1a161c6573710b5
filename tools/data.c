/* SPDX-License-Identifier: Apache-2.0 */
#include "data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum format {
    FORMAT_UNKNOWN,
    FORMAT_DAT,
    FORMAT_NPY,
    FORMAT_NPZ,
    FORMAT_PNG,
    FORMAT_JPEG,
    FORMAT_GIF,
    FORMAT_BMP,
    FORMAT_WEBP,
    FORMAT_PNM
};

static enum format format_of(const struct bytes *file)
{
    static const struct {
        const char *magic;
        size_t at, length;
        enum format format;
    } magics[] = {{"\x4e\xef", 0, 2, FORMAT_DAT},
                  {"\x93NUMPY", 0, 6, FORMAT_NPY},
                  {"PK\3\4", 0, 4, FORMAT_NPZ},
                  {"PK\5\6", 0, 4, FORMAT_NPZ},
                  {"\x89PNG\r\n\x1a\n", 0, 8, FORMAT_PNG},
                  {"\xff\xd8\xff", 0, 3, FORMAT_JPEG},
                  {"GIF8", 0, 4, FORMAT_GIF},
                  {"BM", 0, 2, FORMAT_BMP},
                  {"WEBP", 8, 4, FORMAT_WEBP}};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (file->size >= magics[i].at + magics[i].length &&
            !memcmp(file->data + magics[i].at, magics[i].magic, magics[i].length))
            return magics[i].format;
    const bool pnm = file->size > 2 && file->data[0] == 'P' && file->data[1] >= '1' && file->data[1] <= '6' &&
                     strchr(" \t\r\n#", file->data[2]) && file->data[2];
    return pnm ? FORMAT_PNM : FORMAT_UNKNOWN;
}

static picture_decode_fn *decoder_of(enum format format)
{
    return format == FORMAT_PNG    ? png_decode
           : format == FORMAT_JPEG ? jpeg_decode
           : format == FORMAT_BMP  ? bmp_decode
           : format > FORMAT_JPEG  ? lept_decode
                                   : NULL;
}

/* ---- how much of a file is read ---- */

/* Bytes of an array: what the widest item type needs, and a header. */
static size_t array_limit(const nnefcl_tensor_info *tensor)
{
    const size_t count = shape_count(&tensor->shape);
    return count < SIZE_MAX >> 5 ? count * 16 + (1 << 20) : SIZE_MAX;
}

/* An archive may hold others beside the array. */
static size_t file_bound(const void *context, const struct bytes *head, bool regular)
{
    enum { PICTURE_BYTES = 1 << 28, OTHERS = 1 << 26 };
    const size_t array = array_limit(context);
    const enum format format = format_of(head);
    if (format == FORMAT_UNKNOWN)
        return 0;
    if (decoder_of(format))
        return PICTURE_BYTES;
    if (format != FORMAT_NPZ || array == SIZE_MAX)
        return array;
    return regular ? SIZE_MAX : array + OTHERS;
}

static size_t array_bound(const void *context, const struct bytes *head, bool regular)
{
    return decoder_of(format_of(head)) ? 0 : file_bound(context, head, regular);
}

bool data_is_picture(const char *path)
{
    unsigned char data[16];
    struct bytes head = {.data = data};
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    if (!file)
        return false;
    head.size = fread(data, 1, sizeof data, file);
    fclose(file);
    return decoder_of(format_of(&head)) != NULL;
}

/* ---- arrays ---- */

static bool host_is_big(void)
{
    const uint16_t one = 1;
    return !*(const unsigned char *)&one;
}

/* Replaces the bytes of a .dat file by its elements in host order, described by `array`. */
static enum status parse_dat(struct bytes *file, const char *path, struct array *array, struct talk *talk)
{
    nnefcl_error error = {0};
    nnefcl_tensor tensor = {0};
    nnefcl_status status = nnefcl_tensor_parse(file->data, file->size, path, NULL, &tensor, &error);
    if (status) /* a form that a model may have under some option is wrong here, too */
        return talk_library(talk, status, &error) == STATUS_LIMIT ? STATUS_LIMIT : STATUS_DATA;
    if (*error.message)
        talk_warn(talk, "%s", error.message);
    free(file->data);
    *file = (struct bytes){tensor.data, tensor.bytes};
    *array = (struct array){.kind = "fib"[tensor.dtype],
                            .item = nnefcl_dtype_size(tensor.dtype),
                            .big = host_is_big(),
                            .loose_rank = true,
                            .shape = tensor.shape,
                            .data = tensor.data,
                            .count = tensor.bytes / nnefcl_dtype_size(tensor.dtype)};
    return STATUS_OK;
}

/* The array in a file. `file` owns its bytes before and after. */
static enum status parse_array(struct bytes *file, enum format format, const char *path,
                               const nnefcl_tensor_info *tensor, struct array *array, struct talk *talk)
{
    struct bytes member;
    enum status status;
    switch (format) {
    case FORMAT_DAT:
        return parse_dat(file, path, array, talk);
    case FORMAT_NPY:
        return npy_parse(file, path, array, talk);
    case FORMAT_NPZ:
        if ((status = npz_member(file, path, tensor->name, array_limit(tensor), &member, talk)))
            return status;
        free(file->data);
        *file = member;
        if (format_of(file) != FORMAT_NPY)
            return talk_fail(talk, STATUS_DATA, "%s: the member for '%s' is no .npy array", path, tensor->name);
        return npy_parse(file, path, array, talk);
    default:
        return talk_fail(talk, STATUS_DATA, "%s: not a .dat, .npy or .npz file", path);
    }
}

/* Doubles that floats cannot hold. */
static void warn_of_lost(const struct array *array, const char *path, struct talk *talk)
{
    size_t first;
    double value;
    const size_t lost = array_lost(array, &first, &value);
    if (lost)
        talk_warn(talk, "%s: element %zu is %.9g and became %s in 32 bits, as %zu of %zu values became infinite or 0",
                  path, first, value, value > 1 || value < -1 ? "infinite" : "0", lost, array->count);
}

static enum status fill_from_array(const struct array *array, const char *path, const nnefcl_tensor_info *input,
                                   void *out, struct talk *talk)
{
    char have[SHAPE_TEXT], want[SHAPE_TEXT];
    size_t bad;
    if (!array_has_shape(array, &input->shape))
        return talk_fail(talk, STATUS_DATA, "%s: shape %s, but input '%s' has %s", path,
                         shape_text(&array->shape, have), input->name, shape_text(&input->shape, want));
    if (!array_convert(array, input->dtype, out, &bad))
        return talk_fail(talk, STATUS_DATA, "%s: element %zu has no exact value of type %s, which input '%s' takes",
                         path, bad, nnefcl_dtype_name(input->dtype), input->name);
    warn_of_lost(array, path, talk);
    return STATUS_OK;
}

/* ---- pictures ---- */

struct pictures {
    const nnefcl_tensor_info *input;
    const struct image_options *options;
    struct layout layout;
    float *out;
    struct talk *talk;
};

static enum status add_picture(const struct pictures *to, const struct bytes *file, const char *path, size_t index)
{
    const struct image_options *o = to->options;
    const struct picture_want want = {.width = to->layout.width,
                                      .height = to->layout.height,
                                      .exact = !o->resize && !o->crop,
                                      .larger = !o->resize && o->crop,
                                      .input = to->input->name};
    struct picture picture = {0};
    enum status status = decoder_of(format_of(file))(file, path, &want, &picture, to->talk);
    if (!status)
        status = picture_to_input(&picture, path, &to->layout, index, o, to->out, to->talk);
    free(picture.samples);
    return status;
}

static enum status check_pictures(struct pictures *to, const char *path, size_t count)
{
    char shape[SHAPE_TEXT];
    if (!picture_layout(to->input, &to->layout))
        return talk_fail(to->talk, STATUS_DATA,
                         "%s: a picture does not fit input '%s' (%s %s); it takes [N,C,H,W] or [N,H,W,C] of scalars "
                         "with C 1 or 3",
                         path, to->input->name, nnefcl_dtype_name(to->input->dtype),
                         shape_text(&to->input->shape, shape));
    if (to->layout.count != count)
        return talk_fail(to->talk, STATUS_DATA,
                         "%s: input '%s' takes %zu pictures at once and %zu are left; --batch %zu "
                         "would fit",
                         path, to->input->name, to->layout.count, count, count);
    return STATUS_OK;
}

static enum status load_one(struct pictures *to, const char *path, size_t index, size_t count, bool *image)
{
    static const char kinds[] = "a .dat, .npy, .npz or picture (.png .jpg .webp .gif .bmp .ppm)";
    struct bytes file;
    struct array array;
    enum status status = data_read_file(path, file_bound, to->input, kinds, &file, to->talk);
    if (status)
        return status;
    const enum format format = format_of(&file);
    if (decoder_of(format)) {
        *image = true;
        status = check_pictures(to, path, count);
        if (!status)
            status = add_picture(to, &file, path, index);
    } else if (count > 1) {
        status = talk_fail(to->talk, STATUS_DATA, "%s: not a picture, as the others of its batch are", path);
    } else if (!(status = parse_array(&file, format, path, to->input, &array, to->talk))) {
        status = fill_from_array(&array, path, to->input, to->out, to->talk);
    }
    free(file.data);
    return status;
}

enum status data_load_input(const char *const *paths, size_t count, const nnefcl_tensor_info *input,
                            const struct image_options *options, void *out, bool *image, struct talk *talk)
{
    struct pictures to = {.input = input, .options = options, .out = out, .talk = talk};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && !status; i++)
        status = load_one(&to, paths[i], i, count, image);
    return status;
}

/* ---- what to compare with ---- */

enum status data_load_wanted(const char *path, const nnefcl_tensor_info *output, nnefcl_tensor *tensor,
                             struct talk *talk)
{
    struct bytes file;
    struct array array;
    size_t bad;
    enum status status = data_read_file(path, array_bound, output, "a .dat, .npy or .npz file", &file, talk);
    if (status)
        return status;
    if (!(status = parse_array(&file, format_of(&file), path, output, &array, talk))) {
        nnefcl_dtype dtype = array_dtype(&array);
        *tensor =
            (nnefcl_tensor){.dtype = dtype, .shape = array.shape, .bytes = nnefcl_tensor_bytes(dtype, &array.shape)};
        tensor->data = malloc(tensor->bytes + 1);
        if (!tensor->data)
            status = talk_fail(talk, STATUS_LIMIT, "%s: out of memory (%zu bytes)", path, tensor->bytes);
        else if (!array_convert(&array, dtype, tensor->data, &bad))
            status = talk_fail(talk, STATUS_DATA, "%s: element %zu has no exact value of type %s", path, bad,
                               nnefcl_dtype_name(dtype));
        else
            warn_of_lost(&array, path, talk);
    }
    free(file.data);
    return status;
}
