extension USBContext {
  /// How often devices are counted where libusb cannot tell that some came or went.
  static let pollInterval = Duration.seconds(1)

  /// Yields whenever devices may have come or gone; ``devices()`` tells which.
  ///
  /// libusb's hot-plug events make it yield (`libusb_hotplug_register_callback`); where there are none,
  /// it yields every second. Changes that come while nobody waits become one.
  public func changes() -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { sink in
      let (number, isTold) = loop.addWatcher { sink.yield() }
      let polling =
        isTold
        ? nil
        : Task {
          while (try? await Task.sleep(for: Self.pollInterval)) != nil { sink.yield() }
        }
      sink.onTermination = { [self] _ in
        polling?.cancel()
        loop.removeWatcher(number)
      }
    }
  }
}
