/* SPDX-License-Identifier: Apache-2.0 */
/* Reading gzip from any place. What is unpacked once leaves points behind from which unpacking can begin again, so that
 * a member deep in a .tar.gz costs a few megabytes and not everything before it. (RFC 1951: a block may refer to the 32
 * KiB before it; a point keeps those.) */
#ifndef NCL_GUNZIP_H
#define NCL_GUNZIP_H

#include "base/alloc.h"
#include "base/diag.h"

struct ncl_container;
struct ncl_gunzip;

struct ncl_gunzip_point {
    uint64_t out, in; /* bytes unpacked, bytes packed before it */
    unsigned bits;    /* of the last packed byte before it that belong behind it */
    unsigned window_size;
    const uint8_t *window;
};

/* Made by the first reading to the end. */
struct ncl_gunzip_index {
    size_t count, capacity;
    struct ncl_gunzip_point *point; /* by position */
};

/* `index` NULL: from the container's index. With one, everything that is read first leaves its points there (in
 * `arena`), and `limit` bounds what is unpacked. */
nnefcl_status ncl_gunzip_open(const struct ncl_container *container, struct ncl_gunzip_index *index,
                              struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_gunzip **gunzip);
void ncl_gunzip_close(struct ncl_gunzip *gunzip);
/* Reads up to `size` unpacked bytes at `offset` (buffer NULL: only goes there); *got < size only at the end.
 * NNEFCL_ERR_MODEL: damaged. */
nnefcl_status ncl_gunzip_read(struct ncl_gunzip *gunzip, uint64_t offset, void *buffer, size_t size, size_t *got,
                              struct ncl_diag *diag);

#endif
