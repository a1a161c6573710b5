/* SPDX-License-Identifier: Apache-2.0 */
/* Programs on disk. The names of the files of a device are read once, and say the keys of the kernels in them.
 *
 * A driver that keeps what it compiled, and takes as long to hand it out as to compile it, gets the text again that it
 * knows (SOURCE): from then on its own cache serves. Others give the binary. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "cache.h"

#define DEFAULT_LIMIT ((uint64_t)256 << 20)
#define MOST_BYTES    ((uint64_t)64 << 20) /* of one file */
#define REASON_BYTES  160

struct entry {
    uint64_t key;
    size_t file;
};

struct file {
    char name[NCL_CACHE_NAME];
};

struct ncl_cache {
    int folder;
    uint64_t limit;
    bool binaries;
    char path[1024];
    char identity[1024]; /* what a program is for, in words */
    uint64_t identity_key;
    struct entry *entry; /* under the device's lock, as all below */
    size_t count, capacity;
    struct file *file;
    size_t file_count, file_capacity;
};

/* ---- what there is ---- */

/* An array with room for one item more. NULL: there is none; the old one stays. */
static void *make_item_room(const nnefcl_device *device, void *items, size_t count, size_t size, size_t *capacity)
{
    if (count < *capacity)
        return items;
    const size_t larger = *capacity ? 2 * *capacity : 64;
    void *grown = ncl_resize(&device->allocator, items, larger * size);
    if (grown)
        *capacity = larger;
    return grown;
}

static bool add_name(const nnefcl_device *device, const char *name)
{
    struct ncl_cache *cache = device->cache;
    struct file *file = make_item_room(device, cache->file, cache->file_count, sizeof *file, &cache->file_capacity);
    if (!file)
        return false;
    cache->file = file;
    snprintf(file[cache->file_count++].name, sizeof file->name, "%s", name);
    return true;
}

/* Keys of the last file. */
static void add_entries(const nnefcl_device *device, const uint64_t *key, size_t count)
{
    struct ncl_cache *cache = device->cache;
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = make_item_room(device, cache->entry, cache->count, sizeof *entry, &cache->capacity);
        if (!entry)
            return;
        cache->entry = entry;
        entry[cache->count++] = (struct entry){key[i], cache->file_count - 1};
    }
}

/* The last one first: what was stored again is new. */
static bool find_entry(const struct ncl_cache *cache, uint64_t key, size_t *file)
{
    for (size_t i = cache->count; i-- > 0;)
        if (cache->entry[i].key == key) {
            *file = cache->entry[i].file;
            return true;
        }
    return false;
}

static void forget_file(struct ncl_cache *cache, size_t file)
{
    size_t kept = 0;
    for (size_t i = 0; i < cache->count; i++)
        if (cache->entry[i].file != file)
            cache->entry[kept++] = cache->entry[i];
    cache->count = kept;
}

/* The bytes of a file or of its head, checked. NULL: a note says why. The caller frees with ncl_resize. */
static unsigned char *read_file(const nnefcl_device *device, const char *name, size_t head,
                                struct ncl_cache_content *content, struct ncl_diag *diag)
{
    char reason[REASON_BYTES];
    size_t size;
    unsigned char *data = ncl_cache_file_read(device->cache->folder, name, head, MOST_BYTES, &device->allocator, &size,
                                              reason, sizeof reason);
    const char *(*unpack)(const unsigned char *, size_t, const char *, struct ncl_cache_content *) =
        head ? ncl_cache_file_unpack_head : ncl_cache_file_unpack;
    const char *why = data ? unpack(data, size, device->cache->identity, content) : reason;
    if (!why)
        return data;
    ncl_note(diag, NCL_NOWHERE, "cache: %s/%s is not used: %s", device->cache->path, name, why);
    ncl_resize(&device->allocator, data, 0);
    return NULL;
}

struct scan {
    nnefcl_device *device;
    struct ncl_diag *diag;
};

static void add_keys_inside(const struct scan *scan, const char *name)
{
    struct ncl_cache_content content;
    unsigned char *data = read_file(scan->device, name, NCL_CACHE_HEAD, &content, scan->diag);
    if (data)
        add_entries(scan->device, content.key, content.count);
    ncl_resize(&scan->device->allocator, data, 0);
}

static int add_cached_file(void *user, const char *name)
{
    const struct scan *scan = user;
    struct ncl_cache_named named;
    if (!ncl_cache_name_read(name, scan->device->cache->identity_key, &named) || !add_name(scan->device, name))
        return 0;
    add_entries(scan->device, named.key, named.count);
    if (named.more)
        add_keys_inside(scan, name);
    return 0;
}

/* ---- opening ---- */

