#include <string.h>

#include "ir/op.h"
#include "emit/reference.h"

#define OP(name, infer, lower, reference, variant, formula)                                                            \
    OP_MACS(name, infer, lower, reference, variant, formula, ncl_no_macs)
#define OP_MACS(name, infer, lower, reference, variant, formula, macs)                                                 \
    nnefcl_status infer(struct ncl_infer *, struct ncl_node *);                                                        \
    nnefcl_status lower(struct ncl_lower *, const struct ncl_node *);                                                  \
    void reference(const struct ncl_reference *, const struct ncl_node *);                                             \
    uint64_t macs(const struct ncl_node *);
#include "ops.def"
#undef OP_MACS

#define OP_MACS(name, infer, lower, reference, variant, formula, macs)                                                 \
    {name, infer, lower, reference, variant, formula, macs, NULL},
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

const struct ncl_op ncl_ops[] = {
#include "ops.def"
};
const size_t ncl_op_table_count = sizeof ncl_ops / sizeof *ncl_ops;

const struct ncl_op *ncl_op_find(const char *name)
{
    for (size_t i = 0; i < ncl_op_table_count; i++)
        if (strcmp(ncl_ops[i].name, name) == 0)
            return &ncl_ops[i];
    return NULL;
}
