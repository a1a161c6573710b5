/* SPDX-License-Identifier: Apache-2.0 */
#include "foreign.h"

#include <stdbool.h>
#include <string.h>

static int begins_with_bytes(const uint8_t *head, size_t size, size_t offset, const char *magic, size_t length)
{
    return size >= offset + length && memcmp(head + offset, magic, length) == 0;
}
#define BEGINS(head, size, offset, magic) begins_with_bytes(head, size, offset, "" magic, sizeof(magic) - 1)

static bool has_bytes_at(const uint8_t *head, size_t size, const char *text)
{
    const size_t length = strlen(text);
    for (size_t at = 0; at + length <= size; at++)
        if (memcmp(head + at, text, length) == 0)
            return true;
    return false;
}

/* ---- protobuf: fields are told by number and wire type, as far as the head reaches ---- */

struct field {
    unsigned number, wire; /* wire 0: varint, 2: bytes */
    uint64_t value;        /* of a varint, or the length of the bytes */
    const uint8_t *bytes;
    size_t there; /* of the bytes, in the head */
};

static bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        const uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool field_read(const uint8_t **at, const uint8_t *end, struct field *field)
{
    uint64_t key;
    if (!varint_read(at, end, &key) || !varint_read(at, end, &field->value))
        return false;
    field->number = (unsigned)(key >> 3);
    field->wire = (unsigned)key & 7;
    if (field->wire != 0 && field->wire != 2)
        return false;
    if (field->wire == 0)
        return true;
    const size_t left = (size_t)(end - *at);
    field->bytes = *at;
    field->there = field->value < left ? (size_t)field->value : left;
    *at += field->there;
    return true;
}

/* SavedModel: saved_model_schema_version = 1, meta_graphs = 2, whose first field is a message. */
static int is_saved_model(const uint8_t *head, size_t size)
{
    const uint8_t *at = head;
    struct field first, second;
    return field_read(&at, head + size, &first) && field_read(&at, head + size, &second) && first.number == 1 &&
           first.wire == 0 && first.value == 1 && second.number == 2 && second.wire == 2 && second.there > 0 &&
           second.bytes[0] == 0x0a;
}

/* ---- texts ---- */

/* The text format of protobuf begins with `field:` or `field {`; NNEF with `version`. */
static bool text_begins(const uint8_t *head, size_t size, const char *const *fields)
{
    size_t at = 0;
    while (at < size &&
           (head[at] == '#' || head[at] == ' ' || head[at] == '\n' || head[at] == '\r' || head[at] == '\t'))
        if (head[at++] == '#')
            while (at < size && head[at] != '\n')
                at++;
    for (; *fields; fields++) {
        size_t end = at + strlen(*fields);
        if (!begins_with_bytes(head, size, at, *fields, strlen(*fields)))
            continue;
        while (end < size && head[end] == ' ')
            end++;
        if (end < size && (head[end] == ':' || head[end] == '{'))
            return true;
    }
    return false;
}

static int is_pbtxt(const uint8_t *head, size_t size)
{
    static const char *const fields[] = {"node", "versions", "library", "saved_model_schema_version", NULL};
    return text_begins(head, size, fields);
}

static int is_openvino(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "<?xml") && has_bytes_at(head, size, "<net ");
}

/* With its mark, or, as what Latin letters become, with every other byte 0. */
static int is_wide_text(const uint8_t *head, size_t size)
{
    bool little = size >= 8, big = size >= 8;
    for (size_t at = 0; at < 8 && (little || big); at++) {
        const bool zero = !head[at];
        little = little && zero == (at & 1);
        big = big && zero == !(at & 1);
    }
    return little || big || BEGINS(head, size, 0, "\xff\xfe") || BEGINS(head, size, 0, "\xfe\xff") ||
           BEGINS(head, size, 0, "\0\0\xfe\xff");
}

static int is_web_page(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "<!DOCTYPE html") || BEGINS(head, size, 0, "<!doctype html") ||
           BEGINS(head, size, 0, "<html");
}

static int is_ncnn(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "7767517\n") || BEGINS(head, size, 0, "7767517\r");
}

static int is_lfs_pointer(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "version https://git-lfs.github.com/");
}

/* ---- magic numbers ---- */

static int is_ort(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 4, "ORTM");
}

/* A length of 64 bits, then JSON. */
static int is_safetensors(const uint8_t *head, size_t size)
{
    return size > 9 && head[8] == '{' && head[9] == '"' && !(head[4] | head[5] | head[6] | head[7]);
}

