/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors of a model: where their elements lie, in which of the format's many encodings. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/number.h"
#include "import/onnx/onnx_operators.h"
#include "import/onnx/onnx_read.h"

#define FLOATS   4 /* field numbers of elements */
#define RAW      9
#define DOUBLES  10
#define EXTERNAL 1 /* TensorProto.DataLocation */

static const struct {
    int type;
    enum ncl_stored_type element;
} types[] = {
    {1, NCL_STORED_FLOAT32},   {2, NCL_STORED_UINT8},         {3, NCL_STORED_INT8},        {4, NCL_STORED_UINT16},
    {5, NCL_STORED_INT16},     {6, NCL_STORED_INT32},         {7, NCL_STORED_INT64},       {9, NCL_STORED_BOOL},
    {10, NCL_STORED_FLOAT16},  {11, NCL_STORED_FLOAT64},      {12, NCL_STORED_UINT32},     {13, NCL_STORED_UINT64},
    {16, NCL_STORED_BFLOAT16}, {17, NCL_STORED_FLOAT8E4M3FN}, {19, NCL_STORED_FLOAT8E5M2}, {21, NCL_STORED_UINT4},
    {22, NCL_STORED_INT4},
};

bool ncl_onnx_element(int64_t type, enum ncl_stored_type *element)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type) {
            *element = types[i].element;
            return true;
        }
    return false;
}

/* ---- elements in the message itself ---- */

/* Elements that stand there as numbers, packed; NULL after an error. */
static uint8_t *room_new(struct ncl_import *import, uint64_t bytes)
{
    uint8_t *room = bytes < SIZE_MAX ? ncl_arena_alloc(import->arena, (size_t)bytes) : NULL;
    if (!room)
        ncl_import_nomem(import);
    return room;
}

static void put_bits(uint8_t *data, size_t index, unsigned bits, uint64_t value)
{
    if (bits < 8)
        data[index / 2] |= (uint8_t)((value & 15) << index % 2 * 4);
    for (unsigned i = 0; i < bits / 8; i++)
        data[index * (bits / 8) + i] = (uint8_t)(value >> 8 * i);
}

static uint64_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* int32_data of types below 8 bits holds their bytes, not their elements. */
static void numbers_store(struct ncl_import *import, const NclOnnx__Tensor *tensor, size_t count, uint64_t bytes,
                          struct ncl_import_constant *constant)
{
    const unsigned bits = ncl_stored_bits(constant->element), stored = bits < 8 ? 8 : bits;
    const size_t items = bits < 8 ? (size_t)bytes : count,
                 found = tensor->n_floats + tensor->n_ints + tensor->n_longs + tensor->n_doubles + tensor->n_unsigneds;
    if (found != items) {
        ncl_import_invalid(import, "the tensor '%.100s' has %zu elements, its shape needs %zu", constant->name, found,
                           items);
        return;
    }
    uint8_t *data = room_new(import, bytes);
    for (size_t i = 0; data && i < items; i++)
        put_bits(data, i, stored,
                 tensor->n_floats    ? float_bits(tensor->floats[i])
                 : tensor->n_ints    ? (uint64_t)(int64_t)tensor->ints[i]
                 : tensor->n_longs   ? (uint64_t)tensor->longs[i]
                 : tensor->n_doubles ? double_bits(tensor->doubles[i])
                                     : tensor->unsigneds[i]);
    constant->memory = data;
}

/* Small tensors lie in the message, whose memory goes. */
static void raw_store(struct ncl_import *import, const NclOnnx__Tensor *tensor, uint64_t bytes,
                      struct ncl_import_constant *constant)
{
    if (tensor->raw.len < bytes) {
        ncl_import_invalid(import, "the tensor '%.100s' has %zu bytes, its shape needs %" PRIu64, constant->name,
                           tensor->raw.len, bytes);
        return;
    }
    uint8_t *data = room_new(import, bytes);
    if (data && bytes)
        memcpy(data, tensor->raw.data, (size_t)bytes);
    constant->memory = data;
}

/* ---- elements elsewhere ---- */

