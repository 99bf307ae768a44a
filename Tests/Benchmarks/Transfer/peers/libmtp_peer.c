/* Debian's libmtp, timed from within: what its own tools do, without the listing that they begin with.
 *
 *   libmtp_peer upload FILE        sends it, prints nanoseconds, deletes it
 *   libmtp_peer small COUNT FILE   the same COUNT times; nanoseconds a file
 *   libmtp_peer download FILE      sends it, gets it back, prints the nanoseconds of getting, deletes it
 *   libmtp_peer list               lists all objects; nanoseconds, and how many there were */
#include <libmtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static LIBMTP_mtpdevice_t *device;

static void fail(const char *what) {
  fprintf(stderr, "libmtp_peer: %s\n", what);
  if (device) LIBMTP_Dump_Errorstack(device);
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void open_player(void) {
  LIBMTP_raw_device_t *list;
  int count;
  LIBMTP_Init();
  if (LIBMTP_Detect_Raw_Devices(&list, &count) || count < 1) fail("there is no player");
  device = LIBMTP_Open_Raw_Device_Uncached(&list[0]);
  if (!device) fail("the player cannot be opened");
  if (LIBMTP_Get_Storage(device, LIBMTP_STORAGE_SORTBY_NOTSORTED)) fail("there is no storage");
}

/* Returns the object's handle, and what it took. */
static uint32_t upload(const char *path, const char *name, long long *time) {
  struct stat status;
  if (stat(path, &status)) fail("there is no such file");
  LIBMTP_file_t *file = LIBMTP_new_file_t();
  file->filesize = (uint64_t)status.st_size;
  file->filename = strdup(name);
  file->filetype = LIBMTP_FILETYPE_UNKNOWN;
  file->parent_id = LIBMTP_FILES_AND_FOLDERS_ROOT;
  file->storage_id = device->storage->id;
  long long began = now();
  if (LIBMTP_Send_File_From_File(device, path, file, NULL, NULL)) fail("it cannot be sent");
  *time += now() - began;
  uint32_t handle = file->item_id;
  LIBMTP_destroy_file_t(file);
  return handle;
}

static void list(void) {
  long long began = now();
  LIBMTP_file_t *file = LIBMTP_Get_Files_And_Folders(
      device, device->storage->id, LIBMTP_FILES_AND_FOLDERS_ROOT);
  long long time = now() - began;
  int count = 0;
  for (; file; count++) {
    LIBMTP_file_t *next = file->next;
    LIBMTP_destroy_file_t(file);
    file = next;
  }
  printf("%lld %d\n", time, count);
}

int main(int argc, char **argv) {
  long long time = 0;
  if (argc < 2) fail("usage: libmtp_peer upload|small|download|list …");
  open_player();
  if (!strcmp(argv[1], "upload") && argc == 3) {
    uint32_t handle = upload(argv[2], "libmtp", &time);
    printf("%lld\n", time);
    if (LIBMTP_Delete_Object(device, handle)) fail("it cannot be deleted");
  } else if (!strcmp(argv[1], "small") && argc == 4) {
    int count = atoi(argv[2]);
    for (int i = 0; i < count; i++) {
      char name[32];
      snprintf(name, sizeof name, "libmtp-%d", i);
      upload(argv[3], name, &time);
    }
    printf("%lld\n", time / count);
  } else if (!strcmp(argv[1], "download") && argc == 3) {
    uint32_t handle = upload(argv[2], "libmtp", &time);
    long long began = now();
    if (LIBMTP_Get_File_To_File(device, handle, "/tmp/libmtp.back", NULL, NULL)) fail("it cannot be had");
    printf("%lld\n", now() - began);
    if (LIBMTP_Delete_Object(device, handle)) fail("it cannot be deleted");
  } else if (!strcmp(argv[1], "list")) {
    list();
  } else {
    fail("usage: libmtp_peer upload|small|download|list …");
  }
  LIBMTP_Release_Device(device);
  return 0;
}
