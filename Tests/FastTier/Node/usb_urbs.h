/* The requests (URBs) of a node, and the programs that wait for their ends. */
#ifndef USB_URBS_H
#define USB_URBS_H

#include <linux/usbdevice_fs.h>
#include <stdbool.h>
#include <umockdev.h>

#include "usb_node.h"

struct usb_node {
  /* Guards everything below; held while the player is asked. */
  GMutex lock;
  usb_node_player player;
  size_t packet;
  bool is_gone;
  /* By endpoint address. */
  bool halted[256];
  /* Of `urb`, in the order in which they were submitted. */
  GQueue urbs;
  /* Of `waiter`. */
  GList *waiters;
  usb_node_counts counts;
  /* In flight on the bulk endpoints: out and in. */
  uint64_t bytes[2];

  UMockdevIoctlBase *handler;
  char *path;
  char *device;
  /* The driver of the interface, and the one that was taken off it. */
  char driver[USBDEVFS_MAXDRIVERNAME + 1];
  char detached[USBDEVFS_MAXDRIVERNAME + 1];
  /* The open file that has claimed the interface. */
  UMockdevIoctlClient *owner;
};

/* Each is called with the lock held; those that return an int answer an ioctl: 0 or errno. */
int usb_urbs_submit(usb_node *node, UMockdevIoctlClient *client);
int usb_urbs_discard(usb_node *node, UMockdevIoctlClient *client);

/* Answers a REAPURB: at once, or when something has ended, or soon with EAGAIN. */
void usb_urbs_reap(usb_node *node, UMockdevIoctlClient *client);

/* Asks the player what it has for those that wait, and tells the programs. */
void usb_urbs_serve(usb_node *node);

/* Ends everything in flight. */
void usb_urbs_fail(usb_node *node, int status);

/* Forgets what belongs to a file that was closed. */
void usb_urbs_forget(usb_node *node, UMockdevIoctlClient *client);

#endif
