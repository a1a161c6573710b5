/* SPDX-License-Identifier: Apache-2.0 */
#include "tensor_format.h"

#include <string.h>

#include "document.h"
#include "file_name.h"

/* ---- JSON ---- */

static bool text_file(FILE *file, const struct named_tensor *named)
{
    const nnefcl_tensor *tensor = named->tensor;
    json_t *document = document_begin("tensor");
    document_merge(document,
                   document_pack("{s:s, s:s, s:o, s:o}", "name", named->name, "dtype", nnefcl_dtype_name(tensor->dtype),
                                 "shape", document_shape(&tensor->shape), "data", document_elements(tensor)));
    return document_write(document, file, JSON_COMPACT) == 0;
}

/* ---- .npy ---- */

/* Version 1.0: the header ends in a newline at a multiple of 64 bytes. */
size_t npy_header(const nnefcl_tensor *tensor, char header[NPY_HEADER])
{
    static const char *const types[] = {"f4", "i4", "b1"};
    const uint16_t one = 1;
    const char order = tensor->dtype == NNEFCL_LOGICAL ? '|' : *(const unsigned char *)&one ? '<' : '>';
    enum { PREFIX = 10 };
    size_t length = PREFIX;
    memcpy(header, "\x93NUMPY\1", 8);
    length += (size_t)snprintf(header + length, NPY_HEADER - length,
                               "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order, types[tensor->dtype]);
    for (int i = 0; i < tensor->shape.rank; i++)
        length += (size_t)snprintf(header + length, NPY_HEADER - length, i ? " %lld," : "%lld,",
                                   (long long)tensor->shape.extent[i]);
    length += (size_t)snprintf(header + length, NPY_HEADER - length, "), }");
    const size_t padded = (length + 1 + 63) / 64 * 64;
    memset(header + length, ' ', padded - length);
    header[padded - 1] = '\n';
    header[8] = (char)((padded - PREFIX) & 255);
    header[9] = (char)((padded - PREFIX) >> 8);
    return padded;
}

static bool npy_file(FILE *file, const struct named_tensor *named)
{
    char header[NPY_HEADER];
    const size_t length = npy_header(named->tensor, header);
    return fwrite(header, 1, length, file) == length &&
           fwrite(named->tensor->data, 1, named->tensor->bytes, file) == named->tensor->bytes;
}

/* ---- .dat ---- */

static size_t write_bytes(void *user, const void *data, size_t size)
{
    return fwrite(data, 1, size, user);
}

static bool dat_file(FILE *file, const struct named_tensor *named)
{
    return nnefcl_tensor_write(named->tensor, write_bytes, file, NULL) == NNEFCL_OK;
}

/* ---- all ---- */

static const struct format {
    const char *end;
    bool (*write)(FILE *file, const struct named_tensor *named); /* NULL: holds several */
} formats[] = {[TENSOR_DAT] = {".dat", dat_file},
               [TENSOR_NPY] = {".npy", npy_file},
               [TENSOR_NPZ] = {".npz", NULL},
               [TENSOR_JSON] = {".json", text_file}};
static const enum tensor_format last_format = TENSOR_JSON;

const char *tensor_format_end(enum tensor_format format)
{
    return formats[format].end;
}

bool tensor_format_of_path(const char *path, enum tensor_format *format)
{
    for (*format = TENSOR_DAT; *format <= last_format; ++*format)
        if (file_name_ends(path, formats[*format].end))
            return true;
    return false;
}

bool tensor_format_named(const char *name, enum tensor_format *format)
{
    for (*format = TENSOR_DAT; *format <= last_format; ++*format)
        if (!strcmp(name, formats[*format].end + 1))
            return true;
    return false;
}

bool tensor_format_write(FILE *file, enum tensor_format format, const struct named_tensor *tensors, size_t count)
{
    if (!formats[format].write)
        return npz_write(file, tensors, count);
    for (size_t i = 0; i < count; i++)
        if (!formats[format].write(file, &tensors[i]))
            return false;
    return true;
}
