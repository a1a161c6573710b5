/* SPDX-License-Identifier: Apache-2.0 */
/* Tar archives (ustar), made in memory. */
#ifndef TAR_H
#define TAR_H

#include "mutate/mutation.h"

/* A member; none where `content` is empty. */
void tar_add(struct blob *tar, const char *name, const struct blob *content);
void tar_end(struct blob *tar);

#endif
