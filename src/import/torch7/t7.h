/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of a file that torch.save of Torch7 (Lua) wrote: numbers, strings, tables, tensors, and objects of classes,
 * which are a class name and a table. Objects are shared by number, so what is read is a graph; modules that contain
 * themselves are found by whoever walks it. */
#ifndef NCL_T7_H
#define NCL_T7_H

#include "import/import.h"

#define NCL_T7_DEPTH 3000 /* of objects within objects: the nodes of a graph hold their children */

#define NCL_T7_IN_MEMORY UINT64_MAX

enum ncl_t7_kind {
    NCL_T7_NIL,
    NCL_T7_NUMBER,
    NCL_T7_STRING,
    NCL_T7_TABLE,
    NCL_T7_TENSOR,
    NCL_T7_STORAGE,
    NCL_T7_BOOLEAN
};

struct ncl_t7 {
    enum ncl_t7_kind kind;
    const char *class_name; /* of an object: "nn.Linear"; NULL: a bare table */
    double number;          /* also of booleans */
    const char *string;
    size_t count; /* entries of a table, elements of a storage */
    struct ncl_t7_entry {
        const struct ncl_t7 *key, *value;
    } * entry;
    struct ncl_names field;       /* of a table: values by keys that are strings, */
    const struct ncl_t7 **item;   /* and by those that are numbers from 1 to count; NULL: none of that number */
    enum ncl_stored_type element; /* of a storage or tensor, NCL_STORED_COUNT: none that we have */
    uint64_t offset;     /* storage: of its elements in the file; NCL_T7_IN_MEMORY: they are written otherwise */
    const uint8_t *data; /* storage: the same in memory, as long as the file, or the model */
    int rank;            /* tensor */
    int64_t extent[NNEFCL_MAX_RANK], stride[NNEFCL_MAX_RANK], first;
    const struct ncl_t7 *storage; /* NULL: the tensor is empty */
};

/* The one object of a file; NULL after an error. In scratch memory. */
const struct ncl_t7 *ncl_t7_read(struct ncl_import *import, const uint8_t *data, size_t size);

/* Makes `field` and `item` of `entry`. False: out of memory. */
bool ncl_t7_index(struct ncl_arena *arena, struct ncl_t7 *table);

/* A field of a table or object; NULL: it is not there, or nil. */
const struct ncl_t7 *ncl_t7_field(const struct ncl_t7 *object, const char *name);
double ncl_t7_number(const struct ncl_t7 *object, const char *name, double otherwise);
bool ncl_t7_true(const struct ncl_t7 *object, const char *name, bool otherwise);
/* Item `index`, from 1 on. */
const struct ncl_t7 *ncl_t7_item(const struct ncl_t7 *table, size_t index);
/* Integers of a LongStorage or a table of numbers; returns how many, at most NNEFCL_MAX_RANK. */
size_t ncl_t7_integers(const struct ncl_t7 *list, int64_t item[NNEFCL_MAX_RANK]);

#endif
