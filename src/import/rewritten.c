/* SPDX-License-Identifier: Apache-2.0 */
#include "import/rewritten.h"

struct name_state {
    size_t writings, written; /* all of them, those so far */
    bool read;                /* since it was last written */
    const char *current;
};

void ncl_rewritten_count(struct ncl_rewritten *rewritten, const char *name)
{
    struct ncl_import *import = rewritten->import;
    struct name_state *state = ncl_names_find(&rewritten->names, name);
    if (import->status)
        return;
    if (!state) {
        state = NCL_NEW(&import->scratch, struct name_state);
        if (!state || !ncl_names_put(&rewritten->names, &import->scratch, name, state)) {
            ncl_import_nomem(import);
            return;
        }
    }
    state->writings++;
}

const char *ncl_rewritten_write(struct ncl_rewritten *rewritten, const char *name)
{
    struct name_state *state = ncl_names_find(&rewritten->names, name);
    if (!state)
        return name;
    state->read = false;
    state->current = ++state->written == state->writings
                         ? name
                         : ncl_arena_printf(&rewritten->import->scratch, "%s#%zu", name, state->written);
    if (!state->current)
        ncl_import_nomem(rewritten->import);
    return state->current;
}

const char *ncl_rewritten_read(struct ncl_rewritten *rewritten, const char *name)
{
    struct name_state *state = ncl_names_find(&rewritten->names, name);
    if (!state || !state->current)
        return name;
    state->read = true;
    return state->current;
}

const char *ncl_rewritten_unread(struct ncl_rewritten *rewritten, const char *name)
{
    struct name_state *state = ncl_names_find(&rewritten->names, name);
    if (!state || state->read)
        return NULL;
    state->read = true;
    return state->current;
}
