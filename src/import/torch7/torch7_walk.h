/* SPDX-License-Identifier: Apache-2.0 */
/* The way through a network of modules: containers are walked, with lists of names as what goes through them (a table
 * of tensors is a list of several), everything else is a node of its class. Errors are sticky in import->status. */
#ifndef NCL_TORCH7_WALK_H
#define NCL_TORCH7_WALK_H

#include "import/torch7/torch7.h"

#define NCL_TORCH7_STEPS 1000000 /* modules may be shared, and be walked again and again */
#define NCL_TORCH7_DEPTH 100     /* of modules within modules */

struct ncl_torch7 {
    struct ncl_import *import;
    struct ncl_import_node *node;
    struct ncl_import_constant *constant;
    size_t nodes, node_capacity, constants, constant_capacity;
    size_t walked;
    unsigned depth;
};

/* What goes from module to module. */
struct ncl_torch7_names {
    size_t count;
    const char **name;
    const struct ncl_t7 *split; /* SplitTable: as many as an axis of the one that `name` says has elements; or NULL */
};

struct ncl_torch7_names ncl_torch7_names_new(struct ncl_torch7 *r, size_t count);
struct ncl_torch7_names ncl_torch7_names_append(struct ncl_torch7 *r, struct ncl_torch7_names a,
                                                struct ncl_torch7_names b);
/* Item number `index` of a table, from 1 on, or from -1 on backwards. */
struct ncl_torch7_names ncl_torch7_item(struct ncl_torch7 *r, const char *class_name, struct ncl_torch7_names in,
                                        double index);
/* An error at a class; no names. */
struct ncl_torch7_names ncl_torch7_refuse(struct ncl_torch7 *r, const char *class_name, const char *what);
/* "nn.Linear", "cudnn.SpatialConvolution", "cunn. ...": the class alone. */
const char *ncl_torch7_class(const struct ncl_t7 *module);
/* Counts a step of the way: a module, or one that is looked for. False, and refused: too many. */
bool ncl_torch7_step(struct ncl_torch7 *r, const char *class_name);
/* A node of the module's class that reads `in`: its result. */
struct ncl_torch7_names ncl_torch7_add(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in);
/* The same of one that undoes a pool. */
struct ncl_torch7_names ncl_torch7_add_pooled(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                              const struct ncl_t7 *pool, struct ncl_torch7_names in);
/* The same of a class that no file has, or that this one has not, with up to three numbers, of which NULL for a name is
 * the end. */
struct ncl_torch7_names ncl_torch7_add_made(struct ncl_torch7 *r, const char *class_name, struct ncl_torch7_names in,
                                            const char *const *name, const double *number);
/* All of a module, whatever it is (torch7_containers.c). */
struct ncl_torch7_names ncl_torch7_walk(struct ncl_torch7 *r, const struct ncl_t7 *module, struct ncl_torch7_names in);
/* nn.gModule, a graph of modules (torch7_graph.c). */
struct ncl_torch7_names ncl_torch7_walk_graph(struct ncl_torch7 *r, const struct ncl_t7 *module,
                                              struct ncl_torch7_names in);
/* How many tensors a network reads. */
size_t ncl_torch7_inputs(const struct ncl_t7 *module);

#endif
