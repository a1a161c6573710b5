/* SPDX-License-Identifier: Apache-2.0 */
#include "model/formats.h"

#include <string.h>
#include <strings.h>

#include "nnefcl/inspect.h"

#define HEAD 4096

#define FORMAT(name) extern const struct ncl_import_format ncl_import_##name;
#include "model/formats.def"
#undef FORMAT

#define FORMAT(name) #name,
static const char *const format_names[] = {
#include "model/formats.def"
};
#undef FORMAT

#define FORMAT(name) &ncl_import_##name,
static const struct ncl_import_format *const formats[] = {
#include "model/formats.def"
};
#undef FORMAT

static nnefcl_status head_read(const struct ncl_container *container, struct ncl_diag *diag, uint8_t head[HEAD],
                               size_t *size)
{
    struct ncl_cursor *cursor;
    nnefcl_status status = ncl_cursor_open(container, diag, &cursor);
    if (status)
        return status;
    status = ncl_cursor_seek(cursor, 0, diag);
    if (!status)
        status = ncl_cursor_read(cursor, head, HEAD, size, diag);
    ncl_cursor_free(cursor);
    return status;
}

/* A stray byte within a text has a place that the parser tells; no text begins with one that is no letter. */
static bool head_is_binary(const uint8_t *head, size_t size)
{
    return memchr(head, 0, size) || (size && head[0] < ' ' && !memchr("\t\n\v\f\r", head[0], 5));
}

/* What a file would be by its name; NULL: nothing in particular. */
static const char *named_format(const char *name)
{
    static const char *const endings[][2] = {{".onnx", "an ONNX model"},
                                             {".tflite", "a TensorFlow Lite model"},
                                             {".pb", "a graph of TensorFlow or Caffe2"},
                                             {".caffemodel", "a Caffe model"},
                                             {".prototxt", "a Caffe model"},
                                             {".t7", "a Torch file"},
                                             {".pt", "a PyTorch file"},
                                             {".pth", "a PyTorch file"},
                                             {".safetensors", "a safetensors file"},
                                             {".gguf", "a GGUF file"},
                                             {".h5", "an HDF5 file"},
                                             {".keras", "a Keras model"}};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t end = strlen(endings[i][0]);
        if (length > end && strcasecmp(name + length - end, endings[i][0]) == 0)
            return endings[i][1];
    }
    return NULL;
}

/* As a text of NNEF does, whatever it is called. */
static bool head_has_version(const uint8_t *head, size_t size)
{
    static const char word[] = "version";
    for (size_t at = 0; at + strlen(word) <= size; at++)
        if (memcmp(head + at, word, strlen(word)) == 0)
            return true;
    return false;
}

static nnefcl_status unknown_format(const char *name, const char *called, size_t size, struct ncl_diag *diag)
{
    if (called)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%.200s' is called %s, but %s", name, called,
                         size ? "does not begin like one: cut off or damaged?" : "is empty");
    return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE,
                     "'%.200s' is neither a text, nor a .tar, .tar.gz or .zip archive, nor of a known format", name);
}

nnefcl_status ncl_format_detect(const struct ncl_container *container, struct ncl_diag *diag,
                                const struct ncl_import_format **format)
{
    uint8_t head[HEAD];
    size_t size = 0;
    *format = NULL;
    if (!ncl_container_lone(container))
        return NNEFCL_OK;
    const nnefcl_status status = head_read(container, diag, head, &size);
    for (size_t i = 0; i < sizeof formats / sizeof *formats && !status && !*format; i++)
        if (formats[i]->detect(head, size, ncl_container_member(container, 0)->size))
            *format = formats[i];
    const char *name = ncl_container_lone(container), *called = named_format(name);
    if (!status && !*format && (head_is_binary(head, size) || (called && !head_has_version(head, size))))
        return unknown_format(name, called, size, diag);
    return status;
}

/* Nodes that readers make have names with blanks. */
static bool is_of_files(const char *op)
{
    return strchr(op, ' ') == NULL;
}

const char *nnefcl_format_op(const char *format, size_t index)
{
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
        if (!format && f == index)
            return format_names[f];
        if (!format || strcmp(format_names[f], format) != 0)
            continue;
        for (size_t i = 0; i < formats[f]->operator_count; i++)
            if (is_of_files(formats[f]->operators[i].name) && index-- == 0)
                return formats[f]->operators[i].name;
    }
    return NULL;
}
