/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a file of the cache: header, keys, identity, payload; a sum over all that stands behind it. Numbers are
 * little-endian, as the devices are. */
#include <string.h>

#include "base/checked.h"
#include "base/hash.h"
#include "cache.h"

#define MAGIC   "NCLPROG"
#define VERSION 1
#define MOST    ((uint32_t)4096) /* keys, and bytes of an identity */

struct header {
    char magic[8];
    uint64_t sum; /* of everything behind it */
    uint32_t version, kind, count, identity_size;
    uint64_t program, payload_size;
};
#define SUMMED offsetof(struct header, version)

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
                            .payload_size = content->payload_size};
    if (content->count > MOST || words > MOST ||
        !ncl_add_size(content->payload_size, sizeof header + keys + words, size))
        return NULL;
    unsigned char *data = ncl_resize(allocator, NULL, *size);
    if (!data)
        return NULL;
    memcpy(data + sizeof header, content->key, keys);
    memcpy(data + sizeof header + keys, content->identity, words);
    memcpy(data + sizeof header + keys + words, content->payload, content->payload_size);
    memcpy(data, &header, sizeof header);
    header.sum = ncl_hash(NCL_HASH_BASIS, data + SUMMED, *size - SUMMED);
    memcpy(data, &header, sizeof header);
    return data;
}

const char *ncl_cache_file_unpack(const unsigned char *data, size_t size, const char *identity,
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
    const size_t keys = (size_t)header.count * sizeof *content->key, rest = size - sizeof header;
    if (header.count > MOST || header.identity_size > MOST || keys + header.identity_size > rest ||
        header.payload_size != rest - keys - header.identity_size)
        return "it is cut off";
    if (ncl_hash(NCL_HASH_BASIS, data + SUMMED, size - SUMMED) != header.sum)
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
