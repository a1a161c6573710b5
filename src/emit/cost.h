/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates for ncl_variant.cost. They compare variants on one device, so one clock rate serves all. */
#ifndef NCL_COST_H
#define NCL_COST_H

#include "ir/target.h"

/* Microseconds for multiply-adds at a fraction of what the device can do at best. */
double ncl_cost_macs(const struct ncl_target *target, double macs, double efficiency);
/* Microseconds for bytes read or written once at gigabytes per second. */
double ncl_cost_bytes(double bytes, double rate);

/* How much longer tasks take that are too few: a compute unit wants `each` of them at once. 1: they are enough. */
double ncl_cost_idle(const struct ncl_target *target, double each, double tasks);
/* Microseconds that the barriers of so many work-items, in work-groups, take: each comes by `barriers` of them. */
double ncl_cost_barriers(const struct ncl_target *target, double items, double barriers);

#endif
