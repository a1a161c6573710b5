/* SPDX-License-Identifier: Apache-2.0 */
/* A body that is being translated: its identifiers, its code, and how its errors are told. An error in an assignment
 * ends that assignment; its identifiers are poisoned, and what uses them stays silent. */
#ifndef NCL_SCOPE_H
#define NCL_SCOPE_H

#include "base/names.h"
#include "front/declared.h"
#include "front/types.h"
#include "nnefcl/status.h"

struct ncl_build;

struct ncl_local {
    const char *name;
    const struct ncl_type *type; /* NULL: poisoned */
    struct ncl_loc at;
    size_t slot;
    bool assigned; /* results: not before their assignment */
    bool parameter;
};

struct ncl_scope {
    struct ncl_build *build;
    struct ncl_declared *declared; /* NULL: the graph */
    struct ncl_names locals;
    struct ncl_loop_name {
        struct ncl_local local;
        struct ncl_loop_name *outer;
    } * loop;                                /* names of comprehensions, innermost first */
    const struct ncl_expr *unpacked;         /* an array result of this expression is taken apart by the left side */
    const struct ncl_assignment *assignment; /* all of the body */
    size_t assignment_count;
    size_t slots;
    struct ncl_code *code;
    bool failed; /* the assignment cannot be run; what is wrong has been reported */
};

/* An error in a fragment that nothing uses cannot change the meaning of the model: a warning. */
void ncl_scope_error(struct ncl_scope *scope, nnefcl_status status, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void ncl_scope_lax(struct ncl_scope *scope, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void *ncl_scope_nomem(struct ncl_scope *scope);
bool ncl_scope_init(struct ncl_scope *scope, struct ncl_build *build, struct ncl_declared *declared);
struct ncl_local *ncl_scope_find(const struct ncl_scope *scope, const char *name);
struct ncl_local *ncl_scope_add(struct ncl_scope *scope, const char *name, struct ncl_loc at,
                                const struct ncl_type *type);
/* Appends an instruction; NULL after an error. */
struct ncl_code_item *ncl_scope_code(struct ncl_scope *scope, enum ncl_code_op op, const struct ncl_expr *expr,
                                     size_t count);

#endif
