/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that the library knows, one after another. */
#ifndef KNOWN_OPS_H
#define KNOWN_OPS_H

#include <stdbool.h>

#include "nnefcl/inspect.h"

/* False: there are no more. A lack of memory, which the library answers like the end, ends the command. */
bool known_op(size_t index, nnefcl_op_info *info);

#endif
