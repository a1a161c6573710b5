/* SPDX-License-Identifier: Apache-2.0 */
/* How a test steers hang_layer.c, found by dlsym as hang_control. */
#ifndef HANG_LAYER_H
#define HANG_LAYER_H

struct hang_control {
    /* The n-th kernel from now on (1: the next, 0: none) never ends, until release. */
    void (*hang_at)(unsigned long n);
    /* The same of what is read. */
    void (*hang_read_at)(unsigned long n);
    /* Lets what hangs go on. */
    void (*release)(void);
    /* Non-zero: something hangs. */
    int (*hangs)(void);
    /* Non-zero: no event says that it is over, though the commands are. */
    void (*mute)(int on);
    /* Commands that are over say that they ended in this error; 0: as they did. */
    void (*end_in)(int code);
};

#endif
