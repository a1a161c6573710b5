/* SPDX-License-Identifier: Apache-2.0 */
/* graph.quant (5.3, 7.1). */
#ifndef NCL_QUANTIZE_H
#define NCL_QUANTIZE_H

#include "front/build.h"

/* quantize.c: its entries are read and hung on their tensors. */
nnefcl_status ncl_quantize_attach(struct ncl_build *build, const struct ncl_quant_file *file);
/* quantize_nodes.c: tensors with entries are quantized where they are made, unless `no_quant`. */
nnefcl_status ncl_quantize_apply(struct ncl_build *build);

#endif
