/* SPDX-License-Identifier: Apache-2.0 */
/* Options that say how pictures and raw frames become inputs: rows of the table. */
#ifndef OPTION_PICTURES_H
#define OPTION_PICTURES_H

#include "option_table.h"

option_set_fn option_set_mean, option_set_std, option_set_scale, option_set_crop, option_set_preset, option_set_bgr,
    option_set_resize, option_set_raw;

#endif
