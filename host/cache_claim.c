/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are being made. A driver with a cache of its own reads there what it hands out as a binary, and
 * crashes, or hands out half of it, when another process writes the same program at that moment (docs/drivers). So
 * whoever compiles a program claims it until it is stored, and whoever loads one claims it beside others that do.
 *
 * All claims are locks of one file without contents, a byte for each program. They belong to the open file and not to
 * the process: threads exclude each other too, and a process that dies leaves none. */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"

#ifdef F_OFD_SETLK
/* A failure leaves the file without a claim. */
static bool set_lock(int claims, short type, off_t start, off_t length)
{
    struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
    return fcntl(claims, F_OFD_SETLK, &range) == 0;
}
#else
static bool set_lock(int claims, short type, off_t start, off_t length)
{
    (void)claims, (void)type, (void)start, (void)length;
    errno = ENOLCK;
    return false;
}
#endif

int ncl_cache_claims_open(int folder)
{
    struct stat info;
    const int claims = openat(folder, NCL_CACHE_CLAIMS, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (claims < 0 || (!fstat(claims, &info) && S_ISREG(info.st_mode) && info.st_uid == geteuid()))
        return claims;
    close(claims);
    return -1;
}

void ncl_cache_claims_close(int claims)
{
    if (claims < 0)
        return;
    set_lock(claims, F_UNLCK, 0, 0); /* a child of the application may have the same open file */
    close(claims);
}

enum ncl_claim ncl_cache_claim(int claims, uint64_t program, bool alone)
{
    if (claims < 0)
        return NCL_CLAIM_NONE;
    if (set_lock(claims, alone ? F_WRLCK : F_RDLCK, (off_t)(program >> 2), 1))
        return NCL_CLAIM_HELD;
    return errno == EAGAIN || errno == EACCES ? NCL_CLAIM_BUSY : NCL_CLAIM_NONE;
}
