/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine itself can do, for limits.py: machine_peak SECONDS prints multiply-adds in registers (floating-point operations a second)
 * and bytes a second that are read from far beyond the caches, by two threads at the same time.
 * cc -O2 -march=native -pthread machine_peak.c -o machine_peak */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define THREADS 2
#define FAR     ((size_t)192 << 20) /* bytes for each thread */
#ifdef __AVX512F__
#define LANES 16
#define SUMS  24
#else
#define LANES 8
#define SUMS  12
#endif
typedef float vector __attribute__((vector_size(4 * LANES)));

struct work {
    double seconds, done; /* done: operations or bytes in all that time */
    const float *far;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *multiply_add(void *argument)
{
    struct work *work = argument;
    vector sum[SUMS] = {0}, factor = {0};
    const double start = now();
    double end;
    do {
        for (int round = 0; round < 10000; round++) {
#pragma GCC unroll 24
            for (int i = 0; i < SUMS; i++) {
                sum[i] = sum[i] * factor + factor;
                __asm__ volatile("" : "+x"(sum[i])); /* in its register, and nobody knows that it is zero */
            }
        }
        work->done += 10000.0 * SUMS * LANES * 2;
        end = now();
    } while (end - start < work->seconds);
    work->done /= end - start;
    return NULL;
}

static void *read_far(void *argument)
{
    struct work *work = argument;
    vector sum[4] = {0};
    const double start = now();
    double end;
    do {
        for (size_t i = 0; i < FAR / sizeof(vector); i += 4)
            for (int k = 0; k < 4; k++)
                sum[k] += ((const vector *)work->far)[i + (size_t)k];
        __asm__ volatile("" : "+x"(sum[0]), "+x"(sum[1]), "+x"(sum[2]), "+x"(sum[3]));
        work->done += (double)FAR;
        end = now();
    } while (end - start < work->seconds);
    work->done /= end - start;
    return NULL;
}

static double both(void *(*body)(void *), struct work work[THREADS])
{
    pthread_t thread[THREADS];
    double sum = 0;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, body, &work[i]))
            exit(1);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        sum += work[i].done;
    }
    return sum;
}

int main(int count, char **word)
{
    const double seconds = count > 1 ? strtod(word[1], NULL) : 0.3;
    struct work compute[THREADS], stream[THREADS];
    for (int i = 0; i < THREADS; i++) {
        float *far = aligned_alloc((size_t)2 << 20, FAR);
        if (!far)
            return 1;
        madvise(far, FAR, MADV_HUGEPAGE);
        memset(far, 0, FAR);
        compute[i] = stream[i] = (struct work){.seconds = seconds, .far = far};
    }
    printf("%.4g %.4g\n", both(multiply_add, compute), both(read_far, stream));
    return 0;
}
