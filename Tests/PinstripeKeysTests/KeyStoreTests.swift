import Testing

@testable import PinstripeKeys

struct KeyStoreTests {
  let folder: TemporaryFolder
  let store: KeyStore

  init() throws {
    folder = try TemporaryFolder(onDisk: true)
    store = try KeyStore.create(at: folder.file("keys.pks"), lock: passphrase())
  }

  func reopened() throws -> KeyStore {
    try KeyStore.open(at: folder.file("keys.pks"), unlock: passphrase())
  }

  @Test func startsEmptyAndPrivate() throws {
    #expect(store.devices.isEmpty)
    #expect(try reopened().devices.isEmpty)
    #expect(try folder.mode(of: "keys.pks") == 0o600)
    #expect(folder.names == ["keys.pks"])
    #expect(store.summary.generation == 1)
    #expect(store.summary.locks.map(\.kind) == [.passphrase])
  }

  @Test func keepsWhatATestDeviceNeeds() throws {
    let box = try Keybox.makeTest()
    let device = try store.addDevice(box, name: "Ann's")
    for store in [store, try reopened()] {
      #expect(store.devices == [device])
      #expect(device.name == "Ann's" && device.isTest && device.hasKeybox && device.epochs == [1])
      let again = try store.keybox(for: box.deviceID)
      #expect(again.deviceSecret.equals(box.deviceSecret))
      #expect(again.epochSalt == box.epochSalt)
      #expect(again.epoch == 1 && again.isTest)
      let key = try store.playbackKey(for: box.deviceID)
      #expect(try key.secret.equals(box.playbackKey(name: "").secret))
      #expect(key.name == "Ann's" && key.isTest && key.epoch == 1)
    }
    #expect(throws: KeyError(.known, "")) { try store.addDevice(box, name: "twice") }
  }