/* What of a device changes what its compiler makes. */
static void describe_device(const nnefcl_device *device, struct ncl_cache *cache)
{
    const nnefcl_device_info *info = &device->info;
    snprintf(cache->identity, sizeof cache->identity, "%s|%s|%s|%s|%s|%u|%s", info->platform_name, info->vendor,
             info->name, info->version, info->driver, info->compute_units,
             ncl_program_options(device, device->target.declares));
    cache->identity_key = ncl_hash(NCL_HASH_BASIS, cache->identity, strlen(cache->identity));
}

void ncl_cache_open(nnefcl_device *device, const nnefcl_device_options *options, struct ncl_diag *diag)
{
    char reason[REASON_BYTES];
    const char *path = options ? options->cache_dir : NULL;
    if (!path)
        return;
    const int folder = ncl_cache_folder_open(path, reason, sizeof reason);
    struct ncl_cache *cache = folder < 0 ? NULL : ncl_resize(&device->allocator, NULL, sizeof *cache);
    if (folder < 0)
        ncl_note(diag, NCL_NOWHERE, "cache: %s is not used: %s", path, reason);
    if (!cache) {
        if (folder >= 0)
            close(folder);
        return;
    }
    *cache = (struct ncl_cache){.folder = folder,
                                .limit = options->cache_limit ? options->cache_limit : DEFAULT_LIMIT,
                                .binaries = options->cache_binaries || !device->keeps_programs};
    snprintf(cache->path, sizeof cache->path, "%s", path);
    describe_device(device, cache);
    device->cache = cache;
    ncl_cache_folder_each(folder, "", add_cached_file, &(struct scan){device, diag});
}

void ncl_cache_close(nnefcl_device *device)
{
    if (!device->cache)
        return;
    close(device->cache->folder);
    ncl_resize(&device->allocator, device->cache->entry, 0);
    ncl_resize(&device->allocator, device->cache->file, 0);
    ncl_resize(&device->allocator, device->cache, 0);
    device->cache = NULL;
}

/* ---- reading ---- */

static nnefcl_device *lock_device(const nnefcl_device *device)
{
    nnefcl_device *own = (nnefcl_device *)device; /* only what the lock guards changes */
    pthread_mutex_lock(&own->lock);
    return own;
}

static cl_program create_cached_program(const nnefcl_device *device, const struct ncl_cache_content *content)
{
    const size_t size = content->payload_size;
    const unsigned char *binary = content->payload;
    const char *source = content->payload;
    cl_int code, state = CL_SUCCESS;
    cl_program program =
        content->kind == NCL_CACHE_SOURCE
            ? clCreateProgramWithSource(device->context, 1, &source, &size, &code)
            : clCreateProgramWithBinary(device->context, 1, &device->id, &size, &binary, &state, &code);
    if (code || state)
        return NULL;
    const bool declares = content->kind == NCL_CACHE_SOURCE && ncl_source_declares(source, size);
    if (ncl_program_compile(device, program, declares) == CL_SUCCESS)
        return program;
    clReleaseProgram(program);
    return NULL;
}

/* A driver that keeps programs writes them down when they are made, so it must not be read meanwhile. */
static cl_program create_claimed(const nnefcl_device *device, const struct ncl_cache_content *content, bool *busy)
{
    const int claims = device->keeps_programs ? ncl_cache_claims(device) : -1;
    *busy = ncl_cache_claim(claims, content->program, false) == NCL_CLAIM_BUSY;
    const cl_program program = *busy ? NULL : create_cached_program(device, content);
    ncl_cache_claims_close(claims);
    return program;
}

static bool has_key(const struct ncl_cache_content *content, uint64_t key)
{
    for (size_t i = 0; i < content->count; i++)
        if (content->key[i] == key)
            return true;
    return false;
}

/* Are the kernels there that the keys say? The first key is that of the persistent form, where there is one. */
static bool holds_kernels(const nnefcl_device *device, cl_program program, const struct ncl_cache_content *content)
{
    char name[NCL_LAUNCH_NAME];
    size_t size = 0;
    if (clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, 0, NULL, &size) || !size || size > MOST_BYTES)
        return false;
    char *names = ncl_resize(&device->allocator, NULL, size + 1);
    if (names)
        memset(names, 0, size + 1);
    bool held = names && !clGetProgramInfo(program, CL_PROGRAM_KERNEL_NAMES, size, names, NULL);
    for (size_t i = held && strstr(names, "persistent"); held && i < content->count; i++) {
        ncl_source_launch_name(content->key[i], name);
        held = strstr(names, name) != NULL;
    }
    ncl_resize(&device->allocator, names, 0);
    return held;
}

