/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors as files: the formats that -o and --format know. */
#ifndef TENSOR_FORMAT_H
#define TENSOR_FORMAT_H

#include <stdbool.h>
#include <stdio.h>

#include "nnefcl/tensor.h"

enum tensor_format { TENSOR_DAT, TENSOR_NPY, TENSOR_NPZ, TENSOR_JSON };

struct named_tensor {
    const char *name;
    const nnefcl_tensor *tensor;
};

/* ".dat" and so on. */
const char *tensor_format_end(enum tensor_format format);
/* The format that a name ends in, or that is named ("npy"); false: none. */
bool tensor_format_of_path(const char *path, enum tensor_format *format);
bool tensor_format_named(const char *name, enum tensor_format *format);
/* Writes one tensor, of an .npz several. False: the stream failed, errno tells. */
bool tensor_format_write(FILE *file, enum tensor_format format, const struct named_tensor *tensors, size_t count);

enum { NPY_HEADER = 320 };
/* The header of an .npy file; its length. */
size_t npy_header(const nnefcl_tensor *tensor, char header[NPY_HEADER]);
/* tensor_npz.c: a zip of one .npy for each tensor. */
bool npz_write(FILE *file, const struct named_tensor *tensors, size_t count);

#endif
