/* SPDX-License-Identifier: Apache-2.0 */
/* What the command says on stdout: text for people (clean.h), or with --json one document (document.h). */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

#include "document.h"
#include "clean.h"
#include "talk.h"

/* With --json, what went wrong as a document, unless one was printed already. Flushes stdout; a full disk or a closed
 * pipe is an error like any other. */
enum status report_finish(struct talk *talk, enum status status);
/* "1,234,567" */
enum { COUNT_TEXT = 32 };
const char *report_count(uint64_t count, char text[COUNT_TEXT]);
/* "1.5 GiB" */
enum { BYTES_TEXT = 32 };
const char *report_bytes(uint64_t bytes, char text[BYTES_TEXT]);

#endif
