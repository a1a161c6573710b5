/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NCL_PAD_H
#define NCL_PAD_H

#include "emit/problem.h"

/* Nothing is added on any side: the result is a part of the input. */
bool ncl_pad_only_cuts(const struct ncl_pad *pad);

#endif
