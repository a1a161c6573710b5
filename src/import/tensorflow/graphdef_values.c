/* SPDX-License-Identifier: Apache-2.0 */
/* What nodes of a GraphDef hold: types, shapes, tensors, attributes. */
#include <string.h>

#include "import/protobuf.h"
#include "import/tensorflow/graphdef.h"

void *ncl_graphdef_array(struct graphdef *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

static const char *graphdef_text(struct graphdef *r, const char *text, size_t length)
{
    const char *copy = ncl_arena_strndup(&r->import->scratch, text, length);
    if (!copy)
        ncl_import_nomem(r->import);
    return copy;
}

/* ---- types and tensors ---- */

enum ncl_stored_type ncl_graphdef_element(int32_t type)
{
    static const enum ncl_stored_type element[] = {
        NCL_STORED_COUNT, NCL_STORED_FLOAT32, NCL_STORED_FLOAT64, NCL_STORED_INT32, NCL_STORED_UINT8,
        NCL_STORED_INT16, NCL_STORED_INT8,    NCL_STORED_COUNT,   NCL_STORED_COUNT, NCL_STORED_INT64,
        NCL_STORED_BOOL,  NCL_STORED_COUNT,   NCL_STORED_COUNT,   NCL_STORED_COUNT, NCL_STORED_BFLOAT16,
        NCL_STORED_COUNT, NCL_STORED_COUNT,   NCL_STORED_UINT16,  NCL_STORED_COUNT, NCL_STORED_FLOAT16,
        NCL_STORED_COUNT, NCL_STORED_COUNT,   NCL_STORED_UINT32,  NCL_STORED_UINT64};
    return type >= 0 && (size_t)type < sizeof element / sizeof *element ? element[type] : NCL_STORED_COUNT;
}

void ncl_graphdef_shape(struct graphdef *r, const Tf__Shape *from, int64_t open, int *rank, int64_t *extent)
{
    *rank = from && !from->unknown_rank ? (int)from->n_dim : -1;
    if (from && from->n_dim > NNEFCL_MAX_RANK) {
        ncl_import_invalid(r->import, "a tensor has %zu axes, at most %d are supported", from->n_dim, NNEFCL_MAX_RANK);
        return;
    }
    for (int i = 0; i < *rank; i++)
        extent[i] = from->dim[i]->has_size && from->dim[i]->size >= 0 ? from->dim[i]->size : open;
}

/* Elements as fields of their kind: fewer than there are repeat the last one, none are zeros. */
struct listed {
    const void *data;
    size_t count, item;
};

static struct listed listed_elements(const Tf__Tensor *tensor, enum ncl_stored_type element)
{
    switch (element) {
    case NCL_STORED_FLOAT32:
        return (struct listed){tensor->floats, tensor->n_floats, sizeof(float)};
    case NCL_STORED_FLOAT64:
        return (struct listed){tensor->doubles, tensor->n_doubles, sizeof(double)};
    case NCL_STORED_INT64:
        return (struct listed){tensor->int64s, tensor->n_int64s, sizeof(int64_t)};
    case NCL_STORED_UINT64:
        return (struct listed){tensor->uint64s, tensor->n_uint64s, sizeof(uint64_t)};
    case NCL_STORED_UINT32:
        return (struct listed){tensor->uint32s, tensor->n_uint32s, sizeof(uint32_t)};
    case NCL_STORED_BOOL:
        return (struct listed){tensor->bools, tensor->n_bools, sizeof(protobuf_c_boolean)};
    case NCL_STORED_FLOAT16:
    case NCL_STORED_BFLOAT16:
        return (struct listed){tensor->halves, tensor->n_halves, sizeof(int32_t)};
    default:
        return (struct listed){tensor->ints, tensor->n_ints, sizeof(int32_t)};
    }
}

static const void *spread_elements(struct graphdef *r, const struct listed *from, size_t width, size_t count)
{
    uint8_t *memory = ncl_arena_array(r->import->arena, count ? count : 1, width);
    const uint8_t *stored = ncl_protobuf_stored(r->import, from->data, from->count, from->item);
    if (!memory) {
        ncl_import_nomem(r->import);
        return NULL;
    }
    for (size_t i = 0; stored && i < count && from->count; i++) /* of a wider integer the low bytes */
        memcpy(memory + i * width, stored + from->item * (i < from->count ? i : from->count - 1), width);
    return memory;
}

void ncl_graphdef_constant(struct graphdef *r, const char *name, const Tf__Tensor *tensor,
                           struct ncl_import_constant *constant)
{
    uint64_t count = 1, bytes;
    *constant = (struct ncl_import_constant){.name = name, .element = ncl_graphdef_element(tensor->dtype)};
    ncl_graphdef_shape(r, tensor->shape, 0, &constant->shape.rank, constant->shape.extent);
    if (constant->shape.rank < 0)
        constant->shape.rank = 0;
    for (int i = 0; i < constant->shape.rank; i++)
        if (__builtin_mul_overflow(count, (uint64_t)constant->shape.extent[i], &count))
            count = UINT64_MAX;
    if (constant->element == NCL_STORED_COUNT) {
        constant->element = NCL_STORED_FLOAT32;
        constant->unsupported = "it holds strings, resources or complex numbers";
    } else if (!ncl_stored_bytes(constant->element, count, &bytes) || bytes > r->import->options->memory_limit) {
        ncl_import_invalid(r->import, "constant '%.100s' has more elements than there may be", name);
    } else if (tensor->has_content && tensor->content.len) {
        constant->memory = tensor->content.data;
        if (tensor->content.len != bytes)
            ncl_import_invalid(r->import, "constant '%.100s' has %zu bytes, its shape needs %llu", name,
                               tensor->content.len, (unsigned long long)bytes);
    } else {
        const struct listed listed = listed_elements(tensor, constant->element);
        constant->memory = spread_elements(r, &listed, ncl_stored_bits(constant->element) / 8, (size_t)count);
    }
}

/* ---- attributes ---- */

static void integers_of_shape(struct graphdef *r, const Tf__Shape *shape, struct ncl_import_attribute *out)
{
    int64_t *item = GRAPHDEF_ARRAY(r, int64_t, shape->n_dim);
    for (size_t i = 0; item && i < shape->n_dim; i++)
        item[i] = shape->dim[i]->has_size ? shape->dim[i]->size : -1;
    out->integer = item;
    out->count = shape->n_dim;
}

static void read_list(struct graphdef *r, const Tf__Value__List *list, struct ncl_import_attribute *out)
{
    if (list->n_floats) {
        double *scalar = GRAPHDEF_ARRAY(r, double, list->n_floats);
        for (size_t i = 0; scalar && i < list->n_floats; i++)
            scalar[i] = list->floats[i];
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_SCALARS, list->n_floats, .scalar = scalar};
    } else if (list->n_strings) {
        const char **string = GRAPHDEF_ARRAY(r, const char *, list->n_strings);
        for (size_t i = 0; string && i < list->n_strings; i++)
            string[i] = graphdef_text(r, (const char *)list->strings[i].data, list->strings[i].len);
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_STRINGS, list->n_strings, .string = string};
    } else {
        out->integer = list->ints;
        out->count = list->n_ints;
    }
}

