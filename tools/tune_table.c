/* SPDX-License-Identifier: Apache-2.0 */
#include "tune_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"

const char *tune_table_path(const struct options *o, struct pool *pool)
{
    return o->tuning ? o->tuning : o->cache_dir ? pool_printf(pool, "%s/tuning", o->cache_dir) : NULL;
}

static size_t table_bound(const void *context, const struct bytes *head, bool regular)
{
    static const char title[] = "nnefcl tuning ";
    (void)context, (void)regular;
    return head->size >= sizeof title - 1 && !memcmp(head->data, title, sizeof title - 1) ? 1 << 26 : 0;
}

enum status tune_table_read(const struct options *o, struct pool *pool, struct talk *talk, const char **text)
{
    const char *path = tune_table_path(o, pool);
    const bool named = o->tuning && o->action != ACTION_TUNE;
    struct bytes bytes = {0};
    *text = NULL;
    if (o->deterministic || !path || (!named && access(path, F_OK)))
        return STATUS_OK;
    enum status status = data_read_file(path, table_bound, NULL, "a tuning table (of --tune)", &bytes, talk);
    if (!status)
        *text = pool_printf(pool, "%.*s", (int)bytes.size, (const char *)bytes.data);
    free(bytes.data);
    return status;
}
