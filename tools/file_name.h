/* SPDX-License-Identifier: Apache-2.0 */
/* Names of tensors as names of files. With a dialect of exporters an identifier may be any text, "../../x" too, so that
 * every name from a model goes through here before it becomes a path or the member of an archive. */
#ifndef FILE_NAME_H
#define FILE_NAME_H

#include "mempool.h"
#include "talk.h"

/* Whether `name` can stand in a folder: printable ASCII without '/' and '\', no '.' in front, 200 bytes at most. False
 * after an error was said; `kind` is "input" or "output", `option` the one to name a file by. */
bool file_name_check(const char *name, const char *kind, const char *option, struct talk *talk);
/* FOLDER/NAMEend of a name that was checked. */
const char *file_name_join(struct pool *pool, const char *folder, const char *name, const char *end);
/* Does a path end so? */
bool file_name_ends(const char *path, const char *end);
/* Does a path that is not there yet name a folder: it ends in '/', or its last component has no '.'? */
bool file_name_is_folder(const char *path);

#endif
