/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The few calls of the C library that the player makes. Each function in these headers stands for what
 * Swift cannot import: a macro (stderr, errno), a variadic function (open), a union (struct sockaddr),
 * or a function that large-file headers rename on 32-bit machines (pread, lseek). The caller defines
 * _FILE_OFFSET_BITS=64, _TIME_BITS=64 and _GNU_SOURCE.
 */
#include "files.h"
#include "process.h"
#include "sockets.h"
#include "terminal.h"
