/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions of nnefcl/tensor.h: whole tensor files in and out of host memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/narrow.h"
#include "base/whole_file.h"
#include "file_bytes.h"
#include "tensor_file.h"

/* ---- reading ---- */

#define CHUNK 4096 /* items decoded at once: a multiple of 32, so that a chunk is whole bytes, and whole blocks */

static nnefcl_dtype dtype_of(enum ncl_item_code code)
{
    if (code == NCL_ITEM_BOOL)
        return NNEFCL_LOGICAL;
    return code == NCL_ITEM_UNSIGNED || code == NCL_ITEM_SIGNED ? NNEFCL_INTEGER : NNEFCL_SCALAR;
}

/* Where the packed items of one file come from, and where they go. */
struct decoding {
    struct ncl_tensor_header header;
    const char *name;
    const uint8_t *data; /* in memory, or NULL: read from `file` */
    int file;
    struct ncl_diag *diag;
    nnefcl_tensor *tensor;
    struct ncl_lost lost;
};

/* A call that succeeds tells its first warning where a failing one would tell its error. */
static void keep_warning(void *user, nnefcl_severity severity, const nnefcl_error *said)
{
    nnefcl_error *error = user;
    if (error && severity == NNEFCL_WARNING && !*error->message)
        *error = *said;
}

static nnefcl_status decode_scalars(struct decoding *d, const uint8_t *packed, uint64_t first, size_t count)
{
    double values[CHUNK];
    float *out = (float *)d->tensor->data + first;
    ncl_items_to_double(&d->header, packed, 0, count, values);
    if (d->header.has_range)
        ncl_items_apply_range(&d->header, values, count);
    ncl_narrow(values, count, first, out, &d->lost);
    return NNEFCL_OK;
}

static nnefcl_status decode_integers(struct decoding *d, const uint8_t *packed, uint64_t first, size_t count)
{
    int64_t values[CHUNK];
    int32_t *out = (int32_t *)d->tensor->data + first;
    ncl_items_to_int64(&d->header, packed, 0, count, values);
    for (size_t i = 0; i < count; i++) {
        if (!ncl_item_fits_int32(&d->header, values[i]))
            return ncl_error(d->diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "%s: item %llu does not fit in 32 bits", d->name,
                             (unsigned long long)(first + i));
        out[i] = (int32_t)values[i];
    }
    return NNEFCL_OK;
}

static nnefcl_status decode_logicals(struct decoding *d, const uint8_t *packed, uint64_t first, size_t count)
{
    int64_t values[CHUNK];
    uint8_t *out = (uint8_t *)d->tensor->data + first;
    ncl_items_to_int64(&d->header, packed, 0, count, values);
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)values[i];
    return NNEFCL_OK;
}

static nnefcl_status decode_all(struct decoding *d)
{
    static nnefcl_status (*const decode[])(struct decoding *, const uint8_t *, uint64_t, size_t) = {
        [NNEFCL_SCALAR] = decode_scalars, [NNEFCL_INTEGER] = decode_integers, [NNEFCL_LOGICAL] = decode_logicals};
    uint8_t buffer[CHUNK * 8];
    nnefcl_status status = NNEFCL_OK;
    for (uint64_t first = 0; first < d->header.items && status == NNEFCL_OK; first += CHUNK) {
        size_t count = d->header.items - first < CHUNK ? (size_t)(d->header.items - first) : CHUNK;
        uint64_t offset = ncl_items_bytes(&d->header, first);
        size_t size = (size_t)ncl_items_bytes(&d->header, count);
        const uint8_t *packed = d->data ? d->data + offset : buffer;
        if (!d->data && ncl_file_read_at(d->file, NCL_TENSOR_HEADER + offset, buffer, size) != size)
            return ncl_error(d->diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "%s: the file changed while it was read", d->name);
        status = decode[d->tensor->dtype](d, packed, first, count);
    }
    return status;
}

