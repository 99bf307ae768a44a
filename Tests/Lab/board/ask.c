/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * ask SOCKET COMMAND: gives the player a command and prints its answer.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int count, char **arguments) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char answer[512];
  ssize_t got;
  int link = socket(AF_UNIX, SOCK_STREAM, 0);
  if (count < 3 || strlen(arguments[1]) >= sizeof address.sun_path) return 64;
  strcpy(address.sun_path, arguments[1]);
  if (connect(link, (struct sockaddr *)&address, sizeof address) != 0) return 69;
  dprintf(link, "%s\n", arguments[2]);
  got = read(link, answer, sizeof answer);
  if (got <= 0) return 69;
  fwrite(answer, 1, (size_t)got, stdout);
  return strncmp(answer, "ok", 2) == 0 ? 0 : 65;
}