static void cut_place(struct ncl_import *import, const NclOnnx__Tensor *tensor, uint64_t bytes,
                      struct ncl_import_constant *constant)
{
    const enum ncl_stored_type wanted = tensor->cut_field == FLOATS    ? NCL_STORED_FLOAT32
                                        : tensor->cut_field == DOUBLES ? NCL_STORED_FLOAT64
                                                                       : constant->element;
    if (constant->element != wanted)
        ncl_import_invalid(import, "the tensor '%.100s' is of type %s, its elements are not", constant->name,
                           ncl_stored_name(constant->element));
    else if (tensor->cut_size < bytes)
        ncl_import_invalid(import, "the tensor '%.100s' has %" PRIu64 " bytes, its shape needs %" PRIu64,
                           constant->name, tensor->cut_size, bytes);
    constant->member = 0;
    constant->offset = tensor->cut_offset;
}

static bool external_number(const NclOnnx__Tensor *tensor, const char *key, uint64_t *value)
{
    int64_t number;
    for (size_t i = 0; i < tensor->n_external; i++)
        if (tensor->external[i]->key && strcmp(tensor->external[i]->key, key) == 0 && tensor->external[i]->value &&
            ncl_parse_int64(tensor->external[i]->value, strlen(tensor->external[i]->value), &number) && number >= 0)
            *value = (uint64_t)number;
    return true;
}

static void external_place(struct ncl_import *import, const NclOnnx__Tensor *tensor, uint64_t bytes,
                           struct ncl_import_constant *constant)
{
    const char *file = NULL;
    uint64_t length = bytes, end;
    for (size_t i = 0; i < tensor->n_external; i++)
        if (tensor->external[i]->key && strcmp(tensor->external[i]->key, "location") == 0)
            file = tensor->external[i]->value;
    external_number(tensor, "offset", &constant->offset);
    external_number(tensor, "length", &length);
    constant->member = file ? ncl_import_member(import, file) : SIZE_MAX;
    if (import->status)
        return;
    if (!file || constant->member == SIZE_MAX)
        ncl_import_invalid(import, "the elements of '%.100s' lie in the file '%.200s', which is not beside the model",
                           constant->name, file ? file : "");
    else if (length < bytes || __builtin_add_overflow(constant->offset, bytes, &end) ||
             end > ncl_container_member(import->container, constant->member)->size)
        ncl_import_invalid(import, "the elements of '%.100s' reach beyond the end of '%.200s'", constant->name, file);
}

/* ---- all of it ---- */

static void shape_read(struct ncl_import *import, const NclOnnx__Tensor *tensor, struct ncl_import_constant *constant,
                       uint64_t *count)
{
    *count = 1;
    constant->shape.rank = (int)(tensor->n_dims <= NNEFCL_MAX_RANK ? tensor->n_dims : 0);
    if (tensor->n_dims > NNEFCL_MAX_RANK)
        constant->unsupported = "it has more than 8 axes";
    for (int i = 0; i < constant->shape.rank; i++) {
        constant->shape.extent[i] = tensor->dims[i];
        if (tensor->dims[i] < 0 || __builtin_mul_overflow(*count, (uint64_t)tensor->dims[i], count)) {
            ncl_import_invalid(import, "the tensor '%.100s' has the extent %" PRId64, constant->name, tensor->dims[i]);
            return;
        }
    }
}

void ncl_onnx_tensor(struct ncl_import *import, const NclOnnx__Tensor *tensor, struct ncl_import_constant *constant)
{
    uint64_t count, bytes;
    *constant = (struct ncl_import_constant){.name = tensor->name ? tensor->name : "", .member = SIZE_MAX};
    if (!ncl_onnx_element(tensor->type, &constant->element))
        constant->unsupported = tensor->type == 8 ? NCL_ONNX_STRINGS : "elements of its type are not supported";
    shape_read(import, tensor, constant, &count);
    if (import->status || constant->unsupported)
        return;
    if (!ncl_stored_bytes(constant->element, count, &bytes) || count > (uint64_t)1 << 40)
        ncl_import_invalid(import, "the tensor '%.100s' has too many elements", constant->name);
    else if (tensor->location == EXTERNAL)
        external_place(import, tensor, bytes, constant);
    else if (tensor->cut_field)
        cut_place(import, tensor, bytes, constant);
    else if (tensor->has_raw)
        raw_store(import, tensor, bytes, constant);
    else
        numbers_store(import, tensor, (size_t)count, bytes, constant);
}
