/* SPDX-License-Identifier: Apache-2.0 */
#include "gunzip.h"

#include <string.h>
#include <zlib.h>

#include "container_parts.h"

#define INPUT    ((size_t)64 << 10)
#define WINDOW   32768
#define DISTANCE ((uint64_t)2 << 20) /* unpacked bytes between points */
#define TRAILER  8                   /* checksum and length behind the data of a gzip member (RFC 1952) */

enum { WITH_HEADER = 31, RAW = -15 }; /* windowBits of zlib */

struct ncl_gunzip {
    const struct ncl_container *container;
    struct ncl_gunzip_index *index; /* being made, or NULL */
    struct ncl_arena *arena;
    z_stream z;
    bool raw;         /* began at a point: zlib leaves the trailer to us */
    bool ended;       /* of everything, or nothing can be unpacked any more */
    uint64_t in, out; /* packed bytes given to zlib, unpacked bytes so far */
    uint8_t input[INPUT];
};

static nnefcl_status gunzip_damaged(const struct ncl_gunzip *g, struct ncl_diag *diag)
{
    return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "the archive cannot be unpacked: %s",
                     g->z.msg ? g->z.msg : "it is cut off");
}

nnefcl_status ncl_gunzip_open(const struct ncl_container *container, struct ncl_gunzip_index *index,
                              struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_gunzip **gunzip)
{
    struct ncl_gunzip *made = ncl_resize(&container->arena.allocator, NULL, sizeof *made);
    if (!made)
        return ncl_nomem(diag);
    memset(made, 0, offsetof(struct ncl_gunzip, input));
    made->container = container;
    made->index = index;
    made->arena = arena;
    if (inflateInit2(&made->z, WITH_HEADER) != Z_OK) {
        ncl_resize(&container->arena.allocator, made, 0);
        return ncl_nomem(diag);
    }
    *gunzip = made;
    return NNEFCL_OK;
}

void ncl_gunzip_close(struct ncl_gunzip *g)
{
    if (!g)
        return;
    inflateEnd(&g->z);
    ncl_resize(&g->container->arena.allocator, g, 0);
}

/* ---- points ---- */

static nnefcl_status add_point(struct ncl_gunzip *g, struct ncl_diag *diag)
{
    struct ncl_gunzip_index *index = g->index;
    uint8_t *window = ncl_arena_alloc(g->arena, WINDOW);
    uInt size = WINDOW;
    if (!window || !NCL_GROW(g->arena, index->point, index->count, index->capacity))
        return ncl_nomem(diag);
    inflateGetDictionary(&g->z, window, &size);
    index->point[index->count++] =
        (struct ncl_gunzip_point){g->out, g->in - g->z.avail_in, (unsigned)g->z.data_type & 7, size, window};
    return NNEFCL_OK;
}

/* The last point at or before `offset`; NULL: the beginning. */
static const struct ncl_gunzip_point *find_point(const struct ncl_gunzip_index *index, uint64_t offset)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->point[middle].out <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &index->point[low - 1] : NULL;
}

/* Goes to a point, or to the beginning. False: it cannot be. */
static bool restart(struct ncl_gunzip *g, const struct ncl_gunzip_point *point)
{
    uint8_t byte = 0;
    g->z.avail_in = 0;
    g->ended = true;
    g->raw = point != NULL;
    g->in = point ? point->in : 0;
    g->out = point ? point->out : 0;
    if (inflateReset2(&g->z, point ? RAW : WITH_HEADER) != Z_OK)
        return false;
    if (point && point->bits > 0) {
        if (ncl_container_read(g->container, point->in - 1, &byte, 1) != 1 ||
            inflatePrime(&g->z, (int)point->bits, byte >> (8 - point->bits)) != Z_OK)
            return false;
    }
    if (point && inflateSetDictionary(&g->z, point->window, point->window_size) != Z_OK)
        return false;
    g->ended = false;
    return true;
}

