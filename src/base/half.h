/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE half precision: sign, 5 bits of exponent, 10 of fraction. */
#ifndef NCL_HALF_H
#define NCL_HALF_H

#include <stdint.h>

double ncl_half_value(uint16_t half);
/* The nearest half, of two the even one; infinite from 65520 on. */
uint16_t ncl_half_round(float value);

#endif
