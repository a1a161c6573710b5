/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that a device has built already. Keys are hashes of all that the compiler gets (ncl_source_keys), so a
 * session of another model, or of the same one with another batch, finds the bodies they have in common. A persistent
 * form serves every run list whose bodies are among its own. */
#include <string.h>

#include "host.h"

/* Only the pool changes, under its lock. */
static nnefcl_device *open_pool(const nnefcl_device *device)
{
    nnefcl_device *own = (nnefcl_device *)device;
    pthread_mutex_lock(&own->lock);
    return own;
}

static struct ncl_pool_entry *find_pooled(const nnefcl_device *device, uint64_t key)
{
    for (size_t i = 0; i < device->pool_count; i++)
        if (device->pool[i].key == key)
            return &device->pool[i];
    return NULL;
}

/* The one with the fewest others beside them. */
static struct ncl_pool_entry *find_bodies(const nnefcl_device *device, const struct ncl_bodies *bodies)
{
    struct ncl_pool_entry *found = NULL;
    for (size_t i = 0; i < device->pool_count; i++) {
        struct ncl_pool_entry *entry = &device->pool[i];
        if (entry->bodies.key && ncl_persistent_serves(&entry->bodies, bodies) &&
            (!found || entry->bodies.count < found->bodies.count))
            found = entry;
    }
    return found;
}

static cl_program hold_pooled(const struct ncl_pool_entry *entry)
{
    return entry && clRetainProgram(entry->program) == CL_SUCCESS ? entry->program : NULL;
}

cl_program ncl_pool_find(const nnefcl_device *device, uint64_t key)
{
    nnefcl_device *own = open_pool(device);
    const cl_program program = hold_pooled(find_pooled(own, key));
    pthread_mutex_unlock(&own->lock);
    return program;
}

cl_program ncl_pool_find_bodies(const nnefcl_device *device, uint64_t key, struct ncl_bodies *bodies)
{
    nnefcl_device *own = open_pool(device);
    const struct ncl_pool_entry *entry = find_pooled(own, key);
    if (!entry)
        entry = find_bodies(own, bodies);
    const cl_program program = hold_pooled(entry);
    if (program && entry->key != key)
        *bodies = entry->bodies;
    pthread_mutex_unlock(&own->lock);
    return program;
}

static bool make_pool_room(nnefcl_device *device)
{
    if (device->pool_count < device->pool_capacity)
        return true;
    const size_t larger = device->pool_capacity ? 2 * device->pool_capacity : 32;
    struct ncl_pool_entry *pool = ncl_resize(&device->allocator, device->pool, larger * sizeof *pool);
    if (!pool)
        return false;
    device->pool = pool;
    device->pool_capacity = larger;
    return true;
}

static bool keep(nnefcl_device *device, uint64_t key, const struct ncl_bodies *bodies, cl_program program)
{
    if (find_pooled(device, key) || !make_pool_room(device) || clRetainProgram(program) != CL_SUCCESS)
        return false;
    device->pool[device->pool_count++] = (struct ncl_pool_entry){key, program, *bodies};
    return true;
}

void ncl_pool_keep(const nnefcl_device *device, uint64_t key, cl_program program)
{
    static const struct ncl_bodies none;
    nnefcl_device *own = open_pool(device);
    keep(own, key, &none, program);
    pthread_mutex_unlock(&own->lock);
}

void ncl_pool_keep_bodies(const nnefcl_device *device, uint64_t key, const struct ncl_bodies *bodies,
                          cl_program program)
{
    struct ncl_bodies kept = *bodies;
    nnefcl_device *own = open_pool(device);
    uint64_t *keys = ncl_resize(&own->allocator, NULL, bodies->count * sizeof *keys);
    if (keys)
        memcpy(keys, bodies->key, bodies->count * sizeof *keys);
    kept.key = keys;
    if (!keep(own, key, &kept, program))
        ncl_resize(&own->allocator, keys, 0);
    pthread_mutex_unlock(&own->lock);
}

void ncl_pool_free(nnefcl_device *device)
{
    for (size_t i = 0; i < device->pool_count; i++) {
        clReleaseProgram(device->pool[i].program);
        ncl_resize(&device->allocator, (void *)device->pool[i].bodies.key, 0);
    }
    ncl_resize(&device->allocator, device->pool, 0);
    device->pool = NULL;
    device->pool_count = device->pool_capacity = 0;
}
