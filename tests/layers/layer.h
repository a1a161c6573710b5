/* SPDX-License-Identifier: Apache-2.0 */
/* How a test steers the layer that sits between it and the driver (fail_layer.c). The layer is loaded by the ICD loader
 * (OPENCL_LAYERS); the functions are found in it with dlsym. */
#ifndef LAYER_H
#define LAYER_H

#include <stddef.h>

/* Buffers that are alive, of anybody. */
struct layer_memory {
    size_t buffers;
    unsigned long long bytes, peak; /* peak: the most bytes since somebody asked */
};

struct layer_control {
    /* The n-th call from now on fails with `code` (1: the next; 0: none does). */
    void (*fail_at)(unsigned long n, int code);
    /* The same of calls of one name alone: how many others are made between them depends on how busy the machine is. */
    void (*fail_call)(const char *name, unsigned long n, int code);
    /* Name of the call that was made to fail, NULL: none since fail_at. */
    const char *(*failed)(void);
    /* Non-zero: calls are neither counted nor made to fail. */
    void (*pause)(int on);
    /* References held by the application and the library, all kinds; `text` says which. */
    long (*live)(char *text, size_t size);
    /* What devices look like from now on; "none": as they are. Zero: no such profile. */
    int (*profile)(const char *name);
    struct layer_memory (*memory)(void);
    /* Kernels that a driver with a list of them has passed over to find those that were released. */
    unsigned long long (*passed)(void);
    /* How often a program was built from its source so far, */
    unsigned long (*compiled)(void);
    /* and how the last one was: as long as no other is. */
    const char *(*options)(void);
};

#endif
