/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are written more than once, where a format lets a node write over what it reads: each writing gets a name
 * of its own, the last one that of the file, those before "name#1", "name#2". First all writings are counted, then
 * nodes are read in their order. Sticky, as all of an import. */
#ifndef NCL_REWRITTEN_H
#define NCL_REWRITTEN_H

#include "base/names.h"
#include "import/import.h"

struct ncl_rewritten {
    struct ncl_import *import;
    struct ncl_names names;
};

void ncl_rewritten_count(struct ncl_rewritten *rewritten, const char *name);
/* What the node that writes it now calls it. */
const char *ncl_rewritten_write(struct ncl_rewritten *rewritten, const char *name);
/* What it is called where it is read now; the name itself when nothing has written it. */
const char *ncl_rewritten_read(struct ncl_rewritten *rewritten, const char *name);
/* The last writing of a name that nobody reads, once; NULL: it is read, or was asked for before. */
const char *ncl_rewritten_unread(struct ncl_rewritten *rewritten, const char *name);

#endif