static nnefcl_status decode_file(struct decoding *d, const uint8_t *header, uint64_t size,
                                 const nnefcl_allocator *allocator)
{
    nnefcl_status status = ncl_tensor_header_read(header, size, d->name, 0, NNEFCL_ERR_DATA, d->diag, &d->header);
    if (status)
        return status;
    nnefcl_tensor *tensor = d->tensor;
    tensor->dtype = dtype_of(d->header.code);
    tensor->shape = d->header.shape;
    tensor->bytes = nnefcl_tensor_bytes(tensor->dtype, &tensor->shape);
    tensor->data =
        tensor->bytes == SIZE_MAX ? NULL : ncl_resize(allocator, NULL, tensor->bytes > 0 ? tensor->bytes : 1);
    status = tensor->data ? decode_all(d) : ncl_nomem(d->diag);
    if (status)
        nnefcl_tensor_clear(tensor, allocator);
    else
        ncl_narrow_tell(&d->lost, d->name, d->header.items, d->diag);
    return status;
}

nnefcl_status nnefcl_tensor_parse(const void *file, size_t size, const char *name, const nnefcl_allocator *allocator,
                                  nnefcl_tensor *tensor, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, keep_warning, error, false);
    if (tensor)
        *tensor = (nnefcl_tensor){0};
    if (!tensor || !name || (!file && size))
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_tensor_parse: file, name or tensor is NULL");
    uint8_t header[NCL_TENSOR_HEADER] = {0};
    struct decoding d = {.name = name, .diag = &diag, .tensor = tensor, .data = header};
    if (size > 0)
        memcpy(header, file, size < sizeof header ? size : sizeof header);
    if (size > sizeof header)
        d.data = (const uint8_t *)file + sizeof header;
    return decode_file(&d, header, size, allocator);
}

static nnefcl_status cannot(struct ncl_diag *diag, const char *what, const char *path, int code)
{
    char text[NCL_FILE_ERROR_TEXT];
    return ncl_error(diag, ncl_file_status(code, NNEFCL_ERR_DATA), NCL_NOWHERE, "cannot %s '%s': %s", what, path,
                     ncl_file_error(code, text));
}

static nnefcl_status load_regular(int file, uint64_t size, const char *path, const nnefcl_allocator *allocator,
                                  nnefcl_tensor *tensor, struct ncl_diag *diag)
{
    uint8_t header[NCL_TENSOR_HEADER] = {0};
    if (ncl_file_read_at(file, 0, header, sizeof header) == SIZE_MAX)
        return cannot(diag, "read", path, errno);
    struct decoding d = {.name = path, .file = file, .diag = diag, .tensor = tensor};
    return decode_file(&d, header, size, allocator);
}

/* A pipe has no size: it is read to its end first. */
static nnefcl_status load_stream(int file, const char *path, const nnefcl_allocator *allocator, nnefcl_tensor *tensor,
                                 struct ncl_diag *diag)
{
    uint8_t *data = NULL;
    size_t size = 0, capacity = 0, got = 0;
    nnefcl_status status = NNEFCL_OK;
    do {
        if (size == capacity) {
            size_t larger = capacity ? 2 * capacity : 65536;
            uint8_t *grown = larger > capacity ? ncl_resize(allocator, data, larger) : NULL;
            if (!grown) {
                status = ncl_nomem(diag);
                goto out;
            }
            data = grown;
            capacity = larger;
        }
        got = ncl_file_read(file, data + size, capacity - size);
        if (got == SIZE_MAX) {
            status = cannot(diag, "read", path, errno);
            goto out;
        }
        size += got;
    } while (size == capacity);
    status = nnefcl_tensor_parse(data, size, path, allocator, tensor, diag->error);
out:
    ncl_resize(allocator, data, 0);
    return status;
}

