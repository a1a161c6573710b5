#include "given.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 4096 };

/* 'shape': (2, 3) */
static bool npy_shape(const char *head, size_t size, nnefcl_shape *shape)
{
    static const char magic[] = "\x93NUMPY", key[] = "shape";
    const char *at = NULL;
    if (size < 16 || memcmp(head, magic, sizeof magic - 1) != 0)
        return false;
    for (size_t i = 10; i + sizeof key - 1 < size && !at; i++)
        if (memcmp(head + i, key, sizeof key - 1) == 0)
            at = memchr(head + i, '(', size - i);
    *shape = (nnefcl_shape){0};
    while (at && *at && *at != ')' && shape->rank < NNEFCL_MAX_RANK) {
        char *end;
        const long long extent = strtoll(++at, &end, 10);
        if (end == at)
            break;
        shape->extent[shape->rank++] = extent;
        at = end;
    }
    return at != NULL;
}

static uint32_t little(const char *bytes)
{
    const unsigned char *b = (const unsigned char *)bytes;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The header of NNEF 5.2: rank and extents behind magic, version and length. */
static bool dat_shape(const char *head, size_t size, nnefcl_shape *shape)
{
    if (size < 128 || memcmp(head, "N\xef", 2) != 0 || little(head + 8) > NNEFCL_MAX_RANK)
        return false;
    shape->rank = (int)little(head + 8);
    for (int i = 0; i < shape->rank; i++)
        shape->extent[i] = little(head + 12 + 4 * i);
    return true;
}

static bool file_shape(const char *path, nnefcl_shape *shape)
{
    char head[HEAD + 1] = {0};
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    const size_t size = file ? fread(head, 1, HEAD, file) : 0;
    if (file)
        fclose(file);
    return npy_shape(head, size, shape) || dat_shape(head, size, shape);
}

size_t given_shapes(const struct options *options, struct pool *pool, nnefcl_input_shape **shapes)
{
    size_t count = 0;
    *shapes = pool_array(pool, options->data_count, sizeof **shapes);
    for (size_t i = 0; i < options->data_count; i++) {
        const struct data_argument *data = &options->data[i];
        const char *equals = strchr(data->text, '=');
        if (data->kind != DATA_INPUT || !equals || !file_shape(equals + 1, &(*shapes)[count].shape))
            continue;
        (*shapes)[count++].name = pool_copy(pool, data->text, (size_t)(equals - data->text));
    }
    return count;
}
