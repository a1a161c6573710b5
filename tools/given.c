#include "given.h"

#include <stdio.h>
#include <string.h>

#include "data.h"

enum { HEAD = 4096 };

static uint32_t little(const unsigned char *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The header of NNEF 5.2: rank and extents behind magic, version and length. */
static bool dat_shape(const struct bytes *head, nnefcl_shape *shape)
{
    if (head->size < 128 || memcmp(head->data, "N\xef", 2) != 0 || little(head->data + 8) > NNEFCL_MAX_RANK)
        return false;
    shape->rank = (int)little(head->data + 8);
    for (int i = 0; i < shape->rank; i++)
        shape->extent[i] = little(head->data + 12 + 4 * i);
    return true;
}

static bool file_shape(const char *path, nnefcl_shape *shape)
{
    unsigned char data[HEAD];
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    const struct bytes head = {data, file ? fread(data, 1, HEAD, file) : 0};
    if (file)
        fclose(file);
    return npy_shape(&head, shape) || dat_shape(&head, shape);
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
