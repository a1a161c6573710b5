/* box, avg_pool and max_pool, and what lowers to them. */
#ifndef NCL_POOL_H
#define NCL_POOL_H

#include "ops/window.h"

enum ncl_pool_kind { NCL_POOL_BOX, NCL_POOL_AVERAGE, NCL_POOL_MAX };

/* y = the sum (divided by the number of values, when `normalize`) or the maximum of every window of x. */
struct ncl_pool {
    bool max, normalize;
};
nnefcl_status ncl_pool_emit(struct ncl_lower *lower, const struct ncl_node *node, const struct ncl_pool *pool,
                            const struct ncl_window *window);
/* The definition. */
void ncl_pool_define(const struct ncl_reference *reference, const struct ncl_node *node, const struct ncl_pool *pool,
                     const struct ncl_window *window);

#endif
