/* SPDX-License-Identifier: Apache-2.0 */
#include "known_ops.h"

#include "mempool.h"

bool known_op(size_t index, nnefcl_op_info *info)
{
    const nnefcl_status status = nnefcl_op(index, info);
    if (status && status != NNEFCL_ERR_ARGUMENT)
        pool_exhausted(0);
    return !status;
}
