#include "usb_urbs.h"

#include <errno.h>

/* The program's URB and its buffer, as umockdev has read them from its memory. */
typedef struct {
  UMockdevIoctlClient *client;
  UMockdevIoctlData *data;
  UMockdevIoctlData *buffer;
  /* How much of it has moved. */
  size_t moved;
  bool is_done;
} urb;

/* A REAPURB that is held back until something ends. */
typedef struct {
  usb_node *node;
  UMockdevIoctlClient *client;
  GSource *timer;
} waiter;

/* For so long: the node is always ready for poll(), so without a pause libusb would spin. */
enum { patience_ms = 2 };

static struct usbdevfs_urb *fields(urb *urb) { return (struct usbdevfs_urb *)urb->data->data; }

/* What is in flight in a URB's direction. */
static uint64_t *bytes_in_flight(usb_node *node, struct usbdevfs_urb *urb) {
  return &node->bytes[(urb->endpoint & 0x80) != 0];
}

static void end(usb_node *node, urb *urb, int status) {
  struct usbdevfs_urb *ended = fields(urb);
  ended->status = status;
  ended->actual_length = (int)urb->moved;
  urb->is_done = true;
  node->counts.in_flight -= 1;
  if (ended->type == USBDEVFS_URB_TYPE_BULK)
    *bytes_in_flight(node, ended) -= (uint64_t)ended->buffer_length;
}

/* Moves one packet to the player; 1 when it was the last one, else as the player's calls. */
static int move_out(usb_node *node, urb *urb, uint8_t *bytes) {
  size_t room = (size_t)fields(urb)->buffer_length;
  size_t count = MIN(room - urb->moved, node->packet);
  bool is_last = urb->moved + count == room;
  bool ends = count < node->packet ||
              (is_last && (fields(urb)->flags & USBDEVFS_URB_ZERO_PACKET) != 0);
  int result =
      node->player.take(node->player.context, bytes ? bytes + urb->moved : NULL, count, ends);
  if (result < 0) return result;
  urb->moved += count;
  return is_last;
}

/* The same the other way: a short packet is the last one, too. */
static int move_in(usb_node *node, urb *urb, uint8_t *bytes) {
  size_t room = (size_t)fields(urb)->buffer_length;
  if (room - urb->moved < node->packet || !bytes) return -EOVERFLOW;
  ptrdiff_t count = node->player.give(node->player.context, bytes + urb->moved, node->packet);
  if (count < 0) return (int)count;
  urb->moved += (size_t)count;
  return (size_t)count < node->packet || urb->moved == room;
}

static int move(usb_node *node, urb *urb) {
  struct usbdevfs_urb *wanted = fields(urb);
  usb_node_player *player = &node->player;
  uint8_t *bytes = urb->buffer ? urb->buffer->data : NULL;
  size_t room = (size_t)wanted->buffer_length;
  ptrdiff_t count;
  if (node->halted[wanted->endpoint]) return -EPIPE;
  switch (wanted->type) {
  case USBDEVFS_URB_TYPE_CONTROL:
    count = room < 8 ? -EINVAL : player->control(player->context, bytes, bytes + 8);
    break;
  case USBDEVFS_URB_TYPE_INTERRUPT:
    count = bytes ? player->event(player->context, bytes, room) : -EOVERFLOW;
    break;
  default:
    return wanted->endpoint & 0x80 ? move_in(node, urb, bytes) : move_out(node, urb, bytes);
  }
  if (count < 0) return (int)count;
  urb->moved = (size_t)count;
  return 1;
}

static void serve(usb_node *node, urb *urb) {
  int result;
  do result = move(node, urb);
  while (result == 0);
  if (result == -EAGAIN) return;
  /* The halt of endpoint 0 ends by itself (USB 2.0 §8.5.3.4). */
  uint8_t endpoint = fields(urb)->endpoint;
  if (result == -EPIPE && (endpoint & 0x0F) != 0) node->halted[endpoint] = true;
  end(node, urb, result < 0 ? result : 0);
}

static void drop(urb *urb) {
  g_object_unref(urb->data);
  g_free(urb);
}

/* Hands back the oldest URB of a program that has ended; false when there is none. */
static bool give_back(usb_node *node, UMockdevIoctlClient *client) {
  for (GList *at = node->urbs.head; at; at = at->next) {
    urb *urb = at->data;
    if (!urb->is_done || urb->client != client) continue;
    UMockdevIoctlData *argument = umockdev_ioctl_client_get_arg(client);
    UMockdevIoctlData *pointer =
        umockdev_ioctl_data_resolve(argument, 0, sizeof(void *), NULL);
    if (!pointer) return false;
    umockdev_ioctl_data_set_ptr(pointer, 0, urb->data);
    g_object_unref(pointer);
    g_queue_delete_link(&node->urbs, at);
    drop(urb);
    umockdev_ioctl_client_complete(client, 0, 0);
    return true;
  }
  return false;
}

