/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a file of the cache: header, keys, identity, payload; a sum over the payload, and one over all that
 * stands between it and the payload, so that the keys of many files are read without their payloads. Numbers are
 * little-endian, as the devices are. */
#include <assert.h>
#include <string.h>

#include "base/checked.h"
#include "base/hash.h"
#include "cache.h"

#define MAGIC   "NCLPROG"
#define VERSION 3
#define KEYS    ((uint32_t)512)
#define WORDS   ((uint32_t)1024) /* bytes of an identity */

struct header {
    char magic[8];
    uint64_t sum; /* of what is behind it, up to the payload */
    uint32_t version, kind, count, identity_size;
    uint64_t program, payload_size, payload_sum;
};
#define SUMMED offsetof(struct header, version)
static_assert(sizeof(struct header) + KEYS * sizeof(uint64_t) + WORDS <= NCL_CACHE_HEAD, "a head has no room");

unsigned char *ncl_cache_file_pack(const struct ncl_cache_content *content, const nnefcl_allocator *allocator,
                                   size_t *size)
{
    const size_t keys = content->count * sizeof *content->key, words = strlen(content->identity);
    struct header header = {.magic = MAGIC,
                            .version = VERSION,
                            .kind = content->kind,
                            .count = (uint32_t)content->count,
                            .identity_size = (uint32_t)words,
                            .program = content->program,
                            .payload_size = content->payload_size,
                            .payload_sum = ncl_hash_much(NCL_HASH_BASIS, content->payload, content->payload_size)};
    if (content->count > KEYS || words > WORDS ||
        !ncl_add_size(content->payload_size, sizeof header + keys + words, size))
        return NULL;
    unsigned char *data = ncl_resize(allocator, NULL, *size);
    if (!data)
        return NULL;
    memcpy(data + sizeof header, content->key, keys);
    memcpy(data + sizeof header + keys, content->identity, words);
    memcpy(data + sizeof header + keys + words, content->payload, content->payload_size);
    memcpy(data, &header, sizeof header);
    header.sum = ncl_hash(NCL_HASH_BASIS, data + SUMMED, sizeof header - SUMMED + keys + words);
    memcpy(data, &header, sizeof header);
    return data;
}

const char *ncl_cache_file_unpack_head(const unsigned char *data, size_t size, const char *identity,
                                       struct ncl_cache_content *content)
{
    struct header header;
    if (size < sizeof header)
        return "it is cut off";
    memcpy(&header, data, sizeof header);
    if (memcmp(header.magic, MAGIC, sizeof header.magic) != 0)
        return "it is no file of this cache";
    if (header.version != VERSION)
        return "it has another version";
    const size_t keys = (size_t)header.count * sizeof *content->key;
    if (header.count > KEYS || header.identity_size > WORDS || keys + header.identity_size > size - sizeof header)
        return "it is cut off";
    if (ncl_hash(NCL_HASH_BASIS, data + SUMMED, sizeof header - SUMMED + keys + header.identity_size) != header.sum)
        return "its checksum is wrong";
    const unsigned char *at = data + sizeof header;
    if (header.identity_size != strlen(identity) || memcmp(at + keys, identity, header.identity_size) != 0)
        return "it is of another device, driver or set of options";
    if (header.kind != NCL_CACHE_SOURCE && header.kind != NCL_CACHE_BINARY)
        return "it holds nothing that this library knows";
    *content = (struct ncl_cache_content){.kind = (enum ncl_cache_kind)header.kind,
                                          .program = header.program,
                                          .count = header.count,
                                          .key = (const uint64_t *)(const void *)at,
                                          .identity = identity,
                                          .payload = at + keys + header.identity_size,
                                          .payload_size = (size_t)header.payload_size};
    return NULL;
}

const char *ncl_cache_file_unpack(const unsigned char *data, size_t size, const char *identity,
                                  struct ncl_cache_content *content)
{
    struct header header;
    const char *why = ncl_cache_file_unpack_head(data, size, identity, content);
    if (why)
        return why;
    memcpy(&header, data, sizeof header);
    if (header.payload_size != size - (size_t)((const unsigned char *)content->payload - data))
        return "it is cut off";
    return ncl_hash_much(NCL_HASH_BASIS, content->payload, content->payload_size) == header.payload_sum
               ? NULL
               : "its checksum is wrong";
}