/* ---- unpacking ---- */

/* Makes sure that zlib has input; false: there is no more, or it cannot be read. */
static bool feed(struct ncl_gunzip *g)
{
    if (g->z.avail_in > 0)
        return true;
    size_t got = ncl_container_read(g->container, g->in, g->input, sizeof g->input);
    if (got == 0 || got == SIZE_MAX)
        return false;
    g->in += got;
    g->z.next_in = g->input;
    g->z.avail_in = (uInt)got;
    return true;
}

/* Behind the data of one gzip member another may follow, and anything else is filling. False: the trailer is cut off.
 */
static bool end_member(struct ncl_gunzip *g)
{
    for (int i = 0; g->raw && i < TRAILER; i++) {
        if (!feed(g))
            return false;
        g->z.next_in++;
        g->z.avail_in--;
    }
    uint8_t magic[2];
    g->ended =
        ncl_container_read(g->container, g->in - g->z.avail_in, magic, 2) != 2 || magic[0] != 0x1f || magic[1] != 0x8b;
    g->raw = false;
    return g->ended || inflateReset2(&g->z, WITH_HEADER) == Z_OK;
}

/* Unpacks up to `size` bytes, at least up to the next block. */
static nnefcl_status gunzip_unpack(struct ncl_gunzip *g, uint8_t *out, size_t size, size_t *got, struct ncl_diag *diag)
{
    *got = 0;
    g->z.msg = NULL;
    if (!feed(g)) {
        g->ended = true;
        return gunzip_damaged(g, diag);
    }
    g->z.next_out = out;
    g->z.avail_out = (uInt)size;
    int result = inflate(&g->z, Z_BLOCK);
    *got = size - g->z.avail_out;
    g->out += *got;
    if (result == Z_STREAM_END ? !end_member(g) : result != Z_OK && result != Z_BUF_ERROR) {
        g->ended = true;
        return result == Z_MEM_ERROR ? ncl_nomem(diag) : gunzip_damaged(g, diag);
    }
    if (!g->index)
        return NNEFCL_OK;
    if (g->out > g->container->limit)
        return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "the archive unpacks to more than %llu bytes, the limit",
                         (unsigned long long)g->container->limit);
    bool between_blocks = result == Z_OK && (g->z.data_type & 128) && !(g->z.data_type & 64);
    uint64_t last = g->index->count > 0 ? g->index->point[g->index->count - 1].out : 0;
    return between_blocks && g->out >= last + DISTANCE ? add_point(g, diag) : NNEFCL_OK;
}

/* Goes to `offset`, or as far as there is something. */
static nnefcl_status go(struct ncl_gunzip *g, uint64_t offset, struct ncl_diag *diag)
{
    uint8_t nowhere[16384];
    const struct ncl_gunzip_point *point = find_point(g->index ? g->index : &g->container->gzip, offset);
    if ((offset < g->out || (point && point->out > g->out)) && !restart(g, point))
        return gunzip_damaged(g, diag);
    nnefcl_status status = NNEFCL_OK;
    while (!status && g->out < offset && !g->ended) {
        uint64_t left = offset - g->out;
        size_t got;
        status = gunzip_unpack(g, nowhere, left < sizeof nowhere ? (size_t)left : sizeof nowhere, &got, diag);
    }
    return status;
}

nnefcl_status ncl_gunzip_read(struct ncl_gunzip *g, uint64_t offset, void *buffer, size_t size, size_t *got,
                              struct ncl_diag *diag)
{
    enum { MOST = 1 << 30 }; /* zlib counts in unsigned int */
    nnefcl_status status = go(g, offset, diag);
    *got = 0;
    while (!status && buffer && *got < size && !g->ended) {
        size_t some, left = size - *got;
        status = gunzip_unpack(g, (uint8_t *)buffer + *got, left < MOST ? left : MOST, &some, diag);
        *got += some;
    }
    return status;
}
