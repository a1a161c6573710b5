/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "live_memory.h"

struct buffer {
    cl_mem memory;
    size_t size;
    unsigned long holds;
};

static struct buffer *buffers;
static size_t count, capacity;
static unsigned long long bytes, peak;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct buffer *buffer_find(cl_mem memory)
{
    for (size_t i = 0; i < count; i++)
        if (buffers[i].memory == memory)
            return &buffers[i];
    return NULL;
}

static void buffer_add(cl_mem memory, size_t size)
{
    if (count == capacity) {
        capacity = 2 * capacity + 16;
        buffers = realloc(buffers, capacity * sizeof *buffers);
        if (!buffers)
            abort();
    }
    buffers[count++] = (struct buffer){memory, size, 1};
    bytes += size;
    peak = bytes > peak ? bytes : peak;
}

void live_memory_hold(cl_mem memory, size_t size)
{
    pthread_mutex_lock(&lock);
    struct buffer *buffer = buffer_find(memory);
    if (buffer)
        buffer->holds++;
    else
        buffer_add(memory, size);
    pthread_mutex_unlock(&lock);
}

void live_memory_release(cl_mem memory)
{
    pthread_mutex_lock(&lock);
    struct buffer *buffer = buffer_find(memory);
    if (buffer && --buffer->holds == 0) {
        bytes -= buffer->size;
        *buffer = buffers[--count];
    }
    pthread_mutex_unlock(&lock);
}

struct layer_memory live_memory_get(void)
{
    pthread_mutex_lock(&lock);
    const struct layer_memory memory = {count, bytes, peak};
    peak = bytes;
    pthread_mutex_unlock(&lock);
    return memory;
}