cl_program ncl_cache_load(const nnefcl_device *device, uint64_t key, struct ncl_diag *diag)
{
    char name[NCL_CACHE_NAME];
    size_t number = 0;
    bool busy = false;
    struct ncl_cache_content content;
    if (!device->cache)
        return NULL;
    nnefcl_device *own = lock_device(device);
    const bool found = find_entry(own->cache, key, &number);
    if (found)
        memcpy(name, own->cache->file[number].name, sizeof name);
    pthread_mutex_unlock(&own->lock);
    if (!found)
        return NULL;
    unsigned char *data = read_file(device, name, 0, &content, diag);
    cl_program program = data ? create_claimed(device, &content, &busy) : NULL;
    const char *why = program ? NULL : busy ? "somebody else is making it" : "the driver does not take it";
    if (program && (!has_key(&content, key) || !holds_kernels(device, program, &content))) {
        why = "its kernels are others than it says";
        clReleaseProgram(program);
        program = NULL;
    }
    if (data && why)
        ncl_note(diag, NCL_NOWHERE, "cache: %s/%s is not used: %s", own->cache->path, name, why);
    for (size_t i = 0; program && i < content.count; i++)
        ncl_pool_keep(device, content.key[i], program);
    ncl_resize(&device->allocator, data, 0);
    if (!program && !busy) {
        lock_device(device);
        forget_file(own->cache, number);
        pthread_mutex_unlock(&own->lock);
    }
    return program;
}

/* ---- what others made since ---- */

int ncl_cache_claims(const nnefcl_device *device)
{
    return device->cache ? ncl_cache_claims_open(device->cache->folder) : -1;
}

static bool file_is_listed(const struct ncl_cache *cache, const char *name)
{
    for (size_t i = 0; i < cache->file_count; i++)
        if (strcmp(cache->file[i].name, name) == 0)
            return true;
    return false;
}

bool ncl_cache_look(const nnefcl_device *device, uint64_t program, const uint64_t *key, size_t count)
{
    char name[NCL_CACHE_NAME];
    size_t file;
    const struct ncl_cache_content content = {.program = program, .count = count, .key = key};
    ncl_cache_name_make(device->cache->identity_key, &content, name);
    nnefcl_device *own = lock_device(device);
    if (!file_is_listed(own->cache, name) && !faccessat(own->cache->folder, name, F_OK, 0) && add_name(own, name))
        add_entries(own, key, count);
    const bool found = count && find_entry(own->cache, key[0], &file);
    pthread_mutex_unlock(&own->lock);
    return found;
}

/* ---- writing ---- */

/* What the driver made of a program. NULL: it does not tell. The caller frees with ncl_resize. */
static unsigned char *fetch_binary(const nnefcl_device *device, cl_program program, size_t *size)
{
    cl_uint devices = 0;
    unsigned char *binary = NULL;
    if (clGetProgramInfo(program, CL_PROGRAM_NUM_DEVICES, sizeof devices, &devices, NULL) || devices != 1 ||
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof *size, size, NULL) || !*size || *size > MOST_BYTES)
        return NULL;
    binary = ncl_resize(&device->allocator, NULL, *size);
    if (binary)
        memset(binary, 0, *size);
    if (binary && clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS)
        return binary;
    ncl_resize(&device->allocator, binary, 0);
    return NULL;
}

static void write_content(const nnefcl_device *device, const struct ncl_cache_content *content, struct ncl_diag *diag)
{
    char name[NCL_CACHE_NAME], reason[REASON_BYTES] = "there is no memory for it";
    size_t size;
    struct ncl_cache *cache = device->cache;
    unsigned char *data = ncl_cache_file_pack(content, &device->allocator, &size);
    ncl_cache_name_make(cache->identity_key, content, name);
    if (data && ncl_cache_file_write(cache->folder, name, data, size, reason, sizeof reason)) {
        nnefcl_device *own = lock_device(device);
        if (add_name(own, name))
            add_entries(own, content->key, content->count);
        pthread_mutex_unlock(&own->lock);
        ncl_cache_folder_trim(cache->folder, cache->limit);
    } else {
        ncl_note(diag, NCL_NOWHERE, "cache: %s/%s cannot be written: %s", cache->path, name, reason);
    }
    ncl_resize(&device->allocator, data, 0);
}

void ncl_cache_store(const nnefcl_device *device, uint64_t program, const uint64_t *key, size_t count,
                     const struct ncl_text *source, cl_program built, bool alone, struct ncl_diag *diag)
{
    const struct ncl_cache *cache = device->cache;
    struct ncl_cache_content content = {.kind = NCL_CACHE_SOURCE,
                                        .program = program,
                                        .count = count,
                                        .key = key,
                                        .payload = source->data,
                                        .payload_size = source->length};
    if (!cache)
        return;
    const bool binaries = cache->binaries && (alone || !device->keeps_programs);
    unsigned char *binary = binaries ? fetch_binary(device, built, &content.payload_size) : NULL;
    content.identity = cache->identity;
    if (binary) {
        content.kind = NCL_CACHE_BINARY;
        content.payload = binary;
    } else {
        content.payload_size = source->length;
    }
    write_content(device, &content, diag);
    ncl_resize(&device->allocator, binary, 0);
}
