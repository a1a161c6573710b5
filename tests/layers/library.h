/* SPDX-License-Identifier: Apache-2.0 */
/* What a test finds in library.c with dlsym. */
#ifndef LIBRARY_H
#define LIBRARY_H

struct library_calls {
    unsigned single, batched;
};

#endif
