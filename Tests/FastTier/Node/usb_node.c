#include "usb_node.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "usb_urbs.h"

/* One for the process: umockdev's preloaded library finds it by an environment variable. */
static UMockdevTestbed *testbed;

/* What the kernel can do with xHCI, but for mapping buffers, which goes past the ioctls. */
static const uint32_t capabilities = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                                     USBDEVFS_CAP_BULK_SCATTER_GATHER |
                                     USBDEVFS_CAP_REAP_AFTER_DISCONNECT;

/* The argument's `size` bytes; the program sees what is changed there. It is the argument's. */
static void *argument(UMockdevIoctlClient *client, size_t size) {
  UMockdevIoctlData *data = umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0,
                                                        size, NULL);
  if (!data) return NULL;
  g_object_unref(data);
  return data->data;
}

static int claim(usb_node *node, UMockdevIoctlClient *client) {
  if (node->owner == client) return 0;
  if (node->owner || node->driver[0]) return EBUSY;
  node->owner = client;
  node->counts.claims += 1;
  return 0;
}

static int release(usb_node *node, UMockdevIoctlClient *client) {
  if (node->owner != client) return EINVAL;
  node->owner = NULL;
  node->counts.releases += 1;
  return 0;
}

/* USBDEVFS_DISCONNECT and USBDEVFS_CONNECT, the kernel driver's. */
static int driver_request(usb_node *node, struct usbdevfs_ioctl *request) {
  if (!request) return EFAULT;
  switch ((unsigned)request->ioctl_code) {
  case USBDEVFS_DISCONNECT:
    if (!node->driver[0]) return ENODATA;
    memcpy(node->detached, node->driver, sizeof node->driver);
    node->driver[0] = 0;
    return 0;
  case USBDEVFS_CONNECT:
    memcpy(node->driver, node->detached, sizeof node->driver);
    return 0;
  default:
    return ENOTTY;
  }
}

static int get_driver(usb_node *node, struct usbdevfs_getdriver *found) {
  if (!found) return EFAULT;
  const char *name = node->owner ? "usbfs" : node->driver;
  if (!name[0]) return ENODATA;
  g_strlcpy(found->driver, name, sizeof found->driver);
  return 0;
}

static int clear_halt(usb_node *node, const unsigned *endpoint) {
  if (!endpoint) return EFAULT;
  node->counts.clears += 1;
  node->halted[*endpoint & 0xFF] = false;
  node->player.cleared(node->player.context, (uint8_t)*endpoint);
  return 0;
}

static int answer(usb_node *node, UMockdevIoctlClient *client) {
  switch (umockdev_ioctl_client_get_request(client)) {
  case USBDEVFS_GET_CAPABILITIES: {
    uint32_t *found = argument(client, sizeof *found);
    if (!found) return EFAULT;
    *found = capabilities;
    return 0;
  }
  case USBDEVFS_GETDRIVER:
    return get_driver(node, argument(client, sizeof(struct usbdevfs_getdriver)));
  case USBDEVFS_IOCTL:
    return driver_request(node, argument(client, sizeof(struct usbdevfs_ioctl)));
  case USBDEVFS_CLAIMINTERFACE:
    return claim(node, client);
  case USBDEVFS_RELEASEINTERFACE:
    return release(node, client);
  case USBDEVFS_SETCONFIGURATION:
  case USBDEVFS_SETINTERFACE:
    return 0;
  case USBDEVFS_CLEAR_HALT:
    return clear_halt(node, argument(client, sizeof(unsigned)));
  case USBDEVFS_RESET:
    node->counts.resets += 1;
    return 0;
  case USBDEVFS_SUBMITURB:
    return usb_urbs_submit(node, client);
  case USBDEVFS_DISCARDURB:
    return usb_urbs_discard(node, client);
  default:
    return ENOTTY;
  }
}

static gboolean handle(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, usb_node *node) {
  (void)handler;
  g_mutex_lock(&node->lock);
  unsigned long request = umockdev_ioctl_client_get_request(client);
  if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY) {
    usb_urbs_reap(node, client);
  } else {
    int code = node->is_gone ? ENODEV : answer(node, client);
    umockdev_ioctl_client_complete(client, code ? -1 : 0, code);
    usb_urbs_serve(node);
  }
  g_mutex_unlock(&node->lock);
  return TRUE;
}

static void vanish(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, usb_node *node) {
  (void)handler;
  g_mutex_lock(&node->lock);
  usb_urbs_forget(node, client);
  if (node->owner == client) node->owner = NULL;
  g_mutex_unlock(&node->lock);
}

