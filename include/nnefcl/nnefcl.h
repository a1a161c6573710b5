/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl: runs NNEF models (Khronos NNEF 1.0.5) on any OpenCL 1.2 device. Everything but opencl.h, which needs the
 * OpenCL headers. */
#ifndef NNEFCL_NNEFCL_H
#define NNEFCL_NNEFCL_H

#include "conformance.h"
#include "device.h"
#include "inspect.h"
#include "kernel.h"
#include "model.h"
#include "operation.h"
#include "session.h"
#include "split.h"
#include "state.h"
#include "status.h"
#include "stream.h"
#include "tensor.h"
#include "tune.h"
#include "verify.h"

#ifdef __cplusplus
extern "C" {
#endif
/* Version of the library that is linked, as NNEFCL_VERSION was when it was built. */
NNEFCL_API const char *nnefcl_version(void);
#ifdef __cplusplus
}
#endif
#endif
