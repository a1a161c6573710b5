/* SPDX-License-Identifier: Apache-2.0 */
/* What -i gives, as far as a model of another system may ask when it is opened: shapes, and the elements of small
 * arrays. */
#ifndef GIVEN_H
#define GIVEN_H

#include "mempool.h"
#include "nnefcl/model.h"
#include "options.h"

/* Their number; *given lives in `pool`. What cannot be read is left out: it is told when it is loaded. */
size_t given_data(const struct options *options, struct pool *pool, const nnefcl_given **given);

#endif