nnefcl_status nnefcl_tensor_load(const char *path, const nnefcl_allocator *allocator, nnefcl_tensor *tensor,
                                 nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, keep_warning, error, false);
    if (tensor)
        *tensor = (nnefcl_tensor){0};
    if (!tensor || !path)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_tensor_load: path or tensor is NULL");
    int file = ncl_file_open(AT_FDCWD, path, 0);
    struct stat about;
    if (file < 0)
        return cannot(&diag, "open", path, errno);
    nnefcl_status status;
    if (fstat(file, &about) != 0)
        status = cannot(&diag, "read", path, errno);
    else if (S_ISREG(about.st_mode))
        status = load_regular(file, (uint64_t)about.st_size, path, allocator, tensor, &diag);
    else
        status = load_stream(file, path, allocator, tensor, &diag);
    close(file);
    return status;
}

void nnefcl_tensor_clear(nnefcl_tensor *tensor, const nnefcl_allocator *allocator)
{
    if (!tensor)
        return;
    ncl_resize(allocator, tensor->data, 0);
    *tensor = (nnefcl_tensor){0};
}

/* ---- writing ---- */

typedef size_t write_fn(void *user, const void *data, size_t size);

static bool write_items(const nnefcl_tensor *tensor, write_fn *write, void *user)
{
    if (tensor->dtype == NNEFCL_LOGICAL)
        return write(user, tensor->data, tensor->bytes) == tensor->bytes;
    uint8_t packed[CHUNK * 4];
    size_t items = tensor->bytes / 4;
    for (size_t first = 0; first < items; first += CHUNK) {
        size_t count = items - first < CHUNK ? items - first : CHUNK;
        for (size_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, (const uint8_t *)tensor->data + 4 * (first + i), 4);
            for (int b = 0; b < 4; b++)
                packed[4 * i + (size_t)b] = (uint8_t)(bits >> (8 * b));
        }
        if (write(user, packed, 4 * count) != 4 * count)
            return false;
    }
    return true;
}

static bool can_be_saved(const nnefcl_tensor *tensor)
{
    if (tensor->bytes == SIZE_MAX || nnefcl_tensor_bytes(tensor->dtype, &tensor->shape) != tensor->bytes ||
        (tensor->bytes > 0 && !tensor->data))
        return false;
    for (int i = 0; i < tensor->shape.rank; i++)
        if (tensor->shape.extent[i] > UINT32_MAX)
            return false;
    return true;
}

static nnefcl_status check_tensor(const nnefcl_tensor *tensor, const char *name, struct ncl_diag *diag)
{
    return can_be_saved(tensor) ? NNEFCL_OK
                                : ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                                            "cannot write %s: shape, type and size of the tensor do not agree", name);
}

static bool write_tensor(const nnefcl_tensor *tensor, write_fn *write, void *user)
{
    uint8_t header[NCL_TENSOR_HEADER];
    ncl_tensor_header_write(tensor->dtype, &tensor->shape, header);
    return write(user, header, sizeof header) == sizeof header && write_items(tensor, write, user);
}

nnefcl_status nnefcl_tensor_write(const nnefcl_tensor *tensor, write_fn *write, void *user, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!tensor || !write)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_tensor_write: tensor or write is NULL");
    nnefcl_status status = check_tensor(tensor, "the tensor", &diag);
    if (!status && !write_tensor(tensor, write, user))
        status = ncl_error(&diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "the tensor could not be written");
    return status;
}

static size_t write_to_file(void *user, const void *data, size_t size)
{
    return fwrite(data, 1, size, user);
}

nnefcl_status nnefcl_tensor_save(const char *path, const nnefcl_tensor *tensor, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!path || !tensor)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_tensor_save: path or tensor is NULL");
    nnefcl_status status = check_tensor(tensor, path, &diag);
    if (status)
        return status;
    struct ncl_whole_file whole;
    int code = ncl_whole_file_open(&whole, path);
    if (!code)
        code = ncl_whole_file_close(&whole, write_tensor(tensor, write_to_file, whole.file));
    return code ? cannot(&diag, "write", path, code) : NNEFCL_OK;
}
