/* SPDX-License-Identifier: Apache-2.0 */
#include "import/protobuf.h"

/* ---- messages ---- */

static void *message_alloc(void *user, size_t size)
{
    struct ncl_import *import = user;
    void *memory = ncl_arena_alloc(import->arena, size);
    if (!memory && !import->status)
        ncl_import_nomem(import);
    return memory;
}

static void message_free(void *user, void *pointer)
{
    (void)user;
    (void)pointer; /* with the arena */
}

void *ncl_protobuf_unpack(struct ncl_import *import, const ProtobufCMessageDescriptor *schema, const uint8_t *data,
                          size_t size)
{
    ProtobufCAllocator allocator = {message_alloc, message_free, import};
    void *message = import->status ? NULL : protobuf_c_message_unpack(schema, &allocator, size, data);
    if (!message && !import->status)
        ncl_import_invalid(import, "the file is damaged: it is no message of %s", import->format->name);
    return message;
}

static bool machine_is_little(void)
{
    static const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

const void *ncl_protobuf_stored(struct ncl_import *import, const void *numbers, size_t count, size_t width)
{
    if (machine_is_little())
        return numbers;
    uint8_t *turned = ncl_arena_array(import->arena, count, width);
    for (size_t i = 0; turned && i < count * width; i++)
        turned[i] = ((const uint8_t *)numbers)[i / width * width + width - 1 - i % width];
    if (!turned)
        ncl_import_nomem(import);
    return turned;
}

/* ---- the encoding ---- */

static const uint8_t *protobuf_varint(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        *value |= (uint64_t)(*at & 0x7f) << shift;
        if (!(*at++ & 0x80))
            return at;
    }
    return NULL;
}

const uint8_t *ncl_protobuf_tag(const uint8_t *at, const uint8_t *end, unsigned *field, unsigned *wire)
{
    uint64_t tag;
    at = protobuf_varint(at, end, &tag);
    *field = (unsigned)(tag >> 3);
    *wire = (unsigned)(tag & 7);
    return at && tag >> 3 > 0 && tag >> 3 < (1u << 29) ? at : NULL;
}

const uint8_t *ncl_protobuf_bytes(const uint8_t *at, const uint8_t *end, const uint8_t **data, size_t *size)
{
    uint64_t length;
    at = protobuf_varint(at, end, &length);
    if (!at)
        return NULL;
    *data = at;
    *size = length < (uint64_t)(end - at) ? (size_t)length : (size_t)(end - at);
    return at + *size;
}

const uint8_t *ncl_protobuf_skip(const uint8_t *at, const uint8_t *end, unsigned wire)
{
    const size_t fixed = wire == 1 ? 8 : 4;
    const uint8_t *data;
    uint64_t value;
    size_t size;
    switch (wire) {
    case 0:
        return protobuf_varint(at, end, &value);
    case 2:
        return ncl_protobuf_bytes(at, end, &data, &size);
    case 1:
    case 5:
        return (size_t)(end - at) >= fixed ? at + fixed : end;
    default:
        return NULL;
    }
}
