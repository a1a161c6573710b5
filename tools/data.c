#include "data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool data_exists(const char *path, struct talk *talk)
{
    if (!strcmp(path, "-") || !access(path, R_OK))
        return true;
    talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno));
    return false;
}

/* Files say their size, pipes do not: one byte more than the size finds the end without growing. */
static enum status read_stream(FILE *file, const char *path, size_t expected, struct bytes *bytes, struct talk *talk)
{
    size_t room = expected + 1;
    for (;;) {
        unsigned char *grown = room > bytes->size ? realloc(bytes->data, room) : NULL;
        if (!grown)
            return talk_fail(talk, STATUS_LIMIT, "%s: out of memory (%zu bytes)", path, room);
        bytes->data = grown;
        bytes->size += fread(bytes->data + bytes->size, 1, room - bytes->size, file);
        if (ferror(file))
            return talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno));
        if (bytes->size < room)
            return STATUS_OK;
        room = room < SIZE_MAX / 2 ? room * 2 : 0;
    }
}

enum status data_read_file(const char *path, struct bytes *bytes, struct talk *talk)
{
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "rb");
    struct stat info;
    *bytes = (struct bytes){0};
    if (!file)
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno));
    size_t expected = !fstat(fileno(file), &info) && S_ISREG(info.st_mode) ? (size_t)info.st_size : 65536;
    enum status status = read_stream(file, path, expected, bytes, talk);
    if (!standard)
        fclose(file);
    if (status) {
        free(bytes->data);
        *bytes = (struct bytes){0};
    }
    return status;
}

enum format { FORMAT_UNKNOWN, FORMAT_DAT, FORMAT_NPY, FORMAT_NPZ, FORMAT_PNG, FORMAT_JPEG };

static enum format format_of(const struct bytes *file)
{
    static const struct {
        const char *magic;
        size_t length;
        enum format format;
    } magics[] = {{"\x4e\xef", 2, FORMAT_DAT}, {"\x93NUMPY", 6, FORMAT_NPY},         {"PK\3\4", 4, FORMAT_NPZ},
                  {"PK\5\6", 4, FORMAT_NPZ},   {"\x89PNG\r\n\x1a\n", 8, FORMAT_PNG}, {"\xff\xd8\xff", 3, FORMAT_JPEG}};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (file->size >= magics[i].length && !memcmp(file->data, magics[i].magic, magics[i].length))
            return magics[i].format;
    return FORMAT_UNKNOWN;
}

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

/* A member of an .npz may take as many bytes as the widest item type needs, and a header. */
static size_t member_limit(const nnefcl_tensor_info *tensor)
{
    size_t count = shape_count(&tensor->shape);
    return count < (SIZE_MAX >> 5) ? count * 16 + (1 << 20) : SIZE_MAX;
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
        if ((status = npz_member(file, path, tensor->name, member_limit(tensor), &member, talk)))
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
    return STATUS_OK;
}

static enum status fill_from_picture(const struct bytes *file, enum format format, const char *path,
                                     const nnefcl_tensor_info *input, const struct image_options *options, float *out,
                                     struct talk *talk)
{
    struct picture picture = {0};
    enum status status =
        format == FORMAT_PNG ? png_decode(file, path, &picture, talk) : jpeg_decode(file, path, &picture, talk);
    if (!status)
        status = picture_to_input(&picture, path, input, options, out, talk);
    free(picture.samples);
    return status;
}

enum status data_load_input(const char *path, const nnefcl_tensor_info *input, const struct image_options *options,
                            void *out, bool *image, struct talk *talk)
{
    struct bytes file;
    struct array array;
    enum status status = data_read_file(path, &file, talk);
    if (status)
        return status;
    enum format format = format_of(&file);
    if (format == FORMAT_UNKNOWN) {
        status = talk_fail(talk, STATUS_DATA, "%s: not a .dat, .npy, .npz, .png or .jpg file", path);
    } else if (format == FORMAT_PNG || format == FORMAT_JPEG) {
        *image = true;
        status = fill_from_picture(&file, format, path, input, options, out, talk);
    } else if (!(status = parse_array(&file, format, path, input, &array, talk))) {
        status = fill_from_array(&array, path, input, out, talk);
    }
    free(file.data);
    return status;
}

enum status data_load_wanted(const char *path, const nnefcl_tensor_info *output, nnefcl_tensor *tensor,
                             struct talk *talk)
{
    struct bytes file;
    struct array array;
    size_t bad;
    enum status status = data_read_file(path, &file, talk);
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
    }
    free(file.data);
    return status;
}
