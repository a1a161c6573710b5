/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_list.h"

struct entry {
    cl_program program;
    cl_kernel kernel;
    unsigned long holds;
};

static struct entry *entries; /* oldest first */
static size_t count, capacity;
static unsigned long long passed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void kernel_list_add(cl_program program, cl_kernel kernel)
{
    pthread_mutex_lock(&lock);
    if (count == capacity) {
        capacity = 2 * capacity + 64;
        entries = realloc(entries, capacity * sizeof *entries);
        if (!entries)
            abort();
    }
    entries[count++] = (struct entry){program, kernel, 1};
    pthread_mutex_unlock(&lock);
}

/* Index of a kernel, `count` if it is unknown. */
static size_t entry_find(cl_kernel kernel)
{
    for (size_t i = count; i-- > 0;)
        if (entries[i].kernel == kernel)
            return i;
    return count;
}

void kernel_list_hold(cl_kernel kernel)
{
    pthread_mutex_lock(&lock);
    const size_t i = entry_find(kernel);
    if (i < count)
        entries[i].holds++;
    pthread_mutex_unlock(&lock);
}

static void entry_remove(size_t index)
{
    for (size_t i = index + 1; i < count; i++)
        passed += entries[i].program == entries[index].program;
    memmove(&entries[index], &entries[index + 1], (count - index - 1) * sizeof *entries);
    count--;
}

void kernel_list_release(cl_kernel kernel)
{
    pthread_mutex_lock(&lock);
    const size_t i = entry_find(kernel);
    if (i < count && --entries[i].holds == 0)
        entry_remove(i);
    pthread_mutex_unlock(&lock);
}

unsigned long long kernel_list_passed(void)
{
    pthread_mutex_lock(&lock);
    const unsigned long long answer = passed;
    pthread_mutex_unlock(&lock);
    return answer;
}
