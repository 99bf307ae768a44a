import CUSBNode
import Glibc

/// The library that `run.sh` makes of `Node`, and whether it can work.
enum NodeLibrary {
  /// Whether these tests are meant to run: `run.sh` names the library.
  static let isMeant = getenv("PINSTRIPE_USB_NODE") != nil

  /// Nil without umockdev's library in front of libc: the nodes would not be seen then.
  ///
  /// umockdev's own answer (`umockdev_in_mock_environment`) is no even when it is.
  static let calls: usb_node_calls? = {
    guard isPreloaded, let path = getenv("PINSTRIPE_USB_NODE"),
      let library = dlopen(path, RTLD_NOW), let table = dlsym(library, "usb_node_table")
    else { return nil }
    return table.assumingMemoryBound(to: usb_node_calls.self).pointee
  }()

  private static var isPreloaded: Bool {
    guard let maps = fopen("/proc/self/maps", "r") else { return false }
    defer { fclose(maps) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), maps) != nil {
      if strstr(line, "libumockdev-preload") != nil { return true }
    }
    return false
  }
}
