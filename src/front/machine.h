/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that runs code: a stack of its own, so that recursion in a model is no recursion here. */
#ifndef NCL_MACHINE_H
#define NCL_MACHINE_H

#include "front/declared.h"

struct ncl_frame {
    const struct ncl_declared *declared; /* NULL: the graph */
    const struct ncl_code *code;
    size_t next;  /* instruction */
    size_t base;  /* of its slots on the stack */
    size_t loops; /* of other frames below */
    const struct ncl_type *generic;
    const struct ncl_call *call;
    struct ncl_loc at; /* standard: the place in the document that stands for all of its places */
};

struct ncl_loop {
    const struct ncl_value *arrays;
    size_t arrays_count, length, index, slot;
    struct ncl_value *item;
    size_t count;
};

struct ncl_machine {
    struct ncl_value *stack;
    struct ncl_frame *frame;
    struct ncl_loop *loop;
    size_t stack_count, stack_capacity, frame_count, frame_capacity, loop_count, loop_capacity;
    uint64_t steps;
};

#endif
