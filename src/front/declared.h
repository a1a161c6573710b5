/* SPDX-License-Identifier: Apache-2.0 */
/* What can be invoked: fragments of the standard library, registered ones, those of the document. */
#ifndef NCL_DECLARED_H
#define NCL_DECLARED_H

#include "front/code.h"
#include "ir/signature.h"

enum ncl_origin { NCL_ORIGIN_STANDARD, NCL_ORIGIN_DIALECT, NCL_ORIGIN_REGISTERED, NCL_ORIGIN_DOCUMENT };

struct ncl_declared {
    const struct ncl_fragment *fragment;
    enum ncl_origin origin;
    struct ncl_signature signature; /* op is set: it stays a whole node; NULL: it is expanded, if it has a body */
    bool used;                      /* some invocation reaches it from the graph */
    bool meant;                     /* of a dialect, and the document declares it with another body */
    bool bad;                       /* an error in it was reported: who uses it stays silent */
    bool translated;
    const struct ncl_type *type; /* of the result: a tuple if there are several */
    struct ncl_code code;
    size_t slots; /* parameters, then results, then locals */
};

#endif
