import Glibc
import Pinstripe
import PinstripeKeys
import PinstripeMTP
import PinstripeProfile
import PinstripeProfiles
import PinstripeTestSupport
import TestTools
import Testing

/// What a descriptor on a player is worth, and what it changes.
struct DescriptorTests {
  private let folder = TemporaryFolder()
  private let store: KeyStore
  private let device: KeyStore.Device
  private var memory: DescriptorMemory { DescriptorMemory(folder: folder("descriptors")) }

  init() throws {
    let location = folder("keys.pks")
    store = try KeyStore.create(at: location, lock: .keyFile(location + ".key"))
    device = try store.addDevice(try Keybox.makeTest(), name: "Player")
  }

  private func make(
    version: UInt32 = 1, suites: UInt32 = 6, formats: UInt32 = 0, keySlots: Int = 16,
    maps: Bool = true, publicKey: [UInt8]? = nil, key: PlaybackKey? = nil
  ) throws -> DeviceDescriptor {
    try DeviceDescriptor(
      of: try key ?? store.playbackKey(for: device.id), version: version, suites: suites,
      formats: formats, keySlots: keySlots, readsFrameMaps: maps, publicKey: publicKey)
  }

  private func judge(_ descriptor: DeviceDescriptor) throws(PinstripeError)
    -> DescriptorTrust.Verdict
  {
    try DescriptorTrust(memory, store).judge(descriptor, of: "Player")
  }

  // MARK: Trust

  @Test func oneThatIsAuthenticCountsAndIsRemembered() throws {
    let first = try make()
    #expect(try judge(first) == .authentic)
    #expect(memory.descriptor(of: device.id) == first)
    let second = try make(version: 2, suites: 2)
    #expect(try judge(second) == .authentic)
    #expect(memory.descriptor(of: device.id) == second)
    #expect(TestFile.mode(folder("descriptors/\(device.id).pdev")).map { $0 & 0o777 } == 0o600)
  }

  /// An old one can be put back by whoever copied it.
  @Test func anOldOneIsRefused() throws {
    #expect(try judge(make(version: 3)) == .authentic)
    for version in [1, 2] as [UInt32] {
      let error = failure { _ = try judge(make(version: version)) }
      #expect(error?.code == .playerRefused && error?.message.contains("older") == true)
    }
    let same = failure { _ = try judge(make(version: 3, suites: 2)) }
    #expect(same?.message.contains("changed without a new version") == true)
    #expect(try judge(make(version: 3)) == .authentic)
  }

  /// A public key that changes is how somebody gets between.
  @Test func aChangedPublicKeyIsRefusedUntilAPersonTrustsIt() throws {
    let key = [UInt8](repeating: 1, count: 32)
    #expect(try judge(make()) == .authentic)
    #expect(try judge(make(version: 2, publicKey: key)) == .authentic, "the first one")
    for publicKey in [nil, [UInt8](repeating: 2, count: 32)] {
      let error = failure { _ = try judge(make(version: 3, publicKey: publicKey)) }
      #expect(error?.code == .playerRefused && error?.message.contains("public key") == true)
    }
    let other = try make(version: 3, publicKey: [UInt8](repeating: 2, count: 32))
    try memory.remember(other)
    #expect(try judge(other) == .authentic)
  }

  @Test func oneThatIsEditedIsRefused() throws {
    var bytes = try make().bytes
    bytes[44] = 1
    let edited = try DeviceDescriptor(decoding: bytes.span)
    #expect(failure { _ = try judge(edited) }?.code == .keys)
    #expect(memory.descriptor(of: device.id) == nil)
  }

