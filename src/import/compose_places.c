/* SPDX-License-Identifier: Apache-2.0 */
#include "import/compose_places.h"

#include "import/compose_index.h"
#include "import/compose_order.h"

struct ncl_tensor *ncl_compose_max_places(struct ncl_import *import, struct ncl_tensor *input,
                                          const struct ncl_compose_window *window)
{
    const struct ncl_compose_window over = ncl_compose_window_whole(import, window, &input->shape);
    struct ncl_named_value given[NCL_COMPOSE_POOL_ARGUMENTS + 1] = {{"input", ncl_value_tensor(input)}};
    ncl_compose_pool_arguments(import, &over, "ignore", given + 1);
    return ncl_compose(import, "argmax_pool", given, NCL_COMPOSE_POOL_ARGUMENTS + 1);
}

struct ncl_tensor *ncl_compose_max_unpool(struct ncl_import *import, struct ncl_tensor *x, struct ncl_tensor *places,
                                          const struct ncl_compose_window *window, const int64_t *output)
{
    int64_t shape[NNEFCL_MAX_RANK] = {x->shape.extent[0], x->shape.extent[1]};
    nnefcl_shape whole = x->shape;
    struct ncl_named_value given[NCL_COMPOSE_POOL_ARGUMENTS + 3] = {{"input", ncl_value_tensor(x)},
                                                                    {"index", ncl_value_tensor(places)}};
    for (size_t i = 0; i < window->rank && i + 2 < NNEFCL_MAX_RANK; i++) {
        shape[i + 2] = whole.extent[i + 2] = output[i];
        if ((window->size[i] - 1) * window->dilation[i] + 1 > window->stride[i])
            ncl_import_refuse(import, "windows that meet");
    }
    const struct ncl_compose_window over = ncl_compose_window_whole(import, window, &whole);
    ncl_compose_pool_arguments(import, &over, "constant", given + 2);
    given[NCL_COMPOSE_POOL_ARGUMENTS + 2] =
        (struct ncl_named_value){"output_shape", ncl_compose_integers(import, shape, window->rank + 2)};
    return ncl_compose(import, "desample", given, NCL_COMPOSE_POOL_ARGUMENTS + 3);
}

/* Elements behind each axis: how far apart neighbours along it are. */
static bool whole_strides(struct ncl_import *import, const nnefcl_shape *whole, bool columns,
                          int64_t stride[NNEFCL_MAX_RANK])
{
    int64_t step = 1;
    for (int i = whole->rank - 1; i >= 0; i--) {
        const int axis = columns && i >= 2 ? whole->rank + 1 - i : i;
        stride[axis] = step;
        if (__builtin_mul_overflow(step, whole->extent[axis], &step) || step > NCL_INDEX_MAX) {
            ncl_import_refuse(import, "places in more than %lld elements", (long long)NCL_INDEX_MAX);
            return false;
        }
    }
    return true;
}

/* floor(x / by); numbers are whole, so that half of one more keeps rounding away from the edges. */
static struct ncl_tensor *floor_over(struct ncl_import *import, struct ncl_tensor *x, int64_t by)
{
    if (by == 1)
        return x;
    x = ncl_compose_with(import, "div", ncl_compose_with(import, "add", x, 0.5), (double)by);
    return ncl_compose_unary(import, "floor", x);
}

static struct ncl_tensor *rest_of(struct ncl_import *import, struct ncl_tensor *x, int64_t by)
{
    struct ncl_tensor *times = ncl_compose_with(import, "mul", floor_over(import, x, by), (double)by);
    return ncl_compose_binary(import, "sub", x, times);
}

/* Where windows begin along an axis: o s - p. */
static struct ncl_tensor *begins(struct ncl_import *import, const nnefcl_shape *shape, int axis,
                                 const struct ncl_compose_window *window)
{
    struct ncl_tensor *grid = ncl_compose_grid(import, shape->rank, axis, shape->extent[axis]);
    grid = ncl_compose_with(import, "mul", grid, (double)window->stride[axis - 2]);
    return ncl_compose_with(import, "sub", grid, (double)window->before[axis - 2]);
}

/* The sum over the axes of (o s - p + t d) times the stride, t: the number within the window along that axis. */
struct ncl_tensor *ncl_compose_places_flat(struct ncl_import *import, struct ncl_tensor *places,
                                           const struct ncl_compose_window *window, const nnefcl_shape *whole,
                                           bool columns)
{
    const nnefcl_shape shape = places->shape;
    struct ncl_tensor *flat = NULL, *number = ncl_compose_cast(import, places, NNEFCL_SCALAR);
    int64_t stride[NNEFCL_MAX_RANK];
    if (!whole_strides(import, whole, columns, stride))
        return &import->nothing;
    for (int i = shape.rank - 1; i >= 2; i--) {
        struct ncl_tensor *tap = i > 2 ? rest_of(import, number, window->size[i - 2]) : number;
        number = floor_over(import, number, window->size[i - 2]);
        tap = ncl_compose_binary(import, "add", ncl_compose_with(import, "mul", tap, (double)window->dilation[i - 2]),
                                 begins(import, &shape, i, window));
        tap = ncl_compose_with(import, "mul", tap, (double)stride[i]);
        flat = flat ? ncl_compose_binary(import, "add", flat, tap) : tap;
    }
    for (int i = 0; i < 2; i++)
        flat =
            ncl_compose_binary(import, "add", flat,
                               ncl_compose_with(import, "mul", ncl_compose_grid(import, shape.rank, i, shape.extent[i]),
                                                (double)stride[i]));
    return flat;
}

struct ncl_tensor *ncl_compose_places_within(struct ncl_import *import, struct ncl_tensor *flat,
                                             const struct ncl_compose_window *window, const nnefcl_shape *whole)
{
    const nnefcl_shape shape = flat->shape;
    struct ncl_tensor *number = NULL;
    int64_t stride[NNEFCL_MAX_RANK], taps = 1;
    if (!whole_strides(import, whole, false, stride))
        return &import->nothing;
    for (int i = shape.rank - 1; i >= 2; i--) {
        struct ncl_tensor *tap = rest_of(import, floor_over(import, flat, stride[i]), whole->extent[i]);
        tap = floor_over(import, ncl_compose_binary(import, "sub", tap, begins(import, &shape, i, window)),
                         window->dilation[i - 2]);
        tap = ncl_compose_with(import, "mul", tap, (double)taps);
        number = number ? ncl_compose_binary(import, "add", number, tap) : tap;
        if (__builtin_mul_overflow(taps, window->size[i - 2], &taps))
            ncl_import_refuse(import, "a window of too many elements");
    }
    return ncl_compose_cast(import, number, NNEFCL_INTEGER);
}
