/* SPDX-License-Identifier: Apache-2.0 */
/* What an archive holds becomes the files of one model: the folder that everything lies in is taken off (`tar czf
 * net.tgz net`), other graphs inside are put aside, hard links get the bytes of the member that they name. */
#include "container_parts.h"

#include <string.h>

/* What packers add by themselves: "__MACOSX/...", ".DS_Store", "._graph.nnef". */
static bool is_litter(const char *name)
{
    return name[0] == '.' || strncmp(name, "__MACOSX/", strlen("__MACOSX/")) == 0;
}

/* Bytes of the folder, with its '/', that a graph.nnef lies in; SIZE_MAX: it is another file. */
static size_t graph_folder(const char *name)
{
    static const char graph[] = "graph.nnef";
    if (!ncl_member_name_ends(name, graph))
        return SIZE_MAX;
    const size_t length = strlen(name) - strlen(graph);
    return length == 0 || name[length - 1] == '/' ? length : SIZE_MAX;
}

/* The folder of the outermost graph, if everything lies below it; 0: the archive itself is the model. */
static size_t find_root(const struct ncl_container *container)
{
    size_t length = SIZE_MAX;
    const char *root = NULL;
    for (size_t i = 0; i < container->count; i++) {
        const char *name = container->entry[i].member.name;
        const size_t folder = is_litter(name) ? SIZE_MAX : graph_folder(name);
        if (folder < length) {
            length = folder;
            root = name;
        }
    }
    for (size_t i = 0; root && i < container->count; i++) {
        const char *name = container->entry[i].member.name;
        if (!is_litter(name) && strncmp(name, root, length) != 0)
            return 0;
    }
    return root ? length : 0;
}

/* Takes the root off a name; what lies beside it is litter. */
static bool strip_name(const char **name, const char *root, size_t length)
{
    if (strncmp(*name, root, length) != 0)
        return false;
    *name += length;
    return true;
}

static void strip_root(struct ncl_container *container, size_t length)
{
    const char *root = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < container->count && !root; i++)
        root = is_litter(container->entry[i].member.name) ? NULL : container->entry[i].member.name;
    for (size_t i = 0; i < container->count; i++) {
        struct ncl_entry entry = container->entry[i];
        if (!strip_name(&entry.member.name, root, length))
            continue;
        if (entry.link && !strip_name(&entry.link, root, length))
            entry.link = ""; /* outside of the model */
        container->entry[kept++] = entry;
    }
    container->count = kept;
}

static nnefcl_status put_nested_aside(struct ncl_container *container, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    size_t kept = 0;
    for (size_t i = 0; i < container->count && !status; i++) {
        const struct ncl_entry *entry = &container->entry[i];
        if (entry->refused || !ncl_member_name_is_nested(entry->member.name))
            container->entry[kept++] = *entry;
        else if (!is_litter(entry->member.name))
            status = ncl_container_note_nested(container, entry->member.name, diag);
    }
    container->count = kept;
    return status;
}

nnefcl_status ncl_container_find_root(struct ncl_container *container, struct ncl_diag *diag)
{
    const size_t length = find_root(container);
    if (length > 0)
        strip_root(container, length);
    return put_nested_aside(container, diag);
}

void ncl_container_follow_links(struct ncl_container *container)
{
    for (size_t i = 0; i < container->count; i++) {
        struct ncl_entry *entry = &container->entry[i];
        const struct ncl_entry *target = entry->link ? ncl_container_find_exact(container, entry->link) : NULL;
        if (!target || target->ordinal >= entry->ordinal) /* links name what came before them */
            continue;
        const struct ncl_member member = {entry->member.name, target->member.size};
        *entry = *target;
        entry->member = member;
    }
}
