/// GetDeviceInfo (MTP 1.1 D.2.1).
///
/// ```
/// no parameters   data: DeviceInfo
/// ```
extension Session {
  /// Asks the player what it is and can do; ``deviceInfo`` has the answer it gave at the beginning.
  public func getDeviceInfo() async throws(MTPError) -> DeviceInfo {
    try await fetch(Request(operation: .getDeviceInfo)) { dataset throws(DatasetError) in
      try DeviceInfo(parsing: dataset)
    }
  }
}
