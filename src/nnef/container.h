/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files of a model come from: a folder, a lone graph.nnef, a tar, tar.gz or zip, in a file, in memory or
 * behind callbacks (NNEF 1.0.5, 5.1).
 *
 * Nothing is unpacked to disk and nothing but the index is kept: members are read through when asked for. Names cannot
 * leave the model: "..", absolute paths and devices are refused, symbolic links too but those of folders, which are
 * followed unless `no_links` refuses them: who makes a folder has its files. A leading "./" or "/" is stripped, "\"
 * counts as "/". Thread rule: an open container is read-only; several threads may read from it, each with its own
 * cursor. */
#ifndef NCL_CONTAINER_H
#define NCL_CONTAINER_H

#include <stdint.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "nnefcl/model.h"

struct ncl_container;

struct ncl_member {
    const char *name; /* normalized: "conv1/filter.dat" */
    uint64_t size;    /* bytes */
};

#define NCL_MAX_MEMBERS 65536

/* `path` or `reader`, the other NULL; the reader is copied. `limit`: bytes of one member, and of all of a compressed
 * tar together (0: none); beyond it and above NCL_MAX_MEMBERS NNEFCL_ERR_LIMIT. Other errors are NNEFCL_ERR_MODEL. A
 * path to any other file is "graph.nnef", whatever its name, and the files beside it belong to the container. Of a
 * folder only what a model can use is indexed: .dat, graph.nnef and graph.quant. An archive whose files all lie in one
 * folder with a graph.nnef is the model in that folder. */
nnefcl_status ncl_container_open(const char *path, const nnefcl_reader *reader, uint64_t limit, bool no_links,
                                 const nnefcl_allocator *allocator, struct ncl_diag *diag,
                                 struct ncl_container **container);
void ncl_container_free(struct ncl_container *container);
/* Sessions may outlive nothing: they read while they are created. A container can be shared by reference count. */
struct ncl_container *ncl_container_retain(struct ncl_container *container);

const nnefcl_allocator *ncl_container_allocator(const struct ncl_container *container);
size_t ncl_container_count(const struct ncl_container *container);
const struct ncl_member *ncl_container_member(const struct ncl_container *container, size_t index);
/* A member as messages name it: "models/sq/graph.nnef", "m.tgz:graph.nnef"; of a lone text its own path. Without a path
 * (memory, callbacks) the name alone. In the arena; NULL: out of memory. */
const char *ncl_container_path(const struct ncl_container *container, const char *name, struct ncl_arena *arena);
/* The name of the file that the container was opened with, where that is neither a folder nor an archive: a text, or
 * the file of another system, "model.onnx". It is member 0. NULL: it is one of those. */
const char *ncl_container_lone(const struct ncl_container *container);
/* While the model is opened: a file beside the lone one becomes a member, by its relative name. *index is SIZE_MAX when
 * there is none; a name that leaves the folder is an error. */
nnefcl_status ncl_container_attach(struct ncl_container *container, const char *name, struct ncl_diag *diag,
                                   size_t *index);
/* Finds a member: exact name first, else the only one that matches case-insensitively. Returns its index, SIZE_MAX:
 * none; *ambiguous tells that several match only case-insensitively. A link (or what lies behind a linked folder) is
 * found, but ncl_cursor_seek refuses it. */
size_t ncl_container_find(const struct ncl_container *container, const char *name, bool *ambiguous);

/* A cursor reads members one after another. Members of archives are cheapest in the order of their index: going back
 * restarts the archive. */
struct ncl_cursor;
nnefcl_status ncl_cursor_open(const struct ncl_container *container, struct ncl_diag *diag, struct ncl_cursor **cursor);
void ncl_cursor_free(struct ncl_cursor *cursor);
/* Positions at the start of a member. */
nnefcl_status ncl_cursor_seek(struct ncl_cursor *cursor, size_t index, struct ncl_diag *diag);
/* Goes on at another byte of it; not in a packed archive. */
nnefcl_status ncl_cursor_move(struct ncl_cursor *cursor, uint64_t position, struct ncl_diag *diag);
/* Reads up to `size` bytes of the member; *got < size only at its end. */
nnefcl_status ncl_cursor_read(struct ncl_cursor *cursor, void *buffer, size_t size, size_t *got, struct ncl_diag *diag);

/* A whole member with a NUL behind it, in the arena. Larger than `limit`: NNEFCL_ERR_LIMIT. A text with 64 KiB of zeros
 * in a row is refused where they stand. */
nnefcl_status ncl_container_slurp(const struct ncl_container *container, size_t index, uint64_t limit, bool is_text,
                                  struct ncl_arena *arena, struct ncl_diag *diag, char **data, size_t *size);

#endif
