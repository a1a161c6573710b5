/* SPDX-License-Identifier: Apache-2.0 */
/* Programs on disk, behind the pool of a device: one file for each program that was built, found by the keys of the
 * kernels in it (docs/start.md). Whatever is wrong with the folder or a file only costs time, and a note says what. */
#ifndef NCL_CACHE_H
#define NCL_CACHE_H

#include <assert.h>

#include "host.h"

/* ---- cache_folder.c: a private folder ---- */

/* Opens the folder, makes it and those above it if it is not there. -1: it cannot be used, `reason` says why. */
int ncl_cache_folder_open(const char *path, char *reason, size_t size);
/* The whole of a file, which is used now, or, with a `head`, at most so many bytes of its beginning. NULL: `reason`
 * says why. The caller frees with ncl_resize. */
unsigned char *ncl_cache_file_read(int folder, const char *name, size_t head, uint64_t most,
                                   const nnefcl_allocator *allocator, size_t *size, char *reason, size_t reason_size);
/* Writes a file beside and puts it in its place at once. False: `reason` says why, and nothing of it is left. */
bool ncl_cache_file_write(int folder, const char *name, const void *data, size_t size, char *reason,
                          size_t reason_size);
/* Removes the files that were not used for longest until the others take no more than `limit` bytes, and what writers
 * that died have left. */
void ncl_cache_folder_trim(int folder, uint64_t limit);
/* Calls visit with the name of each file that starts with `prefix` until it returns non-zero. */
void ncl_cache_folder_each(int folder, const char *prefix, int (*visit)(void *user, const char *name), void *user);

/* ---- cache_claim.c: programs that are being made ---- */

#define NCL_CACHE_CLAIMS ".claims" /* the file of their locks: no program, and never removed */

enum ncl_claim {
    NCL_CLAIM_NONE, /* claims cannot be made here */
    NCL_CLAIM_BUSY, /* somebody has it who does not share it */
    NCL_CLAIM_HELD
};
/* The file, opened: what claims it has others cannot have, be they of the same thread. -1: there is none. */
int ncl_cache_claims_open(int folder);
/* Lets go of all claims. */
void ncl_cache_claims_close(int claims);
/* Claims a program by its key, beside all others that do not want it `alone`. Never waits. */
enum ncl_claim ncl_cache_claim(int claims, uint64_t program, bool alone);

/* ---- cache_file.c: what is in a file ---- */

enum ncl_cache_kind { NCL_CACHE_SOURCE = 1, NCL_CACHE_BINARY = 2 };

struct ncl_cache_content {
    enum ncl_cache_kind kind;
    uint64_t program; /* key of the whole */
    size_t count;     /* of the keys under which it is found */
    const uint64_t *key;
    const char *identity; /* device, driver and options, in words */
    const void *payload;  /* OpenCL C, or what the driver gave */
    size_t payload_size;
};
/* The bytes of a file. NULL: out of memory. */
unsigned char *ncl_cache_file_pack(const struct ncl_cache_content *content, const nnefcl_allocator *allocator,
                                   size_t *size);
/* Bytes of the beginning of a file that hold its keys and its identity. */
#define NCL_CACHE_HEAD ((size_t)8192)
/* Believes nothing. NULL: content points into data; else what is wrong. */
const char *ncl_cache_file_unpack(const unsigned char *data, size_t size, const char *identity,
                                  struct ncl_cache_content *content);
/* The same of the beginning of a file alone: of the payload there is only what the file says of its size. */
const char *ncl_cache_file_unpack_head(const unsigned char *data, size_t size, const char *identity,
                                       struct ncl_cache_content *content);

/* ---- cache_name.c: the name of a file ---- */

enum { NCL_CACHE_NAME_KEYS = 12, NCL_CACHE_NAME = 16 + 17 * (1 + NCL_CACHE_NAME_KEYS) + 10 }; /* below 256 */
static_assert(NCL_CACHE_NAME < 256, "no file system has such names");

/* What a name says. The first key is the program's. */
struct ncl_cache_named {
    uint64_t key[1 + NCL_CACHE_NAME_KEYS];
    size_t count;
    bool more; /* those of kernels are in the file alone */
};
void ncl_cache_name_make(uint64_t identity, const struct ncl_cache_content *content, char name[NCL_CACHE_NAME]);
/* False: it is no file of this device. */
bool ncl_cache_name_read(const char *name, uint64_t identity, struct ncl_cache_named *named);

#endif
