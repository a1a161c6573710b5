/* SPDX-License-Identifier: Apache-2.0 */
/* Programs on disk. The names of the files of a device are read once; a file is found under the key of any kernel in
 * it.
 *
 * A driver that keeps what it compiled, and takes as long to hand it out as to compile it, gets the text again that it
 * knows (SOURCE): from then on its own cache serves. Others give the binary. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "cache.h"

#define DEFAULT_LIMIT ((uint64_t)256 << 20)
#define MOST_BYTES    ((uint64_t)64 << 20) /* of one file */
#define NAME_BYTES    64
#define REASON_BYTES  160

struct entry {
    uint64_t key, program;
};

struct ncl_cache {
    int folder;
    uint64_t limit;
    bool binaries;
    char path[1024];
    char identity[1024]; /* what a program is for, in words */
    struct entry *entry; /* under the device's lock */
    size_t count, capacity;
};

static void file_name(const struct ncl_cache *cache, uint64_t program, char name[NAME_BYTES])
{
    const uint64_t identity = ncl_hash(NCL_HASH_BASIS, cache->identity, strlen(cache->identity));
    snprintf(name, NAME_BYTES, "%016" PRIx64 "-", identity);
    if (program)
        snprintf(name + strlen(name), NAME_BYTES - strlen(name), "%016" PRIx64 ".program", program);
}

/* ---- what there is ---- */

static bool make_room(const nnefcl_device *device, struct ncl_cache *cache)
{
    if (cache->count < cache->capacity)
        return true;
    const size_t larger = cache->capacity ? 2 * cache->capacity : 64;
    struct entry *entry = ncl_resize(&device->allocator, cache->entry, larger * sizeof *entry);
    if (!entry)
        return false;
    cache->entry = entry;
    cache->capacity = larger;
    return true;
}

static void add_entries(const nnefcl_device *device, uint64_t program, const uint64_t *key, size_t count)
{
    struct ncl_cache *cache = device->cache;
    for (size_t i = 0; i < count && make_room(device, cache); i++)
        cache->entry[cache->count++] = (struct entry){key[i], program};
}

/* The last one first: what was stored again is new. */
static bool find_entry(const struct ncl_cache *cache, uint64_t key, uint64_t *program)
{
    for (size_t i = cache->count; i-- > 0;)
        if (cache->entry[i].key == key) {
            *program = cache->entry[i].program;
            return true;
        }
    return false;
}

static void forget_program(struct ncl_cache *cache, uint64_t program)
{
    size_t kept = 0;
    for (size_t i = 0; i < cache->count; i++)
        if (cache->entry[i].program != program)
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

static int add_file(void *user, const char *name)
{
    const struct scan *scan = user;
    struct ncl_cache_content content;
    unsigned char *data = read_file(scan->device, name, NCL_CACHE_HEAD, &content, scan->diag);
    if (data)
        add_entries(scan->device, content.program, content.key, content.count);
    ncl_resize(&scan->device->allocator, data, 0);
    return 0;
}

/* ---- opening ---- */

/* What of a device changes what its compiler makes. */
static void describe(const nnefcl_device *device, struct ncl_cache *cache)
{
    const nnefcl_device_info *info = &device->info;
    snprintf(cache->identity, sizeof cache->identity, "%s|%s|%s|%s|%s|%u|%s", info->platform_name, info->vendor,
             info->name, info->version, info->driver, info->compute_units, ncl_program_options(device));
}

void ncl_cache_open(nnefcl_device *device, const nnefcl_device_options *options, struct ncl_diag *diag)
{
    char reason[REASON_BYTES], prefix[NAME_BYTES];
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
    describe(device, cache);
    device->cache = cache;
    file_name(cache, 0, prefix);
    ncl_cache_folder_each(folder, prefix, add_file, &(struct scan){device, diag});
}

void ncl_cache_close(nnefcl_device *device)
{
    if (!device->cache)
        return;
    close(device->cache->folder);
    ncl_resize(&device->allocator, device->cache->entry, 0);
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

static cl_program create_program(const nnefcl_device *device, const struct ncl_cache_content *content)
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
    if (clBuildProgram(program, 1, &device->id, ncl_program_options(device), NULL, NULL) == CL_SUCCESS)
        return program;
    clReleaseProgram(program);
    return NULL;
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
    char name[NAME_BYTES];
    uint64_t number = 0;
    struct ncl_cache_content content;
    if (!device->cache)
        return NULL;
    nnefcl_device *own = lock_device(device);
    const bool found = find_entry(own->cache, key, &number);
    pthread_mutex_unlock(&own->lock);
    if (!found)
        return NULL;
    file_name(own->cache, number, name);
    unsigned char *data = read_file(device, name, 0, &content, diag);
    cl_program program = data ? create_program(device, &content) : NULL;
    const char *why = program ? NULL : "the driver does not take it";
    if (program && !holds_kernels(device, program, &content)) {
        why = "its kernels are others than it says";
        clReleaseProgram(program);
        program = NULL;
    }
    if (data && why)
        ncl_note(diag, NCL_NOWHERE, "cache: %s/%s is not used: %s", own->cache->path, name, why);
    for (size_t i = 0; program && i < content.count; i++)
        ncl_pool_keep(device, content.key[i], program);
    ncl_resize(&device->allocator, data, 0);
    if (!program) {
        lock_device(device);
        forget_program(own->cache, number);
        pthread_mutex_unlock(&own->lock);
    }
    return program;
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
    char name[NAME_BYTES], reason[REASON_BYTES] = "there is no memory for it";
    size_t size;
    struct ncl_cache *cache = device->cache;
    unsigned char *data = ncl_cache_file_pack(content, &device->allocator, &size);
    file_name(cache, content->program, name);
    if (data && ncl_cache_file_write(cache->folder, name, data, size, reason, sizeof reason)) {
        nnefcl_device *own = lock_device(device);
        add_entries(own, content->program, content->key, content->count);
        pthread_mutex_unlock(&own->lock);
        ncl_cache_folder_trim(cache->folder, cache->limit);
    } else {
        ncl_note(diag, NCL_NOWHERE, "cache: %s/%s cannot be written: %s", cache->path, name, reason);
    }
    ncl_resize(&device->allocator, data, 0);
}

void ncl_cache_store(const nnefcl_device *device, uint64_t program, const uint64_t *key, size_t count,
                     const struct ncl_text *source, cl_program built, struct ncl_diag *diag)
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
    unsigned char *binary = cache->binaries ? fetch_binary(device, built, &content.payload_size) : NULL;
    content.identity = cache->identity;
    if (binary) {
        content.kind = NCL_CACHE_BINARY;
        content.payload = binary;
    } else if (cache->binaries) {
        content.payload_size = source->length;
    }
    write_content(device, &content, diag);
    ncl_resize(&device->allocator, binary, 0);
}
