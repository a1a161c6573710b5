/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning tables (nnefcl/tune.h) as files. */
#ifndef TUNE_TABLE_H
#define TUNE_TABLE_H

#include "options.h"

/* Of --tuning, or the one beside the compiled kernels; NULL: there is no place for it. */
const char *tune_table_path(const struct options *options, struct pool *pool);
/* Its text, in the pool; NULL where there is none or none is wanted. One that was named must be there, but for --tune.
 */
enum status tune_table_read(const struct options *options, struct pool *pool, struct talk *talk, const char **text);

#endif