  @Test func refusesTheKeyboxOfAProductionDevice() throws {
    let test = try Keybox.makeTest()
    let box = Keybox(
      deviceID: test.deviceID, epoch: 1, isTest: false, epochSalt: test.epochSalt,
      deviceSecret: test.deviceSecret)
    #expect(throws: KeyError(.argument, "")) { try store.addDevice(box, name: "") }
    #expect(throws: KeyError(.argument, "")) {
      try store.addDevice(test, name: String(repeating: "x", count: 33))
    }
    #expect(store.summary.generation == 1)
  }

  @Test func importsEpochs() throws {
    let id = try DeviceID.random()
    func key(_ epoch: UInt32, isTest: Bool = false, name: String = "") throws -> PlaybackKey {
      try PlaybackKey(
        deviceID: id, epoch: epoch, isTest: isTest, name: name, secret: SystemRandom.secret())
    }
    let keys = [try key(5), try key(2, name: "named later"), try key(9)]
    for key in keys { #expect(try store.importPlaybackKey(key).isNew) }
    #expect(try !store.importPlaybackKey(keys[1]).isNew)
    let again = try reopened()
    #expect(again.devices.map(\.epochs) == [[2, 5, 9]])
    #expect(again.devices.first?.name == "named later")
    #expect(again.devices.first?.epoch == 9)
    #expect(again.devices.first?.hasKeybox == false)
    #expect(try again.playbackKey(for: id).secret.equals(keys[2].secret))
    #expect(try again.playbackKey(for: id, epoch: 2).secret.equals(keys[1].secret))
    #expect(throws: KeyError(.unknown, "")) { try again.playbackKey(for: id, epoch: 3) }
    #expect(throws: KeyError(.unknown, "")) { try again.keybox(for: id) }
    #expect(throws: KeyError(.known, "")) { try again.importPlaybackKey(key(5)) }
    #expect(throws: KeyError(.known, "")) { try again.importPlaybackKey(key(6, isTest: true)) }
  }

  @Test func limitsEpochs() throws {
    let id = try DeviceID.random()
    func add(_ epoch: UInt32) throws {
      try store.importPlaybackKey(
        PlaybackKey(
          deviceID: id, epoch: epoch, isTest: true, name: "", secret: SystemRandom.secret()))
    }
    for epoch in 1...64 as ClosedRange<UInt32> { try add(epoch) }
    #expect(throws: KeyError(.full, "")) { try add(65) }
    #expect(try reopened().devices.first?.epochs.count == 64)
  }

  @Test func removesDevices() throws {
    let boxes = try (0..<3).map { _ in try Keybox.makeTest() }
    for box in boxes { try store.addDevice(box, name: "") }
    try store.removeDevice(boxes[1].deviceID)
    #expect(try reopened().devices.map(\.id) == [boxes[0].deviceID, boxes[2].deviceID])
    #expect(throws: KeyError(.unknown, "")) { try store.removeDevice(boxes[1].deviceID) }
    #expect(throws: KeyError(.unknown, "")) { try store.playbackKey(for: boxes[1].deviceID) }
  }

  @Test func neverReplacesAFile() throws {
    let before = try folder.bytes("keys.pks")
    #expect(throws: KeyError(.exists, "")) {
      try KeyStore.create(at: folder.file("keys.pks"), lock: passphrase())
    }
    #expect(try folder.bytes("keys.pks") == before)
    #expect(folder.names == ["keys.pks"])
  }

  @Test func makesItsFolderPrivate() throws {
    _ = try KeyStore.create(at: folder.file("a/b/keys.pks"), lock: passphrase())
    #expect(try folder.mode(of: "a") == 0o700)
    #expect(try folder.mode(of: "a/b") == 0o700)
  }

  @Test func writesEveryTimeAnew() throws {
    let before = try folder.bytes("keys.pks")
    let box = try Keybox.makeTest()
    try store.addDevice(box, name: "")
    try store.removeDevice(box.deviceID)
    let after = try folder.bytes("keys.pks")
    #expect(after.count == before.count)
    #expect(after[40..<52] != before[40..<52], "the nonce")
    #expect(try reopened().summary.generation == 3)
    #expect(try folder.mode(of: "keys.pks") == 0o600)
  }

  @Test func backsUpAndRestores() throws {
    let box = try Keybox.makeTest()
    try store.addDevice(box, name: "kept")
    try store.backUp(to: folder.file("copy.pks"))
    #expect(try folder.bytes("copy.pks") == folder.bytes("keys.pks"))
    #expect(try folder.mode(of: "copy.pks") == 0o600)
    #expect(throws: KeyError(.exists, "")) { try store.backUp(to: folder.file("copy.pks")) }

    try store.removeDevice(box.deviceID)
    let copy = folder.file("copy.pks")
    #expect(throws: KeyError(.exists, "")) {
      try KeyStore.restore(copy, to: folder.file("keys.pks"), unlock: passphrase())
    }
    #expect(throws: KeyError(.wrongLock, "")) {
      try KeyStore.restore(
        copy, to: folder.file("keys.pks"), unlock: passphrase("wrong"), replacing: true)
    }
    #expect(try reopened().devices.isEmpty)
    let restored = try KeyStore.restore(
      copy, to: folder.file("keys.pks"), unlock: passphrase(), replacing: true)
    #expect(restored.devices.map(\.name) == ["kept"])
    #expect(try reopened().devices.map(\.name) == ["kept"])
  }

  @Test func refusesToBackUpADamagedFile() throws {
    var bytes = try folder.bytes("keys.pks")
    bytes[100] ^= 1
    try folder.write(bytes, to: "keys.pks")
    #expect(throws: KeyError(.damaged, "")) { try store.backUp(to: folder.file("copy.pks")) }
    #expect(folder.names == ["keys.pks"])
  }

  @Test func namesTheFile() throws {
    let missing = folder.file("none.pks")
    #expect {
      _ = try KeyStore.open(at: missing, unlock: passphrase())
    } throws: { error in
      "\(error)" == "\(missing): there is no such file; check the path"
    }
    #expect {
      _ = try store.removeDevice(DeviceID.random())
    } throws: { error in
      "\(error)".hasPrefix(folder.file("keys.pks") + ": the key store holds no device ")
    }
  }

  @Test func followsALinkAndLeavesItOne() throws {
    try folder.link("link.pks", to: "keys.pks")
    let linked = try KeyStore.open(at: folder.file("link.pks"), unlock: passphrase())
    try linked.addDevice(Keybox.makeTest(), name: "")
    #expect(folder.isLink("link.pks"))
    #expect(try reopened().devices.count == 1)
  }
}
