/* SPDX-License-Identifier: Apache-2.0 */
/* The .npy format, versions 1.0, 2.0 and 3.0: magic, version, length, a Python dictionary literal, the items. */
#include <string.h>

#include "data.h"

struct header {
    const char *at, *end;
    char type[8];
    bool has_type, has_order, has_shape;
};

static void skip_blanks(struct header *h)
{
    while (h->at < h->end && strchr(" \t\r\n", *h->at) && *h->at)
        h->at++;
}

static bool take_char(struct header *h, char c)
{
    skip_blanks(h);
    if (h->at == h->end || *h->at != c)
        return false;
    h->at++;
    return true;
}

/* A quoted word of less than `room` characters without escapes. */
static bool take_word(struct header *h, char *word, size_t room)
{
    skip_blanks(h);
    if (h->at == h->end || (*h->at != '\'' && *h->at != '"'))
        return false;
    char quote = *h->at++;
    const char *close = memchr(h->at, quote, (size_t)(h->end - h->at));
    if (!close || (size_t)(close - h->at) >= room)
        return false;
    memcpy(word, h->at, (size_t)(close - h->at));
    word[close - h->at] = 0;
    h->at = close + 1;
    return true;
}

static bool take_bool(struct header *h, bool *value)
{
    skip_blanks(h);
    size_t left = (size_t)(h->end - h->at);
    *value = left >= 4 && !memcmp(h->at, "True", 4);
    if (!*value && (left < 5 || memcmp(h->at, "False", 5)))
        return false;
    h->at += *value ? 4 : 5;
    return true;
}

/* "(2, 3)", "(2,)" or "()"; Python 2 wrote "(2L, 3L)". */
static bool take_shape(struct header *h, nnefcl_shape *shape)
{
    *shape = (nnefcl_shape){0};
    if (!take_char(h, '('))
        return false;
    while (!take_char(h, ')')) {
        int64_t extent = 0;
        skip_blanks(h);
        const char *start = h->at;
        for (; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++) {
            if (extent > (INT64_MAX - 9) / 10)
                return false;
            extent = extent * 10 + (*h->at - '0');
        }
        const bool some = h->at > start;
        h->at += some && h->at < h->end && *h->at == 'L';
        if (!some || shape->rank == NNEFCL_MAX_RANK || (!take_char(h, ',') && (h->at == h->end || *h->at != ')')))
            return false;
        shape->extent[shape->rank++] = extent;
    }
    return true;
}

static bool take_header(struct header *h, struct array *array)
{
    char key[16];
    if (!take_char(h, '{'))
        return false;
    while (!take_char(h, '}')) {
        bool fine;
        if (!take_word(h, key, sizeof key) || !take_char(h, ':'))
            return false;
        if (!strcmp(key, "descr"))
            fine = h->has_type = take_word(h, h->type, sizeof h->type);
        else if (!strcmp(key, "fortran_order"))
            fine = h->has_order = take_bool(h, &array->column);
        else
            fine = h->has_shape = !strcmp(key, "shape") && take_shape(h, &array->shape);
        if (!fine || (!take_char(h, ',') && (h->at == h->end || *h->at != '}')))
            return false;
    }
    skip_blanks(h);
    return h->at == h->end && h->has_type && h->has_order && h->has_shape;
}

/* "<f4", ">i8", "|u1", "|b1". */
static bool known_type(const char *type, struct array *array)
{
    static const char *const sizes[] = {"f248", "i1248", "u1248", "b1"};
    if (strlen(type) != 3 || !strchr("<>|", type[0]) || type[2] < '1' || type[2] > '8' ||
        (type[0] == '|' && type[2] != '1'))
        return false;
    for (size_t i = 0; i < 4; i++)
        if (type[1] == sizes[i][0] && strchr(sizes[i] + 1, type[2])) {
            array->kind = type[1];
            array->item = (size_t)(type[2] - '0');
            array->big = type[0] == '>';
            return true;
        }
    return false;
}

/* Extents times item size; false when the product does not fit. */
static bool data_bytes(struct array *array, size_t *bytes)
{
    bool empty = false, fits = true;
    array->count = 1;
    for (int i = 0; i < array->shape.rank; i++) {
        size_t extent = (size_t)array->shape.extent[i];
        empty |= !extent;
        fits &= !extent || array->count <= SIZE_MAX / 16 / extent;
        array->count *= extent;
    }
    if (empty)
        array->count = 0;
    *bytes = array->count * array->item;
    return fits || empty;
}

/* Bytes in front of the dictionary. */
static size_t prefix_of(const struct bytes *file)
{
    return file->size > 6 && file->data[6] == 1 ? 10 : 12;
}

/* False: it is cut off. */
static bool find_header(const struct bytes *file, struct header *header)
{
    const unsigned char *b = file->data;
    const size_t prefix = prefix_of(file);
    if (file->size < prefix)
        return false;
    size_t length = b[8] | (size_t)b[9] << 8;
    if (prefix == 12)
        length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    *header = (struct header){.at = (const char *)b + prefix, .end = (const char *)b + prefix + length};
    return length <= file->size - prefix;
}

bool npy_peek(const struct bytes *head, struct array *array)
{
    struct header header;
    size_t bytes;
    *array = (struct array){0};
    if (head->size < 6 || memcmp(head->data, "\x93NUMPY", 6) != 0 || !find_header(head, &header) ||
        !take_header(&header, array))
        return false;
    const unsigned char *data = (const unsigned char *)header.end;
    const size_t rest = head->size - (size_t)(data - head->data);
    if (known_type(header.type, array) && data_bytes(array, &bytes) && bytes == rest)
        array->data = data;
    return true;
}

enum status npy_parse(const struct bytes *file, const char *path, struct array *array, struct talk *talk)
{
    const unsigned char *b = file->data;
    struct header header;
    size_t bytes;
    *array = (struct array){0};
    if (file->size >= prefix_of(file) && (b[6] < 1 || b[6] > 3))
        return talk_fail(talk, STATUS_DATA, "%s: .npy version %u is not supported", path, b[6]);
    if (!find_header(file, &header))
        return talk_fail(talk, STATUS_DATA, "%s: the .npy header is cut off", path);
    if (!take_header(&header, array))
        return talk_fail(talk, STATUS_DATA, "%s: the .npy header is not one of a plain array of rank 8 at most", path);
    if (!known_type(header.type, array))
        return talk_fail(talk, STATUS_DATA, "%s: .npy items of type '%s' are not supported", path, header.type);
    array->data = (const unsigned char *)header.end;
    const size_t left = file->size - (size_t)(array->data - b);
    if (!data_bytes(array, &bytes) || bytes != left)
        return talk_fail(talk, STATUS_DATA, "%s: the .npy header promises other data than the %zu bytes that follow it",
                         path, left);
    return STATUS_OK;
}