/* A zip with a pickle in it; before 1.6 the pickle of a magic number. */
static int is_pytorch(const uint8_t *head, size_t size)
{
    return (BEGINS(head, size, 0, "PK\3\4") &&
            (has_bytes_at(head, size, "/data.pkl") || has_bytes_at(head, size, "/constants.pkl"))) ||
           BEGINS(head, size, 0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
}

static int is_pickle(const uint8_t *head, size_t size)
{
    const bool framed = BEGINS(head, size, 0, "\x80\4\x95") || BEGINS(head, size, 0, "\x80\5\x95");
    return framed ||
           ((BEGINS(head, size, 0, "\x80\2") || BEGINS(head, size, 0, "\x80\3")) && !BEGINS(head, size, 4, "TFL3"));
}

static int is_keras(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "PK\3\4") && has_bytes_at(head, size, "metadata.json") &&
           has_bytes_at(head, size, "keras_version");
}

/* The magic number of a list of arrays; the network beside them is JSON. */
static int is_mxnet(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "\x12\1\0\0\0\0\0\0") ||
           (BEGINS(head, size, 0, "{") && has_bytes_at(head, size, "\"nodes\""));
}

static int is_hdf5(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "\x89HDF\r\n\x1a\n");
}

static int is_gguf(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "GGUF");
}

static int is_other_archive(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "7z\xbc\xaf\x27\x1c") || BEGINS(head, size, 0, "Rar!\x1a\x07");
}

static int is_picture(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "\x89PNG\r\n") || BEGINS(head, size, 0, "\xff\xd8\xff") ||
           BEGINS(head, size, 0, "GIF8") || (BEGINS(head, size, 0, "RIFF") && BEGINS(head, size, 8, "WEBP"));
}

static int is_npz(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "PK\3\4") && size > 30 &&
           has_bytes_at(head + 30, size - 30 < 64 ? size - 30 : 64, ".npy");
}

static int is_tensor_file(const uint8_t *head, size_t size)
{
    return BEGINS(head, size, 0, "\x93NUMPY") || BEGINS(head, size, 0, "N\xef\1");
}

#define CONVERT(format)                                                                                                \
    "convert it: python3 -m nnef_tools.convert --input-format " format                                                 \
    " --output-format nnef --input-model MODEL --output-model FOLDER (docs/converters.md)"
#define EXPORT "export the network from its framework, as ONNX or with torch_to_nnef (docs/converters.md)"

/* Whoever reads one of these formats takes its row away. */
static const struct ncl_foreign table[] = {
    {"a TensorFlow SavedModel", "freeze it, then " CONVERT("tf"), is_saved_model},
    {"a TensorFlow graph as text", CONVERT("tf"), is_pbtxt},
    {"a PyTorch file", EXPORT, is_pytorch},
    {"an MXNet file", "export the network as ONNX (mxnet.onnx.export_model), which opens here", is_mxnet},
    {"a Keras model", "save it as a SavedModel or as TensorFlow Lite, and convert that (docs/converters.md)", is_keras},
    {"an HDF5 file (Keras keeps models so)",
     "save the model as a SavedModel or as TensorFlow Lite, and convert that (docs/converters.md)", is_hdf5},
    {"a safetensors file, weights without a graph", EXPORT, is_safetensors},
    {"a GGUF file, weights without a graph", EXPORT, is_gguf},
    {"an ONNX Runtime model", "go back to the ONNX model that it was made from, which opens here", is_ort},
    {"an OpenVINO model", "go back to the model that it was made from", is_openvino},
    {"a pointer of Git LFS, what it points to was not fetched", "git lfs pull brings it", is_lfs_pointer},
    {"a Python pickle", EXPORT, is_pickle},
    {"an ncnn model", "go back to the model that it was made from", is_ncnn},
    {"a web page", "a download gave a page in place of the file", is_web_page},
    {"a text of 16 or 32 bits a letter", "save it as UTF-8 or ASCII", is_wide_text},
    {"an archive of another kind", "only .tar, .tar.gz and .zip are read", is_other_archive},
    {"a picture", "it holds data; -i reads it", is_picture},
    {"an archive of numpy arrays", "it holds data; -i reads it", is_npz},
    {"a tensor file", "it holds data; -i reads it", is_tensor_file},
};

const struct ncl_foreign *ncl_foreign_find(const uint8_t *head, size_t size)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].is(head, size))
            return &table[i];
    return NULL;
}
