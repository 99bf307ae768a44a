import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeTestSupport
import Synchronization

/// Puts a player of `PinstripeTestSupport` on a gadget's endpoints: the same player, over real USB.
///
/// One thread moves bulk bytes, one answers what comes to endpoint 0, one reports events.
final class FunctionFSPlayer: Sendable {
  private let player: any PlayerEnd
  private let control: Endpoint
  private let bulkIn: Endpoint
  private let bulkOut: Endpoint
  private let interrupt: Endpoint
  private let readSize: Int
  private let packetSize: Int
  /// Microseconds of sleep before each read from the bulk endpoint.
  private let pause: UInt32
  /// The Cancel that the bulk thread has yet to carry out.
  private let pendingCancel = Mutex<ClassRequest?>(nil)

  /// - Parameters:
  ///   - folder: Where functionfs is mounted.
  ///   - packetSize: wMaxPacketSize of the bulk endpoints at the speed that it will have.
  ///   - readSize: The most bytes that are read at a time, a multiple of 1024.
  init(
    _ player: any PlayerEnd, folder: String, packetSize: Int, readSize: Int, pause: UInt32
  ) throws(Failure) {
    self.player = player
    self.packetSize = packetSize
    self.readSize = readSize
    self.pause = pause
    control = try Endpoint(folder + "/ep0")
    guard control.write(FunctionFS.descriptors) > 0, control.write(FunctionFS.strings) > 0 else {
      throw Failure("the kernel refuses the descriptors")
    }
    bulkIn = try Endpoint(folder + "/ep1")
    bulkOut = try Endpoint(folder + "/ep2")
    interrupt = try Endpoint(folder + "/ep3")
  }

  /// Plays until the process is killed.
  func run() {
    // Without SA_RESTART, so that a signal ends a read or write that a Cancel has made pointless.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGUSR1, &action, nil)
    let bulkThread = pthread_self()
    startThread { $0.answerRequests(interrupting: bulkThread) }
    startThread { $0.reportEvents() }
    moveBytes()
  }

  // MARK: Bulk endpoints

  private func moveBytes() {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      giveUpIfAsked()
      if pause > 0 { usleep(pause) }
      let count = bulkOut.read(into: buffer)
      // Before anything else may change it.
      let error = errno
      // What came before a Cancel belongs to what is given up; nothing comes behind it before it is done.
      guard !isGivingUp else { continue }
      if count < 0 {
        // The cable is out (ESHUTDOWN), or the process stood still for a moment (EINTR).
        if error != EINTR { usleep(10_000) }
        continue
      }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      // The kernel halts an endpoint that is used in the wrong direction.
      do throws(TransferError) {
        try player.take(bytes, endsTransfer: count < readSize)
      } catch {
        _ = bulkOut.write([])
        continue
      }
      do throws(TransferError) {
        try answer(with: buffer)
      } catch {
        _ = bulkIn.read(into: buffer)
      }
    }
  }

  /// Sends what the player has to say.
  private func answer(with buffer: UnsafeMutableRawBufferPointer) throws(TransferError) {
    while !isGivingUp, let reception = try player.give(into: buffer, packetSize: packetSize) {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<reception.count])
      if reception.count > 0, bulkIn.write(bytes) < 0 { return }
      let endsExactly = reception.isEnd && reception.count % packetSize == 0
      if endsExactly, bulkIn.write([]) < 0 { return }
    }
  }

  // MARK: Cancel

  private var isGivingUp: Bool { pendingCancel.withLock { $0 != nil } }

  /// Carries out a Cancel, where the bulk thread holds nothing that was read or is to be written.
  private func giveUpIfAsked() {
    guard let request = pendingCancel.withLock(\.self) else { return }
    _ = try? player.control(request)
    // Not before: the host sends its next command as soon as the player is no longer busy.
    pendingCancel.withLock { $0 = nil }
  }

  // MARK: Endpoint 0

  /// `struct usb_functionfs_event`: 8 bytes of set-up packet, the type, 3 bytes of padding.
  private func answerRequests(interrupting bulkThread: pthread_t) {
    var events = [UInt8](repeating: 0, count: 12 * 4)
    while true {
      if isGivingUp {
        // Again and again, for a signal that comes just before a read or a write begins does not end it.
        pthread_kill(bulkThread, SIGUSR1)
        guard control.isReadable(within: 1) else { continue }
      }
      let count = events.withUnsafeMutableBytes { control.read(into: $0) }
      guard count > 0 else {
        usleep(10_000)
        continue
      }
      for start in stride(from: 0, to: count - 11, by: 12) where events[start + 8] == 4 {
        answerSetup(Array(events[start..<(start + 8)]))
      }
    }
  }

  private func answerSetup(_ setup: [UInt8]) {
    let length = Int(setup[6]) | Int(setup[7]) << 8
    let isIn = setup[0] & 0x80 != 0
    var payload = [UInt8](repeating: 0, count: isIn ? 0 : length)
    if !isIn { _ = payload.withUnsafeMutableBytes { control.read(into: $0) } }
    let request = ClassRequest(
      number: setup[1], payload: payload, replyLimit: isIn ? length : 0)
    guard let reply = try? reply(to: request) else {
      // A request that was read already cannot be refused any more.
      if isIn { _ = payload.withUnsafeMutableBytes { control.read(into: $0) } }
      return
    }
    if isIn { _ = control.write(Array(reply.prefix(length))) }
  }

  private func reply(to request: ClassRequest) throws(TransferError) -> [UInt8] {
    switch request.number {
    case ClassRequest.cancelTransaction(0).number:
      pendingCancel.withLock { $0 = request }
      return []
    case ClassRequest.deviceStatus.number where isGivingUp:
      // PIMA 15740 USB §5.2.4.
      return DeviceStatus(code: .deviceBusy).encoded
    default: return try player.control(request)
    }
  }

  // MARK: Interrupt endpoint

  private func reportEvents() {
    while true {
      if let event = try? player.nextEvent() { _ = interrupt.write(event) } else { usleep(20_000) }
    }
  }

  private func startThread(_ body: @escaping @Sendable (FunctionFSPlayer) -> Void) {
    Worker.start { [self] in body(self) }
  }
}
