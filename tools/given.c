/* SPDX-License-Identifier: Apache-2.0 */
#include "array.h"
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

/* The numbers of a small array of integers; no elements otherwise. */
static void integer_elements(const struct array *array, struct pool *pool, nnefcl_tensor *tensor)
{
    size_t bad;
    if (!array->data || array_dtype(array) != NNEFCL_INTEGER)
        return;
    int32_t *data = pool_array(pool, array->count, sizeof *data);
    if (array_convert(array, NNEFCL_INTEGER, data, &bad))
        *tensor = (nnefcl_tensor){NNEFCL_INTEGER, tensor->shape, data, array->count * sizeof *data};
}

static bool file_read(const char *path, struct pool *pool, nnefcl_tensor *tensor)
{
    unsigned char data[HEAD];
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    const struct bytes head = {data, file ? fread(data, 1, HEAD, file) : 0};
    if (file)
        fclose(file);
    struct array array;
    if (!npy_peek(&head, &array))
        return dat_shape(&head, &tensor->shape);
    tensor->shape = array.shape;
    if (head.size < HEAD) /* the whole file */
        integer_elements(&array, pool, tensor);
    return true;
}

size_t given_data(const struct options *options, struct pool *pool, const nnefcl_given **given)
{
    nnefcl_given *item = pool_array(pool, options->data_count, sizeof *item);
    size_t count = 0;
    for (size_t i = 0; i < options->data_count; i++) {
        const struct data_argument *data = &options->data[i];
        const char *equals = strchr(data->text, '=');
        if (data->kind != DATA_INPUT || !equals || !file_read(equals + 1, pool, &item[count].tensor))
            continue;
        item[count++].name = pool_copy(pool, data->text, (size_t)(equals - data->text));
    }
    *given = item;
    return count;
}