  /// Tracks of another epoch would not play.
  @Test func anotherEpochIsAnError() throws {
    let secret = try store.playbackKey(for: device.id).secret
    let newer = try PlaybackKey(
      deviceID: device.id, epoch: 2, isTest: true, name: "", secret: secret)
    let behind = failure { _ = try judge(make(key: newer)) }
    #expect(behind?.code == .keys && behind?.message.contains("import its newer") == true)
    let old = try make()
    try store.importPlaybackKey(newer)
    let ahead = failure { _ = try judge(old) }
    #expect(
      ahead?.message.contains("is at epoch 1 of its key and the key store at epoch 2") == true)
    #expect(try judge(make(version: 2)) == .authentic)
  }

  @Test func withoutAKeyOnlyWhatAPersonTrustedCounts() throws {
    let stranger = try Keybox.makeTest().playbackKey(name: "")
    let descriptor = try make(key: stranger)
    for trust in [DescriptorTrust(memory, store), DescriptorTrust(memory)] {
      #expect(try trust.judge(descriptor, of: "Player") == .untrusted)
    }
    try memory.remember(descriptor)
    for trust in [DescriptorTrust(memory, store), DescriptorTrust(memory)] {
      #expect(try trust.judge(descriptor, of: "Player") == .pinned)
    }
    #expect(try judge(make(version: 2, key: stranger)) == .untrusted, "a later one is not pinned")
    try memory.remember(make(version: 3, key: stranger))
    #expect(failure { _ = try judge(descriptor) }?.code == .playerRefused)
  }

  // MARK: What it refines

  /// Whatever it says, protection is at least what the profile asks.
  @Test func protectionIsNeverWeakened() throws {
    let profiles = try ProfileRegistry.builtIn().profiles + [.careful]
    let descriptors = try [2, 4, 6].flatMap { suites in
      try [1, 16].flatMap { slots in
        try [true, false].map { maps in
          try make(suites: suites, formats: 0xFFF, keySlots: slots, maps: maps)
        }
      }
    }
    var strict = DeviceProfile(id: "strict", name: "")
    strict.protection.integrity = .chunks
    strict.protection.metadata = .hidden
    strict.protection.formats = [
      .mp3: FormatPattern(pattern: .every, stride: 4), .ogg: .init(pattern: .automatic),
    ]
    for profile in profiles + [strict] {
      for descriptor in descriptors {
        let refined = profile.refined(by: descriptor)
        let (before, after) = (profile.protection, refined.protection)
        #expect(refined.decoder == .pinstripe)
        #expect(after.integrity == before.integrity && after.metadata == before.metadata)
        #expect(after.stride == before.stride && after.phase == before.phase)
        #expect(after.pattern == before.pattern || after.pattern == .full)
        for (format, rule) in before.formats {
          #expect(after.formats[format] == rule || after.formats[format]?.pattern == .full)
        }
        #expect(descriptor.suites >> UInt32(after.suite) & 1 == 1)
        #expect(after.keySlots <= before.keySlots)
        #expect(refined.formats == profile.formats ?? descriptor.audioFormats)
        var rest = refined
        (rest.decoder, rest.protection) = (profile.decoder, profile.protection)
        rest.formats = profile.formats
        #expect(rest == profile, "nothing else changes")
      }
    }
  }

  @Test func whatTheProfileLeavesOpenIsFilledIn() throws {
    let open = DeviceProfile(id: "open", name: "")
    let refined = open.refined(
      by: try make(
        suites: 4, formats: DeviceDescriptor.bits(of: [.mp3, .flac, .aiff]), maps: false))
    #expect(refined.formats.map { Set($0.keys) } == [.mp3, .flac, .aiff])
    #expect(refined.protection.suite == 2 && refined.protection.pattern == .full)
    #expect(DeviceDescriptor.bits(of: [.mp3, .wav, .aiff]) == 1 | 2 | 1 << 11)
    #expect(open.refined(by: try make()).formats == nil)
  }

  // MARK: Where it is found

  @Test func itIsFoundOverMTP() async throws {
    let player = Player()
    let transport = try await player.connect()
    #expect(try await transport.descriptor() == nil)
    let place = player.responder.add("Pinstripe", format: .association)
    #expect(try await transport.descriptor() == nil)
    let descriptor = try make()
    let file = player.responder.add("device.pdev", content: .bytes(descriptor.bytes), in: place)
    #expect(try await transport.descriptor() == descriptor)
    _ = file
    await transport.close()
  }

  @Test func itIsFoundOnAVolume() async throws {
    let transport = try VolumeTransport(root: folder.path, profile: .careful)
    #expect(try await transport.descriptor() == nil)
    mkdir(folder("Pinstripe"), 0o755)
    #expect(try await transport.descriptor() == nil)
    let descriptor = try make()
    TestFile.write(descriptor.bytes, to: folder("Pinstripe/device.pdev"))
    #expect(try await transport.descriptor() == descriptor)
  }

  /// A file that is none is an error that names it, however large it is.
  @Test func whatIsNoDescriptorIsAnError() async throws {
    let volume = try VolumeTransport(root: folder.path, profile: .careful)
    mkdir(folder("Pinstripe"), 0o755)
    for size in [0, 1, 127, 129, 100_000] {
      let bytes = Array((try make().bytes + TestFile.content(size)).dropFirst(size < 128 ? 128 : 0))
      TestFile.write(bytes, to: folder("Pinstripe/device.pdev"))
      let player = Player()
      let place = player.responder.add("Pinstripe", format: .association)
      player.responder.add("device.pdev", content: .bytes(bytes), in: place)
      let mtp = try await player.connect()
      for transport in [volume, mtp] as [any Transport] {
        do {
          _ = try await transport.descriptor()
          Issue.record("\(size) bytes pass")
        } catch {
          #expect(error.code == .keys && error.message.contains("device.pdev"), "\(error)")
        }
      }
      await mtp.close()
    }
  }
}
