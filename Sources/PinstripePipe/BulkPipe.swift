/// The two bulk endpoints and the interrupt endpoint of an MTP interface, as the initiator sees them.
///
/// `PinstripeUSB` implements it over libusb; `PinstripeTestSupport` over memory. A pipe has one user
/// at a time (an MTP session runs one transaction at a time), but ``cancel()`` and ``close()`` may be
/// called from anywhere.
///
/// A pipe moves *transfers* in the sense of USB 2.0 §5.3.2: a run of full packets that ends with a
/// short packet, with a zero-length packet, or because both sides know its length.
public protocol BulkPipe: AnyObject, Sendable {
  /// wMaxPacketSize of the bulk OUT endpoint in bytes: 8 to 1024 (USB 2.0 §5.8.3, USB 3.2 §9.6.6).
  var outPacketSize: Int { get }

  /// wMaxPacketSize of the bulk IN endpoint in bytes: 8 to 1024.
  var inPacketSize: Int { get }

  /// Sends one transfer, whose bytes `fill` supplies in order.
  ///
  /// `fill` is given the pipe's own buffers, which go to the wire unchanged, so a caller encrypts in
  /// place there. It writes from the buffer's start and returns how many bytes it wrote: a full
  /// buffer each time, then once less than that (0 when nothing is left), which ends the transfer.
  /// Several buffers may be on their way while `fill` works on the next one. The buffer is valid
  /// until `fill` returns.
  ///
  /// - Parameters:
  ///   - end: What marks the end when the last packet is a full one.
  ///   - timeout: The longest time without any progress, per buffer.
  /// - Returns: How many bytes were sent.
  /// - Throws: ``TransferError``, or whatever `fill` threw; transfers under way are cancelled then,
  ///   and a part may have reached the device.
  func send(
    end: TransferEnd, timeout: Duration,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64

  /// Sends short transfers, each ended as by ``TransferEnd/shortPacket``, without waiting for one
  /// before the next is on its way.
  ///
  /// - Parameter timeout: The longest time without any progress.
  /// - Returns: How many bytes were sent in all.
  /// - Throws: ``TransferError``; transfers under way are cancelled then, and a part may have reached
  ///   the device.
  func send(_ transfers: [[UInt8]], timeout: Duration) async throws -> UInt64

  /// Receives one buffer's worth of the next transfer.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait for it.
  ///   - consume: Is given the bytes once, in the pipe's own buffer, valid until it returns.
  /// - Throws: ``TransferError``, or whatever `consume` threw.
  func receive(
    timeout: Duration, consume: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reception

  /// Waits for a packet on the interrupt endpoint.
  ///
  /// - Returns: The packet, at most `wMaxPacketSize` bytes.
  /// - Throws: ``TransferError``; ``TransferError/timedOut`` when nothing happened.
  func receiveEvent(timeout: Duration) async throws -> [UInt8]

  /// Sends a class request to the interface (USB Still Image Capture Device Definition 1.0, §5.2).
  ///
  /// - Returns: The bytes of the data stage; empty for requests to the device.
  /// - Throws: ``TransferError``.
  func control(_ request: ClassRequest, timeout: Duration) async throws -> [UInt8]

  /// Ends the halt of one endpoint (USB 2.0 §9.4.5, `libusb_clear_halt`).
  ///
  /// - Throws: ``TransferError``.
  func clearStall(_ direction: PipeDirection) async throws

  /// Takes back the receptions that wait for the device, and forgets what they hold.
  ///
  /// A device that gives a data phase up does so in the middle of a host's buffer; without this, what
  /// it says next would stand behind the rest of that in the same buffer.
  func dropReceptions() async

  /// Cancels every transfer under way; those calls throw ``TransferError/cancelled``. The pipe stays
  /// usable.
  func cancel()

  /// Cancels everything, releases the interface, and gives it back to the kernel driver that had it.
  /// The device is not reset, unless it is known to need that. Calls after it throw
  /// ``TransferError/cancelled``; closing twice is harmless.
  func close() async
}

extension BulkPipe {
  /// Sends transfers one after the other, for pipes that can do no better.
  public func send(_ transfers: [[UInt8]], timeout: Duration) async throws -> UInt64 {
    var sent: UInt64 = 0
    for transfer in transfers {
      var rest = transfer[...]
      sent += try await send(end: .shortPacket, timeout: timeout) { buffer in
        let part = rest.prefix(buffer.count)
        buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
      }
    }
    return sent
  }

  /// Does nothing: for pipes on which no reception waits when nobody receives.
  public func dropReceptions() async {}
}

/// What marks the end of a transfer whose last packet is full (USB 2.0 §5.8.3).
public enum TransferEnd: Sendable {
  /// A zero-length packet when the transfer's length is a multiple of the packet size.
  case shortPacket
  /// Nothing: more of the same phase follows in a further call.
  case open
}

/// A direction, as the host sees it.
public enum PipeDirection: Sendable {
  /// Host to device.
  case out
  /// Device to host.
  case `in`
}

/// What ``BulkPipe/receive(timeout:consume:)`` received.
public struct Reception: Sendable, Equatable {
  /// How many bytes arrived: 0 to the size of the pipe's buffers.
  public var count: Int
  /// Whether a short or zero-length packet ended the device's transfer here.
  ///
  /// False means that the buffer was filled: more may follow.
  public var isEnd: Bool

  /// Creates the account of one reception.
  public init(count: Int, isEnd: Bool) {
    self.count = count
    self.isEnd = isEnd
  }
}

/// A request of the still-image class to the MTP interface.
public struct ClassRequest: Sendable, Equatable {
  /// The request's number, `bRequest`.
  public var number: UInt8
  /// The bytes of the data stage that go to the device; empty when the device answers with data.
  public var payload: [UInt8]
  /// The most bytes that the device may answer with; 0 for requests that carry a payload.
  public var replyLimit: Int

  /// Creates a request.
  public init(number: UInt8, payload: [UInt8], replyLimit: Int) {
    self.number = number
    self.payload = payload
    self.replyLimit = replyLimit
  }

  /// Cancel Request (§5.2.1): the transaction named in the payload is given up.
  public static func cancelTransaction(_ transactionID: UInt32) -> ClassRequest {
    let id = transactionID.littleEndian
    let bytes = withUnsafeBytes(of: id) { [UInt8]($0) }
    // 0x4001 is the cancellation code that §5.2.1 prescribes for the first two bytes.
    return ClassRequest(number: 0x64, payload: [0x01, 0x40] + bytes, replyLimit: 0)
  }

  /// Device Reset Request (§5.2.3): back to the command phase, the session closed.
  ///
  /// This is the class request, not a reset of the USB port.
  public static let resetDevice = ClassRequest(number: 0x66, payload: [], replyLimit: 0)

  /// Get Device Status (§5.2.4): a code, and the endpoints that are halted.
  public static let deviceStatus = ClassRequest(number: 0x67, payload: [], replyLimit: 64)
}
