/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that the library fills, whose size the caller knew when it was compiled (NNEFCL_FILLED of status.h). */
#ifndef NCL_FILLED_H
#define NCL_FILLED_H

#include "nnefcl/status.h"

/* Copies as much of `made` as the caller has room for; what it has beyond is zero, and all of it where `status` is an
 * error, which is returned. NNEFCL_ERR_ARGUMENT: info is NULL, or given less than the first `first` bytes of the
 * struct, which every program knows. */
nnefcl_status ncl_filled_give(nnefcl_status status, void *info, size_t given, const void *made, size_t size,
                              size_t first);

/* `last`: the member that was the last one when the struct came, and stays here when others follow. */
#define NCL_FILLED_GIVE(status, info, given, made, last)                                                               \
    ncl_filled_give(status, info, given, &(made), sizeof(made),                                                        \
                    (size_t)((const char *)(&(made).last + 1) - (const char *)&(made)))

#endif
