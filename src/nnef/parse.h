/* SPDX-License-Identifier: Apache-2.0 */
/* Text to AST (NNEF 1.0.5, 3.1, 3.2, 5.3). */
#ifndef NCL_PARSE_H
#define NCL_PARSE_H

#include "ast.h"

struct ncl_parse_options {
    unsigned compat; /* enum nnefcl_compat of the public header, or-ed */
    bool stdlib;     /* parse declarations and fragments only, everything allowed (stdlib.nnef) */
};

/* Parses a document. Reports every syntax error it can go on after (it resumes behind ';' or '}'); *document is set
 * only on NNEFCL_OK. Nesting deeper than 256, an expression of more than NCL_MAX_HEIGHT levels (operators in a row make
 * levels too) and numbers beyond 64 bits are NNEFCL_ERR_LIMIT. `source` must outlive the AST. */
nnefcl_status ncl_parse_document(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_source *source,
                                 const struct ncl_parse_options *options, struct ncl_document **document);
/* Parses a quantization file. */
nnefcl_status ncl_parse_quant(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_source *source,
                              struct ncl_quant_file **file);

#endif
