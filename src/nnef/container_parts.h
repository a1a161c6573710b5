/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the container share: container.c (index, cursor), container_folder.c, container_archive.c,
 * container_root.c. */
#ifndef NCL_CONTAINER_PARTS_H
#define NCL_CONTAINER_PARTS_H

#include <stdatomic.h>

#include "container.h"
#include "gunzip.h"
#include "member_name.h"

struct ncl_entry {
    struct ncl_member member;
    const char *path;    /* folders: as on disk, below the root */
    const char *refused; /* why it is not read: "a symbolic link"; NULL: it is */
    const char *link;    /* the member that a hard link names, while `refused` says that it is one; NULL: none */
    bool direct;         /* its bytes lie at `offset` of the reader, or of what it unpacks to */
    uint64_t offset;
    uint64_t ordinal; /* archives: entries of the archive before it */
};

enum ncl_archive_kind { NCL_ARCHIVE_NONE, NCL_ARCHIVE_TAR, NCL_ARCHIVE_TAR_GZIP, NCL_ARCHIVE_ZIP };

struct ncl_container {
    struct ncl_arena arena; /* names and tables */
    atomic_uint references;
    uint64_t limit;
    bool no_links; /* symbolic links in folders are refused */
    const char *given; /* the path that was opened; NULL: none */
    enum ncl_archive_kind archive;
    nnefcl_reader reader; /* the archive or the lone text; `read` NULL: a folder */
    int file;             /* behind the reader of a path, or -1 */
    int folder;           /* root of a folder, or of what lies beside a lone text; or -1 */
    struct ncl_gunzip_index gzip;
    size_t count, capacity;
    struct ncl_entry *entry;          /* in the order of the archive */
    const struct ncl_entry **by_name; /* sorted without regard to case, then with it */
    const char *lone;                 /* the name of the file, where there is but one; NULL: no such */
    size_t nested;                    /* other graphs inside, */
    const char *nested_name;          /* the first of them */
};

/* A new entry of that normalized name; NULL: an error was reported. */
struct ncl_entry *ncl_container_add(struct ncl_container *container, const char *name, uint64_t size,
                                    struct ncl_diag *diag);
/* The entry of exactly that name, NULL: none; once names are sorted. */
const struct ncl_entry *ncl_container_find_exact(const struct ncl_container *container, const char *name);
/* Takes note of a graph of its own in a sub-folder or in an archive inside. */
nnefcl_status ncl_container_note_nested(struct ncl_container *container, const char *name, struct ncl_diag *diag);
/* Reads exactly `size` bytes of the reader, fewer only at its end; SIZE_MAX: error. */
size_t ncl_container_read(const struct ncl_container *container, uint64_t offset, void *buffer, size_t size);

/* container_folder.c. `lone`: the folder of a lone text, of which too much is no error. */
nnefcl_status ncl_folder_index(struct ncl_container *container, bool lone, struct ncl_diag *diag);
/* A new entry for a file of the folder, unless there is none of that (normalized) name. */
nnefcl_status ncl_folder_attach(struct ncl_container *container, const char *name, struct ncl_diag *diag);
nnefcl_status ncl_folder_open_member(const struct ncl_container *container, const struct ncl_entry *entry,
                                     struct ncl_diag *diag, int *file);

/* container_root.c: after all entries of an archive are known, and once their names are sorted. */
nnefcl_status ncl_container_find_root(struct ncl_container *container, struct ncl_diag *diag);
void ncl_container_follow_links(struct ncl_container *container);

/* container_archive.c */
/* What the first bytes of a file tell; `*other` names a packing that is not read ("zstd"), else NULL. */
enum ncl_archive_kind ncl_archive_detect(const uint8_t *head, size_t size, const char **other);
nnefcl_status ncl_archive_index(struct ncl_container *container, struct ncl_diag *diag);
struct ncl_archive_stream;
nnefcl_status ncl_archive_open(const struct ncl_container *container, struct ncl_diag *diag,
                               struct ncl_archive_stream **stream);
void ncl_archive_close(struct ncl_archive_stream *stream);
nnefcl_status ncl_archive_seek(struct ncl_archive_stream *stream, const struct ncl_entry *entry, struct ncl_diag *diag);
nnefcl_status ncl_archive_read(struct ncl_archive_stream *stream, const struct ncl_entry *entry, void *buffer,
                               size_t size, size_t *got, struct ncl_diag *diag);

#endif
