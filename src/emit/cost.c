/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/cost.h"

#define CLOCK 3e3 /* cycles of a microsecond */
#define ISSUE 2   /* vector multiply-adds of a cycle */

double ncl_cost_macs(const struct ncl_target *target, double macs, double efficiency)
{
    return macs / (efficiency * CLOCK * ISSUE * target->lanes * target->compute_units);
}

double ncl_cost_bytes(double bytes, double rate)
{
    return bytes / (rate * 1e3);
}

double ncl_cost_idle(const struct ncl_target *target, double each, double tasks)
{
    const double idle = target->compute_units * each / tasks;
    return idle > 1 ? idle : 1;
}

double ncl_cost_barriers(const struct ncl_target *target, double items, double barriers)
{
    return target->barrier * barriers * items / target->compute_units;
}
