/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLOCK_H
#define CLOCK_H

/* Milliseconds of a clock that never goes back. */
double clock_ms(void);

#endif
