/* SPDX-License-Identifier: Apache-2.0 */
/* AST back to text: `--dump ast`, and types and expressions in messages. */
#ifndef NCL_PRINT_H
#define NCL_PRINT_H

#include "ast.h"
#include "base/text.h"

void ncl_print_type(struct ncl_text *text, const struct ncl_type *type);
void ncl_print_expr(struct ncl_text *text, const struct ncl_expr *expr);
void ncl_print_fragment(struct ncl_text *text, const struct ncl_fragment *fragment);
void ncl_print_document(struct ncl_text *text, const struct ncl_document *document);
const char *ncl_operator_name(enum ncl_operator op); /* "+", "in" */

#endif