/* One that the file lacks is no graph: its operator says so if it is run. */
static void function_of_name(struct graphdef *r, const char *name, struct ncl_import_attribute *out)
{
    const struct ncl_import_graph *graph = ncl_names_find(r->functions, name);
    if (graph)
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_GRAPH, 1, .graph = graph};
}

void ncl_graphdef_attribute(struct graphdef *r, const Tf__Attribute *from, struct ncl_import_attribute *out)
{
    const Tf__Value *value = from->value;
    int64_t *integer = GRAPHDEF_ARRAY(r, int64_t, 1);
    double *scalar = GRAPHDEF_ARRAY(r, double, 1);
    const char **string = GRAPHDEF_ARRAY(r, const char *, 1);
    *out = (struct ncl_import_attribute){.name = from->key ? from->key : "", .count = 1, .integer = integer};
    if (!integer || !scalar || !string || !value)
        return;
    *integer = value->has_integer ? value->integer
               : value->has_type  ? (int64_t)ncl_graphdef_element(value->type)
                                  : value->logical;
    if (value->has_string) {
        *string = graphdef_text(r, (const char *)value->string.data, value->string.len);
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_STRINGS, 1, .string = string};
    } else if (value->has_real) {
        *scalar = value->real;
        *out = (struct ncl_import_attribute){out->name, NCL_ATTRIBUTE_SCALARS, 1, .scalar = scalar};
    } else if (value->list) {
        read_list(r, value->list, out);
    } else if (value->shape) {
        integers_of_shape(r, value->shape, out);
    } else if (value->function && value->function->name) {
        function_of_name(r, value->function->name, out);
    }
}
