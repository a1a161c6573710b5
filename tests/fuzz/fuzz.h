/* SPDX-License-Identifier: Apache-2.0 */
/* What a fuzz target is: one function that takes bytes, for libFuzzer or for replay.c, and ends the process when
 * something does not hold. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>

#include "mutate/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Below what a sanitized process of libFuzzer may take (2 GiB), and above what any limit of the library lets through.
 */
#define FUZZ_MEMORY  ((size_t)512 << 20)
#define FUZZ_DIALECT (NNEFCL_COMPAT_TORCH | NNEFCL_COMPAT_TRACT | NNEFCL_COMPAT_LEGACY)

/* Every file that the arguments name, or that lies in a folder they name, with its bytes: as large as they are, so that
 * a sanitizer sees what reads beyond them. The status of the process: 2 after it said what cannot be read. */
typedef void fuzz_file_fn(const char *path, const uint8_t *data, size_t size);
int fuzz_files(int count, char *const *argument, fuzz_file_fn *visit);
/* Ends the process where the verdict is bad. */
void fuzz_hold(const struct verdict *verdict);
/* How a model is opened here: variables without files get values, memory is counted and limited. */
nnefcl_model_options fuzz_options(struct counting_allocator *counting, unsigned compat);
/* What must hold behind the opening of a model, which is described, planned, reshaped, dumped and freed. */
void fuzz_model_use(nnefcl_status status, nnefcl_error *error, nnefcl_model *model,
                    const struct counting_allocator *counting);
/* Opens a model that lies in memory, with and without the dialects, and does with it all that needs no device. */
void fuzz_model_memory(const void *data, size_t size);
/* The files of a folder, one behind the other: each but the last has its length in front, four bytes, little-endian.
 * The first is the model. */
void fuzz_model_files(const uint8_t *data, size_t size, const char *const *names, size_t count);

#endif
