/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the reader of GraphDefs share. A graph is that of the file or a function of its library. */
#ifndef NCL_GRAPHDEF_H
#define NCL_GRAPHDEF_H

#include "base/names.h"
#include "import/tensorflow/tf.h"
#include <tensorflow.pb-c.h>

struct graphdef_node {
    const Tf__Node *node;
    size_t results; /* that others read, or that its attributes tell */
    bool read;
    bool waited; /* by a control edge: others run behind it */
};

struct graphdef {
    struct ncl_import *import;
    Tf__Node *const *file;
    size_t count;
    struct graphdef_node *node;
    struct ncl_names names;            /* struct graphdef_node */
    const struct ncl_names *functions; /* struct ncl_import_graph */
};

void *ncl_graphdef_array(struct graphdef *r, size_t count, size_t size);
#define GRAPHDEF_ARRAY(r, type, count) ((type *)ncl_graphdef_array(r, count, sizeof(type)))

/* ---- graphdef_values.c ---- */

/* NCL_STORED_COUNT: no counterpart. */
enum ncl_stored_type ncl_graphdef_element(int32_t type);
/* rank -1: not told; extents that are not told are `open`. */
void ncl_graphdef_shape(struct graphdef *r, const Tf__Shape *from, int64_t open, int *rank, int64_t *extent);
void ncl_graphdef_constant(struct graphdef *r, const char *name, const Tf__Tensor *tensor,
                           struct ncl_import_constant *constant);
void ncl_graphdef_attribute(struct graphdef *r, const Tf__Attribute *from, struct ncl_import_attribute *out);

/* ---- graphdef_frames.c ---- */

/* Loops that are written as Enter, Merge, Switch, NextIteration and Exit become nodes "While" with graphs. */
void ncl_graphdef_frames(struct ncl_import *import, struct ncl_import_graph *graph);

#endif
