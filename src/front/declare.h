/* SPDX-License-Identifier: Apache-2.0 */
/* The fragments of the standard library, of the application and of the document. */
#ifndef NCL_DECLARE_H
#define NCL_DECLARE_H

#include "front/build.h"

nnefcl_status ncl_declare_all(struct ncl_build *build);

#endif
