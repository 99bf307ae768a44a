/* What Swift's Glibc module leaves out. */

/* prctl: the only way to say that a process must not be dumped or traced. It is
 * variadic, which Swift cannot call. */
#include <sys/prctl.h>

static inline int pinstripe_forbid_dumps(void) {
  return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

static inline int pinstripe_allows_dumps(void) {
  return prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L);
}

/* renameat2 with RENAME_NOREPLACE: puts a file in place without ever replacing one,
 * on file systems without hard links too. glibc declares it under _GNU_SOURCE only,
 * which a module cannot define late, so the system call is made here. */
#include <sys/syscall.h>
#include <unistd.h>

static inline int pinstripe_rename_new(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, from, -100, to,
                      1 /* RENAME_NOREPLACE */);
}

/* syncfs, which glibc declares under _GNU_SOURCE only, too. */
static inline int pinstripe_sync_volume(int file) { return (int)syscall(SYS_syncfs, file); }

/* sync_file_range, of _GNU_SOURCE too: starts to write a part of a file to the storage, or waits until it
 * is there (SYNC_FILE_RANGE_WRITE; that with WAIT_BEFORE and WAIT_AFTER). The system call has other names
 * and orders elsewhere, so the library's function is declared. */
extern int sync_file_range(int file, long long start, long long length, unsigned int flags);

static inline int pinstripe_write_back(int file, long long start, long long length, int waits) {
  return sync_file_range(file, start, length, waits ? 7U : 2U);
}

/* The kind of a path's file system, as linux/magic.h numbers it; 0 when it cannot be told. The
 * call's header is not in Swift's Glibc module. */
#include <sys/vfs.h>

static inline long pinstripe_file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (long)status.f_type : 0;
}
