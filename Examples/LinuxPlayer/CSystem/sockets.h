/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* A socket in the file system, for those who may open it. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Listens at `path`, which only this user may open; a socket that a player left behind is replaced.
 * The descriptor, or -1 (EADDRINUSE: another program listens there, or it is no socket). */
static inline int32_t system_listen(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat status;
  mode_t mask;
  int descriptor, bound;
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (lstat(path, &status) == 0) {
    if (!S_ISSOCK(status.st_mode) ||
        connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 ||
        errno != ECONNREFUSED) {
      close(descriptor);
      errno = EADDRINUSE;
      return -1;
    }
    unlink(path);
  }
  mask = umask(0177);
  bound = bind(descriptor, (struct sockaddr *)&address, sizeof address);
  umask(mask);
  if (bound == 0 && listen(descriptor, 4) == 0) return descriptor;
  bound = errno;
  close(descriptor);
  errno = bound;
  return -1;
}

/* The next client, or -1. */
static inline int32_t system_accept(int32_t listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Bytes received: -1 when there are none now, 0 when the other end is closed or lost. */
static inline int64_t system_receive(int32_t client, uint8_t *out, size_t length) {
  ssize_t count = recv(client, out, length, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return -1;
  return count < 0 ? 0 : count;
}

/* 1 when all of it could be sent without waiting. */
static inline int32_t system_send(int32_t client, const uint8_t *bytes, size_t length) {
  return send(client, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
}
