/* A USB device node without a kernel: umockdev hands the ioctls that libusb makes on
 * /dev/bus/usb/BBB/DDD to this code (Linux, drivers/usb/core/devio.c is what they would
 * reach), and this code asks a player that the test supplies.
 *
 * usb_node.c is built into a library of its own by ../run.sh, for it needs umockdev's
 * headers and GLib; tests load it with dlopen. So nobody else needs them. */
#ifndef USB_NODE_H
#define USB_NODE_H

#include <stddef.h>
#include <stdint.h>

/* What a device does. The calls come from one thread of umockdev's, one at a time.
 * Errors are negative: -EAGAIN for "nothing now", which leaves the transfer pending (NAK),
 * -EPIPE for a stall, which halts the endpoint, anything else ends the transfer so. */
typedef struct usb_node_player {
  void *_Nullable context;
  /* A bulk packet from the host: `ends` when it is short or empty. */
  int (*_Nonnull take)(void *_Nullable context, const void *_Nullable bytes, size_t count,
                       int ends);
  /* A bulk packet for the host, at most `room` bytes; fewer, or none, end the transfer. */
  ptrdiff_t (*_Nonnull give)(void *_Nullable context, void *_Nonnull buffer, size_t room);
  /* One packet of the interrupt endpoint. */
  ptrdiff_t (*_Nonnull event)(void *_Nullable context, void *_Nonnull buffer, size_t room);
  /* A control request: `setup` are its 8 bytes, `data` has wLength bytes. */
  ptrdiff_t (*_Nonnull control)(void *_Nullable context, const uint8_t *_Nonnull setup,
                                uint8_t *_Nonnull data);
  /* The halt of an endpoint was ended. */
  void (*_Nonnull cleared)(void *_Nullable context, uint8_t endpoint);
} usb_node_player;

/* What the kernel's side was asked, counted. */
typedef struct usb_node_counts {
  uint32_t claims, releases, clears, resets, submissions, discards;
  /* URBs in flight now. */
  uint32_t in_flight;
  /* The most bytes that the bulk URBs of a direction had together. */
  uint64_t most_bytes_out, most_bytes_in;
} usb_node_counts;

typedef struct usb_node usb_node;

/* The calls of the library. */
typedef struct usb_node_calls {
  /* Makes the node at /dev/bus/usb/001/ADDRESS and the device SYSFS_NAME ("1-2") below a
   * root hub, and announces it as udev does.
   *   attributes   lines "name=value" of sysfs, without bytes
   *   descriptors  the device descriptor and its configuration, as the kernel shows them
   *   packet       wMaxPacketSize of the bulk endpoints
   *   player       copied
   * NULL when umockdev refuses. */
  usb_node *_Nullable (*_Nonnull plug)(int address, const char *_Nonnull sysfs_name,
                                       const char *_Nonnull attributes,
                                       const uint8_t *_Nonnull descriptors, size_t count,
                                       size_t packet, const usb_node_player *_Nonnull player);

  /* Pulls the cable, once: what is in flight ends with ESHUTDOWN, further calls with ENODEV,
   * and the departure is announced. The player is not asked any more when this returns. The
   * node stays in memory, for umockdev's thread may still look at it. */
  void (*_Nonnull unplug)(usb_node *_Nonnull node);

  /* Gives the interface to a kernel driver, from which it can be taken; "" for none. */
  void (*_Nonnull set_driver)(usb_node *_Nonnull node, const char *_Nonnull name);

  /* The kernel driver that the interface has: at most 255 letters and a NUL. */
  void (*_Nonnull driver)(usb_node *_Nonnull node, char *_Nonnull name);

  usb_node_counts (*_Nonnull counts)(usb_node *_Nonnull node);
} usb_node_calls;

/* What dlsym finds. */
extern const usb_node_calls usb_node_table;

#endif
