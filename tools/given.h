/* Shapes of the arrays that -i names, from their first bytes: a model of another system may leave extents open until
 * data are given. */
#ifndef GIVEN_H
#define GIVEN_H

#include "mempool.h"
#include "nnefcl/model.h"
#include "options.h"

/* Their number; *shapes live in `pool`. What cannot be read is left out: it is told when it is loaded. */
size_t given_shapes(const struct options *options, struct pool *pool, nnefcl_input_shape **shapes);

#endif
