import PinstripePipe
import PinstripeProfile

/// Command and data phase of what fits into one USB transfer.
extension Session {
  /// Sends the command and a data phase of exactly `length` bytes.
  ///
  /// One after the other, or, where the profile's `smallFiles` says so and the data fits into one
  /// buffer with its header, without waiting between them.
  ///
  /// - Parameter fill: As for ``sendData(_:length:fill:)``.
  func sendCommandAndData(
    _ exchange: inout Exchange, length: UInt64,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    let room = UInt64(profile.transfer.chunkSize - ContainerHeader.size)
    guard profile.transfer.smallFiles == .together, length <= room, !owesAnswer else {
      try await sendCommand(&exchange)
      return try await sendData(&exchange, length: length, fill: fill)
    }
    // As long as the bytes are collected nothing is on its way that would have to be called back.
    exchange.phase = .finished
    let data = try collect(exchange, Int(length), fill)
    exchange.phase = .sending
    let command = exchange.command
    let sent = try await pipe.send(
      [command, data], timeout: Self.bearable(profile.transfer.dataTimeout))
    guard sent == UInt64(command.count + data.count) else {
      throw exchange.mtpError(.dataPhaseTooShort, reason: "\(sent) bytes with the command went out")
    }
    exchange.phase = .awaiting
  }

  /// The header of a data phase and its bytes.
  private func collect(
    _ exchange: Exchange, _ length: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> [UInt8] {
    var data = exchange.dataHeader(UInt64(length)).encoded
    let start = data.count
    data += [UInt8](repeating: 0, count: length)
    try data.withUnsafeMutableBytes { bytes in
      var used = start
      while used < bytes.count {
        let free = UnsafeMutableRawBufferPointer(rebasing: bytes[used...])
        let count = try fill(free)
        guard count > 0, count <= free.count else {
          throw exchange.mtpError(
            .sourceMismatch, reason: "\(bytes.count - used) of \(length) bytes are missing")
        }
        used += count
      }
    }
    return data
  }
}
