/* SPDX-License-Identifier: Apache-2.0 */
/* What exporters write for a linear layer of tokens, whose channels are last: a product by one matrix for all of them,
 * perhaps with a bias for each channel behind it. */
#ifndef NCL_TOKEN_PRODUCT_H
#define NCL_TOKEN_PRODUCT_H

#include "pass/rewrite.h"

struct ncl_token_product {
    struct ncl_node *product, *add; /* matmul; NULL: no bias */
    struct ncl_tensor *bias;
};

/* The one that makes `made`; nothing else reads what is between its two nodes. */
bool ncl_token_product_find(const struct ncl_rewrite *rw, const struct ncl_tensor *made, struct ncl_token_product *by);
/* Its nodes; whoever read its result reads it no more. */
void ncl_token_product_remove(struct ncl_rewrite *rw, const struct ncl_token_product *by);

#endif
