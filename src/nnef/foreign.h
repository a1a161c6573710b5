/* SPDX-License-Identifier: Apache-2.0 */
/* Models and weights of other formats, told by their first bytes, and the road from there to NNEF. */
#ifndef NCL_FOREIGN_H
#define NCL_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

struct ncl_foreign {
    const char *name; /* "an ONNX model" */
    const char *road; /* what to do with it: one sentence */
    int (*is)(const uint8_t *head, size_t size);
};

/* NULL: none of them. `head`: the first bytes of a file, 512 are enough. */
const struct ncl_foreign *ncl_foreign_find(const uint8_t *head, size_t size);

#endif
