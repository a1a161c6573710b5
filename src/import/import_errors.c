/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of a file and of its nodes: sticky. */
#include "import/import.h"

void ncl_import_status(struct ncl_import *import, nnefcl_status status)
{
    if (!import->status)
        import->status = status;
}

void ncl_import_nomem(struct ncl_import *import)
{
    const struct ncl_arena *full = import->scratch.over_limit ? &import->scratch : import->arena;
    if (!import->status)
        import->status = ncl_graph_nomem(import->diag, full);
}

static void import_error(struct ncl_import *import, nnefcl_status status, const char *format, va_list args)
{
    if (!import->status)
        import->status = ncl_verror(import->diag, status, import->at, format, args);
}

void ncl_import_refuse(struct ncl_import *import, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    import_error(import, NNEFCL_ERR_UNSUPPORTED, format, args);
    va_end(args);
}

void ncl_import_wrong(struct ncl_import *import, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    import_error(import, NNEFCL_ERR_MODEL, format, args);
    va_end(args);
}

nnefcl_status ncl_import_invalid(struct ncl_import *import, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    import_error(import, NNEFCL_ERR_MODEL, format, args);
    va_end(args);
    return import->status;
}