static void end_wait(waiter *waiter) {
  waiter->node->waiters = g_list_remove(waiter->node->waiters, waiter);
  g_source_destroy(waiter->timer);
  g_source_unref(waiter->timer);
  g_object_unref(waiter->client);
  g_free(waiter);
}

static gboolean patience_is_over(gpointer argument) {
  waiter *waiter = argument;
  usb_node *node = waiter->node;
  g_mutex_lock(&node->lock);
  UMockdevIoctlClient *client = g_object_ref(waiter->client);
  end_wait(waiter);
  usb_urbs_serve(node);
  if (!give_back(node, client))
    umockdev_ioctl_client_complete(client, -1, node->is_gone ? ENODEV : EAGAIN);
  g_object_unref(client);
  g_mutex_unlock(&node->lock);
  return G_SOURCE_REMOVE;
}

int usb_urbs_submit(usb_node *node, UMockdevIoctlClient *client) {
  UMockdevIoctlData *argument = umockdev_ioctl_client_get_arg(client);
  UMockdevIoctlData *data =
      umockdev_ioctl_data_resolve(argument, 0, sizeof(struct usbdevfs_urb), NULL);
  if (!data) return EFAULT;
  struct usbdevfs_urb *submitted = (struct usbdevfs_urb *)data->data;
  if (submitted->buffer_length < 0) {
    g_object_unref(data);
    return EINVAL;
  }
  urb *added = g_new0(urb, 1);
  added->client = client;
  added->data = data;
  added->buffer =
      umockdev_ioctl_data_resolve(data, offsetof(struct usbdevfs_urb, buffer),
                                  (size_t)submitted->buffer_length, NULL);
  /* `data` holds it. */
  if (added->buffer) g_object_unref(added->buffer);
  g_queue_push_tail(&node->urbs, added);
  node->counts.submissions += 1;
  node->counts.in_flight += 1;
  if (submitted->type == USBDEVFS_URB_TYPE_BULK) {
    *bytes_in_flight(node, submitted) += (uint64_t)submitted->buffer_length;
    node->counts.most_bytes_out = MAX(node->counts.most_bytes_out, node->bytes[0]);
    node->counts.most_bytes_in = MAX(node->counts.most_bytes_in, node->bytes[1]);
  }
  return 0;
}

int usb_urbs_discard(usb_node *node, UMockdevIoctlClient *client) {
  gulong address = *(gulong *)umockdev_ioctl_client_get_arg(client)->data;
  for (GList *at = node->urbs.head; at; at = at->next) {
    urb *urb = at->data;
    if (urb->client != client || urb->data->client_addr != address || urb->is_done) continue;
    end(node, urb, -ENOENT);
    node->counts.discards += 1;
    return 0;
  }
  return EINVAL;
}

void usb_urbs_reap(usb_node *node, UMockdevIoctlClient *client) {
  usb_urbs_serve(node);
  if (give_back(node, client)) return;
  waiter *added = g_new0(waiter, 1);
  added->node = node;
  /* umockdev lets go of a request that is not answered at once. */
  added->client = g_object_ref(client);
  added->timer = g_timeout_source_new(patience_ms);
  g_source_set_callback(added->timer, patience_is_over, added, NULL);
  node->waiters = g_list_prepend(node->waiters, added);
  g_source_attach(added->timer, g_main_context_get_thread_default());
}

void usb_urbs_serve(usb_node *node) {
  bool waits[256] = {false};
  for (GList *at = node->urbs.head; at && !node->is_gone; at = at->next) {
    urb *urb = at->data;
    uint8_t endpoint = fields(urb)->endpoint;
    if (urb->is_done || waits[endpoint]) continue;
    serve(node, urb);
    waits[endpoint] = !urb->is_done;
  }
  for (GList *at = node->waiters, *next; at; at = next) {
    next = at->next;
    waiter *waiter = at->data;
    if (give_back(node, waiter->client)) end_wait(waiter);
  }
}

void usb_urbs_fail(usb_node *node, int status) {
  for (GList *at = node->urbs.head; at; at = at->next) {
    urb *urb = at->data;
    if (!urb->is_done) end(node, urb, status);
  }
}

void usb_urbs_forget(usb_node *node, UMockdevIoctlClient *client) {
  for (GList *at = node->waiters, *next; at; at = next) {
    next = at->next;
    waiter *waiter = at->data;
    if (waiter->client == client) end_wait(waiter);
  }
  for (GList *at = node->urbs.head, *next; at; at = next) {
    next = at->next;
    urb *urb = at->data;
    if (urb->client != client) continue;
    if (!urb->is_done) end(node, urb, -ENOENT);
    g_queue_delete_link(&node->urbs, at);
    drop(urb);
  }
}
