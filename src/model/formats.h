/* SPDX-License-Identifier: Apache-2.0 */
/* Which system wrote a file: told by its content. */
#ifndef NCL_FORMATS_H
#define NCL_FORMATS_H

#include "import/import.h"

/* The format of a container's lone file; NULL: NNEF. What is neither is an error. */
nnefcl_status ncl_format_detect(const struct ncl_container *container, struct ncl_diag *diag,
                                const struct ncl_import_format **format);

#endif
