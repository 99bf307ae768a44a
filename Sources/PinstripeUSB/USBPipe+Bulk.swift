public import PinstripePipe
internal import Synchronization

extension USBPipe {
  /// Sends one transfer, up to `queueDepth` buffers of it at once. `libusb_submit_transfer`
  ///
  /// After an error nothing of it is in flight any more.
  ///
  /// - Throws: `TransferError`, or whatever `fill` threw; `fault` with `LIBUSB_ERROR_INVALID_PARAM`
  ///   when it claims more than the buffer holds, with `LIBUSB_ERROR_IO` when the kernel took less
  ///   than it was given.
  public func send(
    end: TransferEnd, timeout: Duration,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    let output = claimed.output
    return try await sendAll(timeout) {
      var sent: UInt64 = 0
      var isLast = false
      while !isLast {
        if output.isFull { try await takeSent(timeout) }
        let count = try unsafe fill(output.nextBuffer)
        guard (0...output.bufferSize).contains(count) else {
          throw TransferError(.invalidParameter)
        }
        isLast = count < output.bufferSize
        if count > 0 { try submit(count) }
        sent += UInt64(count)
      }
      if end == .shortPacket, sent % UInt64(outPacketSize) == 0 {
        if output.isFull { try await takeSent(timeout) }
        try submit(0)
      }
      return sent
    }
  }

  /// Sends short transfers, all of them under way at once as far as `queueDepth` lets them.
  ///
  /// - Throws: `TransferError`; `fault` with `LIBUSB_ERROR_INVALID_PARAM` when one is longer than a
  ///   buffer.
  public func send(_ transfers: [[UInt8]], timeout: Duration) async throws -> UInt64 {
    let output = claimed.output
    return try await sendAll(timeout) {
      var sent: UInt64 = 0
      for transfer in transfers {
        guard transfer.count <= output.bufferSize else { throw TransferError(.invalidParameter) }
        if output.isFull { try await takeSent(timeout) }
        unsafe output.nextBuffer.copyBytes(from: transfer)
        if !transfer.isEmpty { try submit(transfer.count) }
        sent += UInt64(transfer.count)
        guard transfer.count % outPacketSize == 0 else { continue }
        if output.isFull { try await takeSent(timeout) }
        try submit(0)
      }
      return sent
    }
  }

  /// Submits transfers and waits until all of them went out; after an error none is in flight any more.
  private func sendAll(
    _ timeout: Duration, _ submitAll: () async throws -> UInt64
  ) async throws -> UInt64 {
    let output = claimed.output
    await clearEarlyStall()
    return try await output.perform {
      do {
        let sent = try await submitAll()
        do {
          while !output.isEmpty { try await takeSent(timeout) }
        } catch TransferError.timedOut {
          // What goes out between the deadline and the cancel was sent, and a caller who sent it again
          // would say it twice.
          await output.cancelAndDrain()
          guard output.isSent else { throw TransferError.timedOut }
          output.discard()
        }
        await clearEarlyStall()
        return sent
      } catch {
        await output.cancelAndDrain()
        output.discard()
        throw await claimed.explain(error)
      }
    }
  }

  private func submit(_ count: Int) throws(TransferError) {
    try claimed.output.submitNext(length: count)
    // After the first buffer, so that the answer is waited for but nothing waits for that.
    if postsReceivesEarly.load(ordering: .relaxed) { claimed.input.postEarly() }
  }

  /// Ends a halt of the IN endpoint that came before anybody asked it for bytes.
  ///
  /// A device that refuses what it is sent halts the OUT endpoint as well, and the send fails. One
  /// that takes it, and yet halts a reception posted early, only has nothing to say yet.
  private func clearEarlyStall() async {
    guard claimed.input.hasStalledIdle else { return }
    postsReceivesEarly.store(false, ordering: .relaxed)
    // If it cannot be cleared, the next reception says so.
    try? await clearStall(.in)
  }

  /// Waits for the oldest buffer to be sent.
  private func takeSent(_ timeout: Duration) async throws(TransferError) {
    let completion = try await claimed.output.waitForHead(timeout)
    if let error = completion.error { throw error }
    guard completion.count == claimed.output.headTransfer.length else {
      throw TransferError(.inputOutput)
    }
    claimed.output.popHead()
  }

  /// Receives one buffer's worth of the next transfer. `libusb_submit_transfer`
  ///
  /// When a transfer fails after some bytes, they are delivered first, and the next call throws.
  ///
  /// - Throws: `TransferError`, or whatever `consume` threw; the bytes count as delivered then.
  public func receive(
    timeout: Duration, consume: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reception {
    let input = claimed.input
    return try await input.perform {
      try postReceives()
      let completion = try await input.waitForHead(timeout)
      if let error = completion.error, completion.count == 0 {
        await input.cancelAndDrain()
        input.discard()
        isStreaming.store(false, ordering: .relaxed)
        throw await claimed.explain(error)
      }
      let transfer = input.headTransfer
      defer {
        switch completion.error {
        case nil, .cancelled: input.popHead()
        default: input.stripHead()
        }
      }
      let count = min(completion.count, transfer.length)
      let isEnd = completion.error == nil && count < transfer.length
      isStreaming.store(!isEnd, ordering: .relaxed)
      try unsafe consume(UnsafeRawBufferPointer(rebasing: transfer.memory[..<count]))
      return Reception(count: count, isEnd: isEnd)
    }
  }

  /// Takes back the receptions that wait for the device, and forgets what they hold.
  /// `libusb_cancel_transfer`
  public func dropReceptions() async {
    let input = claimed.input
    // Another operation, or none any more: then there is nobody whose bytes these would be.
    try? await input.perform {
      await input.cancelAndDrain()
      input.discard()
    }
    isStreaming.store(false, ordering: .relaxed)
  }

  private func postReceives() throws(TransferError) {
    let isAhead =
      postsReceivesEarly.load(ordering: .relaxed) && isStreaming.load(ordering: .relaxed)
    try claimed.input.post(upTo: isAhead ? claimed.input.depth : 1)
  }
}
