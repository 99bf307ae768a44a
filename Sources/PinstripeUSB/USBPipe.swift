public import PinstripePipe
public import PinstripeProfile
internal import Synchronization

/// The endpoints of a player's MTP interface, over libusb.
///
/// ```swift
/// let pipe = try await USBPipe(opening: device)
/// // ... an MTP session ...
/// await pipe.close()
/// ```
///
/// Several buffers are in flight each way; they are the kernel's own where it has such
/// (`libusb_dev_mem_alloc`), so bytes that `fill` writes reach the wire without a copy. Memory is
/// `2 × queueDepth × chunkSize` and a few KiB, allocated once.
///
/// A reception stays posted until the device answers: one whose wait timed out or was cancelled goes
/// on, and its bytes are the next call's. So nothing that the device sent is lost, and the order is
/// the device's.
///
/// A pipe that is dropped without ``close()`` closes in the background. The device is never reset, but
/// with `Quirk.resetOnClose`.
public final class USBPipe: BulkPipe {
  /// The device the pipe was opened on.
  public let device: USBDevice
  /// The interface it uses.
  public var interface: MTPInterface { claimed.interface }
  /// wMaxPacketSize of the bulk OUT endpoint in bytes: 8 to 1024.
  public var outPacketSize: Int { interface.bulkOut.packetSize }
  /// wMaxPacketSize of the bulk IN endpoint in bytes: 8 to 1024.
  public var inPacketSize: Int { interface.bulkIn.packetSize }

  let claimed: ClaimedInterface
  /// Whether receptions may be posted before the device has anything to say.
  let postsReceivesEarly: Atomic<Bool>
  /// Whether the device is in the middle of a transfer: its last reception filled the buffer.
  let isStreaming = Atomic(false)

  /// Transfers in flight at once, by default.
  ///
  /// Four of 64 KiB keep the bus busy; more were slower.
  public static let defaultQueueDepth = 4
  /// Bytes in one transfer, by default.
  public static let defaultChunkSize = 65_536

  /// Opens the device and claims its MTP interface.
  ///
  /// - Parameters:
  ///   - device: The player.
  ///   - queueDepth: Transfers in flight at once in each direction: 1 to 16; what lies outside is
  ///     moved to the nearest.
  ///   - chunkSize: Bytes in one transfer: 1,024 to 1,048,576, in whole packets; what lies outside is
  ///     moved to the nearest, the rest of a packet dropped. The kernel's 16 MiB for all USB transfers
  ///     are shared by all programs.
  ///   - postsReceivesEarly: Whether a reception is posted as soon as something was sent, and
  ///     several while the device streams. Without it, one is posted when it is asked for. A device
  ///     that stalls when it is asked too early (QEMU's usb-mtp does) is cleared of that, and never
  ///     asked early again.
  ///   - usesDeviceMemory: Whether to use the kernel's own buffers; the heap serves where it has
  ///     none.
  ///   - quirks: Those of USB are obeyed: `detachKernelDriver`, `keepInterfaceOnClose`,
  ///     `probeMicrosoftDescriptor`, `resetOnClose`.
  /// - Throws: ``USBFailure``: `access`, `busy` (by another program, or by a kernel driver that no quirk
  ///   lets go), `noDevice`, `notFound` without an MTP interface.
  ///   Whatever was taken is given back.
  public init(
    opening device: USBDevice, queueDepth: Int = defaultQueueDepth,
    chunkSize: Int = defaultChunkSize, postsReceivesEarly: Bool = true,
    usesDeviceMemory: Bool = true, quirks: Set<Quirk> = []
  ) async throws(USBFailure) {
    self.device = device
    self.postsReceivesEarly = Atomic(postsReceivesEarly)
    claimed = try await ClaimedInterface.open(
      device,
      options: QueueOptions(
        queueDepth: min(max(queueDepth, 1), 16),
        chunkSize: min(max(chunkSize, 1024), 1_048_576),
        usesDeviceMemory: usesDeviceMemory),
      quirks: quirks)
  }

  deinit {
    let claimed = claimed
    if claimed.isClosed { return }
    Task.detached { await claimed.close() }
  }

  /// Ends every call under way with `cancelled`.
  ///
  /// What was being sent is taken back from the bus; receptions stay posted for the next call. The
  /// pipe stays usable.
  public func cancel() { claimed.cancel() }

  /// Ends every call under way, waits until the kernel has given all buffers back, releases the
  /// interface, and gives it back to the kernel driver that had it, as far as the quirks let it.
  ///
  /// It waits for a `fill` or `consume` that is running.
  ///
  /// The task's cancellation does not shorten it.
  public func close() async { await claimed.close() }

  /// Ends the halt of an endpoint.
  ///
  /// Its transfers are taken back first; what had arrived stays for the next reception. The kernel
  /// gives the device five seconds. `libusb_clear_halt`
  ///
  /// - Throws: `TransferError`.
  public func clearStall(_ direction: PipeDirection) async throws {
    let isIn = direction == .in
    try await clearHalt(
      isIn ? claimed.input : claimed.output,
      endpoint: isIn ? interface.bulkIn.address : interface.bulkOut.address)
    if isIn { isStreaming.store(false, ordering: .relaxed) }
  }

  private func clearHalt(_ queue: TransferQueue, endpoint: UInt8) async throws {
    try await queue.perform { try await clearHaltOfOperation(queue, endpoint) }
  }

  private func clearHaltOfOperation(_ queue: TransferQueue, _ endpoint: UInt8) async throws {
    await queue.cancelAndDrain()
    queue.settle()
    let (usb, handle) = (queue.usb, claimed.connection.handle)
    if case .failure(let error) = await blocking({ usb.clearHalt(handle, endpoint: endpoint) }) {
      throw TransferError(error)
    }
  }

  /// Sends a class request to the interface. `libusb_fill_control_transfer`
  ///
  /// - Throws: `TransferError`; `fault` with `LIBUSB_ERROR_INVALID_PARAM` for more than 4,096 bytes.
  public func control(_ request: ClassRequest, timeout: Duration) async throws -> [UInt8] {
    let isIn = request.payload.isEmpty && request.replyLimit > 0
    return try await claimed.connection.request(
      ControlRequest(
        type: isIn
          ? ControlRequest.RequestType.classInterfaceIn
          : ControlRequest.RequestType.classInterfaceOut,
        number: request.number, value: 0, index: UInt16(interface.number),
        payload: request.payload, replyLimit: isIn ? request.replyLimit : 0),
      timeout: timeout)
  }

  /// Waits for a packet on the interrupt endpoint.
  ///
  /// Events are fetched from the moment the pipe is opened, whether anybody waits for them or not, and
  /// the last 64 are kept. A halt, for which there is no call of its own, is ended before it is thrown.
  ///
  /// - Throws: `TransferError`.
  public func receiveEvent(timeout: Duration) async throws -> [UInt8] {
    let events = claimed.events
    return try await events.perform {
      do throws(TransferError) {
        return try await events.takePacket(timeout)
      } catch {
        guard error != .timedOut, error != .cancelled else { throw error }
        if error == .stalled { try await clearHaltOfOperation(events, interface.interrupt.address) }
        throw await claimed.explain(error)
      }
    }
  }
}
