/* SPDX-License-Identifier: Apache-2.0 */
/* leptonica, loaded by the first picture that needs it: it is linked with a dozen libraries, and to link them with the
 * command costs every start 3 ms and more. */
#ifndef LEPT_H
#define LEPT_H

#include <leptonica/allheaders.h>

#define LEPT_FUNCTIONS(X)                                                                                              \
    X(setMsgSeverity)                                                                                                  \
    X(pixReadHeaderMem)                                                                                                \
    X(pixReadMem)                                                                                                      \
    X(pixConvertTo32)                                                                                                  \
    X(pixConvertTo8)                                                                                                   \
    X(pixGetWidth)                                                                                                     \
    X(pixGetHeight)                                                                                                    \
    X(pixGetDepth)                                                                                                     \
    X(pixGetColormap)                                                                                                  \
    X(pixGetData)                                                                                                      \
    X(pixGetWpl)                                                                                                       \
    X(pixDestroy)

struct lept {
#define LEPT_FIELD(name) __typeof__(&name) name;
    LEPT_FUNCTIONS(LEPT_FIELD)
#undef LEPT_FIELD
};

/* NULL: it cannot be loaded, `reason` says why. Of the main thread alone. */
const struct lept *lept_load(const char **reason);

#endif
