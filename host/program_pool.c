/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that a device has built already. Keys are hashes of all that the compiler gets (ncl_source_keys), so a
 * session of another model, or of the same one with another batch, finds the bodies they have in common. */
#include "host.h"

/* Only the pool changes, under its lock. */
static nnefcl_device *open_pool(const nnefcl_device *device)
{
    nnefcl_device *own = (nnefcl_device *)device;
    pthread_mutex_lock(&own->lock);
    return own;
}

static cl_program find(const nnefcl_device *device, uint64_t key)
{
    for (size_t i = 0; i < device->pool_count; i++)
        if (device->pool[i].key == key)
            return device->pool[i].program;
    return NULL;
}

cl_program ncl_pool_find(const nnefcl_device *device, uint64_t key)
{
    nnefcl_device *own = open_pool(device);
    cl_program program = find(own, key);
    if (program && clRetainProgram(program) != CL_SUCCESS)
        program = NULL;
    pthread_mutex_unlock(&own->lock);
    return program;
}

static bool make_room(nnefcl_device *device)
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

void ncl_pool_keep(const nnefcl_device *device, uint64_t key, cl_program program)
{
    nnefcl_device *own = open_pool(device);
    if (!find(own, key) && make_room(own) && clRetainProgram(program) == CL_SUCCESS)
        own->pool[own->pool_count++] = (struct ncl_pool_entry){key, program};
    pthread_mutex_unlock(&own->lock);
}

void ncl_pool_free(nnefcl_device *device)
{
    for (size_t i = 0; i < device->pool_count; i++)
        clReleaseProgram(device->pool[i].program);
    ncl_resize(&device->allocator, device->pool, 0);
    device->pool = NULL;
    device->pool_count = device->pool_capacity = 0;
}
