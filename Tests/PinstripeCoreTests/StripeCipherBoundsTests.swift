import CPinstripe
import Testing

@testable import PinstripeCore

/// No byte outside the buffers is touched: they end, or start, at a page that nobody may access.
struct StripeCipherBoundsTests {
  @Test func staysInsideInPlace() throws {
    let provider = KnownKeystream()
    for edge in GuardedBuffer.Edge.allCases {
      let scratch = GuardedBuffer(count: 256, at: edge)
      let count = try StripeCipherTests.forEach(lengths: [1, 7, 8, 9, 300, 4096]) { one in
        guard one.length < 300 || one.offset < 1000 else { return }
        let buffer = GuardedBuffer(one.content, at: edge)
        var cipher = try provider.cipher(every: one.stride, phase: one.phase, suite: one.suite)
        var span = buffer.bytes.mutableSpan
        var keystream = scratch.bytes.mutableSpan
        try cipher.apply(at: one.offset, to: &span, scratch: &keystream)
        if Array(buffer.bytes) != one.expected { Issue.record("\(one), \(edge)") }
      }
      #expect(count > 4000)
    }
  }

  /// The source is read-only here, too.
  @Test func staysInsideOutOfPlace() throws {
    let provider = KnownKeystream()
    for edge in GuardedBuffer.Edge.allCases {
      let scratch = GuardedBuffer(count: 300, at: edge)
      _ = try StripeCipherTests.forEach(
        strides: [1, 3, 10, 100, 65535], lengths: [1, 8, 300, 4096, 40_000]
      ) { one in
        guard one.length < 4096 || one.offset == 1 else { return }
        let source = GuardedBuffer(one.content, at: edge)
        source.makeReadOnly()
        let target = GuardedBuffer(count: one.length, at: edge)
        var cipher = try provider.cipher(every: one.stride, phase: one.phase, suite: one.suite)
        let content = source.bytes.span
        var span = target.bytes.mutableSpan
        var keystream = scratch.bytes.mutableSpan
        try cipher.apply(at: one.offset, from: content, to: &span, scratch: &keystream)
        if Array(target.bytes) != one.expected { Issue.record("\(one), \(edge)") }
      }
    }
  }

  /// The whole way through the C API, every buffer between guards.
  @Test func staysInsideThroughC() throws {
    let vectors = try VectorFolder.read("refusals.json", as: RefusalVectors.self)
    for (name, base) in vectors.bases.sorted(by: { $0.key < $1.key }) {
      for edge in GuardedBuffer.Edge.allCases {
        let file = TestFile(base.file.bytes)
        let player = Player()
        let keybox = GuardedBuffer(base.keybox.bytes, at: edge)
        keybox.makeReadOnly()
        #expect(player.insert(keybox: Array(keybox.bytes)) == PINSTRIPE_OK)
        let work = GuardedBuffer(count: Int(PINSTRIPE_WORK_SIZE_OPENING), at: edge)
        let decoder = GuardedBuffer(count: Int(PINSTRIPE_DECODER_SIZE), at: edge)
        let context = UnsafeMutableRawPointer(decoder.pointer)
          .assumingMemoryBound(to: pinstripe_decoder.self)
        let status = pinstripe_open(
          context, player.keys.table, file.storage, player.recipients, 1,
          PINSTRIPE_OPEN_ALLOW_CLEAR, work.pointer, work.bytes.count)
        #expect(status == PINSTRIPE_OK, "\(name), \(edge)")
        let small = GuardedBuffer(count: Int(PINSTRIPE_WORK_SIZE_PLAYING), at: edge)
        #expect(pinstripe_set_work(context, small.pointer, small.bytes.count) == PINSTRIPE_OK)
        let content = VectorFolder.content(base.length)
        for start in 0..<base.length {
          for length in [1, 5, base.length - start] where start + length <= base.length {
            let stored = Array(base.file.bytes[4096 + start..<4096 + start + length])
            let source = GuardedBuffer(stored, at: edge)
            source.makeReadOnly()
            let target = GuardedBuffer(count: length, at: edge)
            let status = pinstripe_xor_at(
              context, UInt64(start), source.pointer, target.pointer, length)
            if status != PINSTRIPE_OK
              || Array(target.bytes) != Array(content[start..<start + length])
            {
              Issue.record("\(name), \(edge), \(start)+\(length): \(Statuses.name(status))")
            }
          }
        }
        pinstripe_wipe(context)
      }
    }
  }

  /// Keyboxes of every length.
  @Test func readsKeyboxesInside() throws {
    let keybox = try VectorFolder.read("keys.json", as: KeyVectors.self).ladder[0].keybox.bytes
    let keys = OpenSSLKeys()
    for edge in GuardedBuffer.Edge.allCases {
      for length in 1...130 {
        let bytes = GuardedBuffer(Array((keybox + [0, 0]).prefix(length)), at: edge)
        bytes.makeReadOnly()
        var box = pinstripe_keybox()
        box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
        box.abi_version = PINSTRIPE_ABI_VERSION
        var secret = [UInt8](repeating: 0, count: 32)
        let status = pinstripe_keybox_read(keys.table, bytes.pointer, length, 1, &box, &secret)
        #expect(status == (length == 128 ? PINSTRIPE_OK : PINSTRIPE_E_KEYBOX), "\(length)")
      }
    }
  }
}
