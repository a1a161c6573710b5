/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the status codes, and the version: the parts of the public headers that depend on nothing. */
#include "nnefcl/nnefcl.h"

static const struct {
    const char *name, *text;
} statuses[] = {
#define STATUS(name, text, code) {"NNEFCL_" #name, text},
    NNEFCL_STATUS_LIST(STATUS)
#undef STATUS
};

static const size_t status_count = sizeof statuses / sizeof *statuses;

const char *nnefcl_status_name(nnefcl_status status)
{
    return (size_t)status < status_count ? statuses[status].name : "NNEFCL_UNKNOWN";
}

const char *nnefcl_status_text(nnefcl_status status)
{
    return (size_t)status < status_count ? statuses[status].text : "not a status code of this version";
}

const char *nnefcl_version(void)
{
    return NNEFCL_VERSION;
}
