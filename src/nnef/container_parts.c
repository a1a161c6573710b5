/* SPDX-License-Identifier: Apache-2.0 */
#include "container_parts.h"

struct ncl_entry *ncl_container_add(struct ncl_container *container, const char *name, uint64_t size,
                                    struct ncl_diag *diag)
{
    if (container->count >= NCL_MAX_MEMBERS) {
        ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "the model has more than %d files", NCL_MAX_MEMBERS);
        return NULL;
    }
    char *copy = ncl_arena_strdup(&container->arena, name);
    if (!copy || !NCL_GROW(&container->arena, container->entry, container->count, container->capacity)) {
        ncl_nomem(diag);
        return NULL;
    }
    struct ncl_entry *entry = &container->entry[container->count++];
    *entry = (struct ncl_entry){.member = {copy, size}, .path = copy};
    return entry;
}

nnefcl_status ncl_container_note_nested(struct ncl_container *container, const char *name, struct ncl_diag *diag)
{
    if (container->nested++ > 0)
        return NNEFCL_OK;
    container->nested_name = ncl_arena_strdup(&container->arena, name);
    return container->nested_name ? NNEFCL_OK : ncl_nomem(diag);
}

size_t ncl_container_read(const struct ncl_container *container, uint64_t offset, void *buffer, size_t size)
{
    const nnefcl_reader *reader = &container->reader;
    if (offset >= reader->size)
        return 0;
    if (size > reader->size - offset)
        size = (size_t)(reader->size - offset);
    size_t done = 0;
    while (done < size) {
        size_t got = reader->read(reader->user, offset + done, (char *)buffer + done, size - done);
        if (got > size - done)
            return SIZE_MAX;
        if (got == 0)
            break;
        done += got;
    }
    return done;
}
