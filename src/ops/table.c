/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ir/op.h"
#include "emit/reference.h"

#define FUNCTIONS(infer, lower, reference)                                                                             \
    nnefcl_status infer(struct ncl_infer *, struct ncl_node *);                                                        \
    nnefcl_status lower(struct ncl_lower *, const struct ncl_node *);                                                  \
    void reference(const struct ncl_reference *, const struct ncl_node *);
#define OP(name, infer, lower, reference, variant) FUNCTIONS(infer, lower, reference)
#define OP_AFTER(name, infer, lower, reference, variant, macs)                                                         \
    FUNCTIONS(infer, lower, reference)                                                                                 \
    uint64_t macs(const struct ncl_node *);
#define OP_PROBLEM(name, infer, problem, reference, variant, macs)                                                     \
    FUNCTIONS(infer, ncl_choose_lower, reference)                                                                      \
    void problem(const struct ncl_node *, struct ncl_problem *);                                                       \
    uint64_t macs(const struct ncl_node *);
#define OP_DESCRIBED(name, infer, lower, reference, variant, problem)                                                  \
    FUNCTIONS(infer, lower, reference)                                                                                 \
    void problem(const struct ncl_node *, struct ncl_problem *);
#define OP_INNER OP_PROBLEM
#define OP_CUT(name, infer, lower, reference, variant, cut)                                                            \
    FUNCTIONS(infer, lower, reference)                                                                                 \
    bool cut(const struct ncl_node *, struct ncl_cut *);
#define ELEMENTS(name, infer, elements, reference, formula)                                                            \
    FUNCTIONS(infer, ncl_elements_lower, reference)                                                                    \
    void elements(struct ncl_expression *, const struct ncl_node *);
#include "ops.def"
#undef OP
#undef OP_AFTER
#undef OP_PROBLEM
#undef OP_DESCRIBED
#undef OP_INNER
#undef OP_CUT
#undef ELEMENTS

uint64_t ncl_no_macs(const struct ncl_node *node)
{
    (void)node;
    return 0;
}

void ncl_no_reference(const struct ncl_reference *reference, const struct ncl_node *node)
{
    (void)reference;
    (void)node;
}

#define OP(name, infer, lower, reference, variant) {name, infer, lower, reference, variant, .macs = ncl_no_macs},
#define OP_AFTER(name, infer, lower, reference, variant, counted)                                                      \
    {name, infer, lower, reference, variant, .after = true, .macs = counted},
#define OP_PROBLEM(name, infer, described, reference, variant, counted)                                                \
    {name, infer, ncl_choose_lower, reference, variant, .after = true, .macs = counted, .problem = described},
#define OP_DESCRIBED(name, infer, lower, reference, variant, described)                                                \
    {name, infer, lower, reference, variant, .macs = ncl_no_macs, .problem = described},
#define OP_INNER(name, infer, described, reference, variant, counted)                                                  \
    {name,          infer,           ncl_choose_lower,     reference,    variant,                                      \
     .after = true, .macs = counted, .problem = described, .inner = true},
#define OP_CUT(name, infer, lower, reference, variant, described)                                                      \
    {name, infer, lower, reference, variant, .macs = ncl_no_macs, .cut = described},
#define ELEMENTS(name, infer, elements, reference, formula)                                                            \
    {name, infer, ncl_elements_lower, reference, 0, formula, elements, .macs = ncl_no_macs},
const struct ncl_op ncl_ops[] = {
#include "ops.def"
};

const char ncl_op_inner_declarations[] =
#define UNARY(name, formula, definition, ulp, reason) ""
#define INNER(name, formula, definition, ulp, reason)                                                                  \
    "fragment " #name "( x: tensor<scalar> ) -> ( y: tensor<scalar> ); "
#include "ir/unary.def"
#undef UNARY
#undef INNER
    ;

const size_t ncl_op_table_count = sizeof ncl_ops / sizeof *ncl_ops;

const struct ncl_op *ncl_op_find(const char *name)
{
    for (size_t i = 0; i < ncl_op_table_count; i++)
        if (strcmp(ncl_ops[i].name, name) == 0)
            return &ncl_ops[i];
    return NULL;
}
