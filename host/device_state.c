/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

nnefcl_status nnefcl_device_state(const nnefcl_device *device, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!device)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_device_state: device is NULL");
    nnefcl_device *known = (nnefcl_device *)device; /* only what is known of it changes */
    ncl_session_sweep(known);
    return ncl_lost_check(known, &diag);
}
