/* The least that uploads a file over MTP: libusb and nothing else.
 *
 *   probe upload heap|mapped CHUNK DEPTH FILE
 *
 * It sends the file as one object, DEPTH transfers of CHUNK bytes at a time, from memory of its own or
 * of the kernel's (libusb_dev_mem_alloc), prints the nanoseconds from the first byte of SendObjectInfo
 * to the last of SendObject's response, and deletes the object where the player announced its true
 * handle. What Pinstripe needs beyond that is its own cost. */
#include <fcntl.h>
#include <libusb-1.0/libusb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 12, MAX_DEPTH = 16, TIMEOUT = 30000 };

static libusb_device_handle *device;
static unsigned char endpoint_in, endpoint_out;
static int packet_size;
static uint32_t transaction;

static void fail(const char *what) {
  fprintf(stderr, "probe: %s\n", what);
  exit(1);
}

static void put32(unsigned char *p, uint32_t value) {
  for (int i = 0; i < 4; i++) p[i] = (unsigned char)(value >> (8 * i));
}

static uint32_t get32(const unsigned char *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void header(unsigned char *p, uint32_t length, int kind, int code) {
  put32(p, length);
  put32(p + 4, (uint32_t)kind | (uint32_t)code << 16);
  put32(p + 8, transaction);
}

static void send_bytes(unsigned char *bytes, int count) {
  int sent;
  if (libusb_bulk_transfer(device, endpoint_out, bytes, count, &sent, TIMEOUT)) fail("cannot send");
}

static void command(int code, int count, uint32_t first, uint32_t second) {
  unsigned char bytes[20];
  header(bytes, (uint32_t)(HEADER + 4 * count), 1, code);
  put32(bytes + HEADER, first);
  put32(bytes + HEADER + 4, second);
  send_bytes(bytes, HEADER + 4 * count);
}

/* Receives containers up to the response, and returns that, whatever it says. */
static unsigned char *answer(unsigned char *data) {
  static unsigned char bytes[65536];
  for (;;) {
    int count = 0;
    if (libusb_bulk_transfer(device, endpoint_in, bytes, sizeof bytes, &count, TIMEOUT))
      fail("cannot receive");
    if (count < HEADER) continue;
    if (bytes[4] == 3) break;
    if (data) memcpy(data, bytes, 64);
  }
  transaction++;
  return bytes;
}

static unsigned char *response(unsigned char *data) {
  unsigned char *bytes = answer(data);
  if (bytes[6] != 0x01 || bytes[7] != 0x20) fail("the player refused");
  return bytes;
}

static int is_mtp(const struct libusb_interface_descriptor *setting) {
  return setting->bInterfaceClass == 6 && setting->bNumEndpoints == 3;
}

static void open_player(void) {
  libusb_device **list;
  struct libusb_config_descriptor *config;
  ssize_t count = libusb_get_device_list(NULL, &list);
  for (ssize_t i = 0; i < count; i++) {
    if (libusb_get_active_config_descriptor(list[i], &config)) continue;
    const struct libusb_interface_descriptor *setting = config->interface[0].altsetting;
    if (!is_mtp(setting)) continue;
    for (int e = 0; e < setting->bNumEndpoints; e++) {
      const struct libusb_endpoint_descriptor *endpoint = &setting->endpoint[e];
      if ((endpoint->bmAttributes & 3) != LIBUSB_TRANSFER_TYPE_BULK) continue;
      if (endpoint->bEndpointAddress & 0x80) {
        endpoint_in = endpoint->bEndpointAddress;
      } else {
        endpoint_out = endpoint->bEndpointAddress;
        packet_size = endpoint->wMaxPacketSize;
      }
    }
    if (libusb_open(list[i], &device) || libusb_claim_interface(device, 0)) fail("cannot open");
    return;
  }
  fail("there is no player");
}

struct slot {
  struct libusb_transfer *transfer;
  unsigned char *buffer;
  int is_busy;
};

static void LIBUSB_CALL done(struct libusb_transfer *transfer) {
  if (transfer->status != LIBUSB_TRANSFER_COMPLETED) fail("a transfer failed");
  ((struct slot *)transfer->user_data)->is_busy = 0;
}

static void submit(struct slot *slot, int count) {
  while (slot->is_busy) libusb_handle_events(NULL);
  libusb_fill_bulk_transfer(slot->transfer, device, endpoint_out, slot->buffer, count, done, slot, 0);
  if (libusb_submit_transfer(slot->transfer)) fail("cannot submit");
  slot->is_busy = 1;
}

static void send_object(int file, uint32_t size, struct slot *slots, int depth, int chunk) {
  uint32_t left = size;
  for (int n = 0;; n = (n + 1) % depth) {
    struct slot *slot = &slots[n];
    int used = 0;
    while (slot->is_busy) libusb_handle_events(NULL);
    if (left == size) {
      header(slot->buffer, size + HEADER, 2, 0x100D);
      used = HEADER;
    }
    int count = (int)read(file, slot->buffer + used, (size_t)(chunk - used));
    if (count < 0) fail("cannot read the file");
    used += count;
    left -= (uint32_t)count;
    if (used > 0) submit(slot, used);
    if (used == chunk) continue;
    if ((size + HEADER) % (uint32_t)packet_size == 0) submit(&slots[(n + 1) % depth], 0);
    break;
  }
  for (int n = 0; n < depth; n++)
    while (slots[n].is_busy) libusb_handle_events(NULL);
}

/* ObjectInfo (MTP 1.1 5.3.1) of "probe". */
static void send_info(uint32_t storage, uint32_t size) {
  static const char name[] = "probe";
  unsigned char bytes[HEADER + 52 + 1 + 2 * sizeof name + 3] = {0};
  header(bytes, sizeof bytes, 2, 0x100C);
  put32(bytes + HEADER, storage);
  bytes[HEADER + 5] = 0x30; /* format 0x3000: Undefined */
  put32(bytes + HEADER + 8, size);
  bytes[HEADER + 52] = sizeof name;
  for (size_t i = 0; i < sizeof name; i++) bytes[HEADER + 53 + 2 * i] = (unsigned char)name[i];
  command(0x100C, 2, storage, 0xFFFFFFFF);
  send_bytes(bytes, sizeof bytes);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  struct slot slots[MAX_DEPTH] = {0};
  struct stat status;
  unsigned char data[64] = {0};
  if (argc != 6 || strcmp(argv[1], "upload")) fail("usage: probe upload heap|mapped CHUNK DEPTH FILE");
  int is_mapped = !strcmp(argv[2], "mapped");
  int chunk = atoi(argv[3]), depth = atoi(argv[4]);
  int file = open(argv[5], O_RDONLY);
  if (file < 0 || fstat(file, &status)) fail("there is no such file");
  if (depth < 1 || depth > MAX_DEPTH || chunk < 1024) fail("DEPTH is 1 to 16, CHUNK at least 1024");
  if (libusb_init(NULL)) fail("there is no USB");
  open_player();
  for (int n = 0; n < depth; n++) {
    slots[n].transfer = libusb_alloc_transfer(0);
    slots[n].buffer = is_mapped ? libusb_dev_mem_alloc(device, (size_t)chunk) : malloc((size_t)chunk);
    if (!slots[n].transfer || !slots[n].buffer) fail("there is no memory");
  }
  command(0x1002, 1, 1, 0);
  response(NULL);
  command(0x1004, 0, 0, 0);
  response(data);
  uint32_t storage = get32(data + HEADER + 4);

  long long began = now();
  send_info(storage, (uint32_t)status.st_size);
  uint32_t handle = get32(response(NULL) + HEADER + 8);
  command(0x100D, 0, 0, 0);
  send_object(file, (uint32_t)status.st_size, slots, depth, chunk);
  response(NULL);
  printf("%lld\n", now() - began);

  command(0x100B, 2, handle, 0);
  answer(NULL);
  command(0x1003, 0, 0, 0);
  response(NULL);
  libusb_release_interface(device, 0);
  libusb_close(device);
  return 0;
}