/* Makes a node of which no memory can be mapped, as /dev/null. umockdev's is a plain file, in
 * which libusb_dev_mem_alloc would find the same bytes for each of its buffers. */
static gboolean forbid_mapping(const char *path) {
  char *root = umockdev_testbed_get_root_dir(testbed);
  char *file = g_strconcat(root, path, NULL);
  gboolean done = unlink(file) == 0 && symlink("/dev/null", file) == 0;
  g_free(file);
  g_free(root);
  return done;
}

/* umockdev's own form: paths, properties of udev (E), attributes of sysfs (A, H as hexadecimal
 * digits). */
static gboolean announce(const char *device, int address, const char *attributes,
                         const uint8_t *descriptors, size_t count) {
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "P: %s\nN: bus/usb/001/%03d\n", device, address);
  g_string_append_printf(text,
                         "E: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: DRIVER=usb\n"
                         "E: BUSNUM=001\nE: DEVNUM=%03d\nE: DEVNAME=/dev/bus/usb/001/%03d\n"
                         "A: busnum=1\\n\nA: devnum=%d\\n\nA: bConfigurationValue=1\\n\n",
                         address, address, address);
  char **lines = g_strsplit(attributes, "\n", -1);
  for (char **line = lines; *line; line++)
    if (**line) g_string_append_printf(text, "A: %s\\n\n", *line);
  g_strfreev(lines);
  g_string_append(text, "H: descriptors=");
  for (size_t at = 0; at < count; at++) g_string_append_printf(text, "%02X", descriptors[at]);
  g_string_append(text, "\n");
  gboolean added = umockdev_testbed_add_from_string(testbed, text->str, NULL);
  g_string_free(text, TRUE);
  return added;
}

/* The testbed with a root hub, of which libusb asks where the ports are. */
static gboolean prepare(void) {
  static const uint8_t hub[] = {18, 1, 0, 2, 9, 0, 1, 64, 0x6b, 0x1d, 2, 0, 0, 6, 0, 0, 0, 1,
                                9,  2, 25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0,
                                7,  5, 0x81, 3, 4, 0, 12};
  if (testbed) return TRUE;
  testbed = umockdev_testbed_new();
  return testbed && announce("/devices/usb1", 1, "speed=480", hub, sizeof hub);
}

static usb_node *plug(int address, const char *sysfs_name, const char *attributes,
                      const uint8_t *descriptors, size_t count, size_t packet,
                      const usb_node_player *player) {
  if (!prepare()) return NULL;
  usb_node *node = g_new0(usb_node, 1);
  g_mutex_init(&node->lock);
  node->player = *player;
  node->packet = packet;
  node->path = g_strdup_printf("/dev/bus/usb/001/%03d", address);
  node->device = g_strdup_printf("/sys/devices/usb1/%s", sysfs_name);
  node->handler = umockdev_ioctl_base_new();
  g_object_connect(node->handler, "signal-after::handle-ioctl", handle, node,
                   "signal-after::client-vanished", vanish, node, NULL);
  /* The node answers before anybody is told that it is there. */
  if (!umockdev_testbed_attach_ioctl(testbed, node->path, node->handler, NULL) ||
      !announce(node->device + strlen("/sys"), address, attributes, descriptors, count) ||
      !forbid_mapping(node->path))
    return NULL;
  return node;
}

static void unplug(usb_node *node) {
  g_mutex_lock(&node->lock);
  node->is_gone = true;
  usb_urbs_fail(node, -ESHUTDOWN);
  g_mutex_unlock(&node->lock);
  umockdev_testbed_uevent(testbed, node->device, "remove");
  umockdev_testbed_remove_device(testbed, node->device);
  umockdev_testbed_detach_ioctl(testbed, node->path, NULL);
}

static void set_driver(usb_node *node, const char *name) {
  g_mutex_lock(&node->lock);
  g_strlcpy(node->driver, name, sizeof node->driver);
  g_mutex_unlock(&node->lock);
}

static void driver(usb_node *node, char *name) {
  g_mutex_lock(&node->lock);
  memcpy(name, node->driver, sizeof node->driver);
  g_mutex_unlock(&node->lock);
}

static usb_node_counts counts(usb_node *node) {
  g_mutex_lock(&node->lock);
  usb_node_counts found = node->counts;
  g_mutex_unlock(&node->lock);
  return found;
}

const usb_node_calls usb_node_table = {plug, unplug, set_driver, driver, counts};
