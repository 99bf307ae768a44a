import Foundation
import Testing

@testable import PinstripeKeys

struct KeyStoreLockTests {
  let folder: TemporaryFolder
  let path: String
  let keyFile: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("keys.pks")
    keyFile = folder.file("keys.lock")
  }

  func opens(_ lock: KeyStoreLock) -> KeyError? {
    do throws(KeyError) {
      _ = try KeyStore.open(at: path, unlock: lock)
      return nil
    } catch {
      return error
    }
  }

  @Test func makesAKeyFileThatOpens() throws {
    let store = try KeyStore.create(at: path, lock: .keyFile(keyFile))
    #expect(folder.names == ["keys.lock", "keys.pks"])
    #expect(try folder.mode(of: "keys.lock") == 0o600)
    #expect(try folder.bytes("keys.lock").count == 96)
    #expect(store.summary.locks.map(\.label) == ["key file (file permissions only)"])
    #expect(opens(.keyFile(keyFile)) == nil)
    let error = try #require(opens(passphrase()))
    #expect(error.code == .wrongLock)
    #expect(error.reason.contains("key file"))
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o606, 0o644, 0o620, 0o601, 0o610, 0o777])
  func refusesAKeyFileOthersMayOpen(mode: Int) throws {
    _ = try KeyStore.create(at: path, lock: .keyFile(keyFile))
    try folder.setMode(mode, of: "keys.lock")
    let error = try #require(opens(.keyFile(keyFile)))
    #expect(error.code == .permissions)
    #expect("\(error)".hasPrefix(keyFile + ": others than its owner may open"))
    #expect("\(error)".contains("chmod 600"))
    for mode in [0o600, 0o400] {
      try folder.setMode(mode, of: "keys.lock")
      #expect(opens(.keyFile(keyFile)) == nil)
    }
  }

  @Test func refusesAnotherStoresKeyFile() throws {
    _ = try KeyStore.create(at: path, lock: .keyFile(keyFile))
    _ = try KeyStore.create(
      at: folder.file("other.pks"), lock: .keyFile(folder.file("other.lock")))
    #expect(opens(.keyFile(folder.file("other.lock")))?.code == .wrongLock)
    #expect(opens(.keyFile(folder.file("none.lock")))?.code == .notFound)
    #expect(opens(.keyFile(path))?.code == .wrongKind)
  }

  @Test func refusesEveryFlippedByteOfAKeyFile() throws {
    _ = try KeyStore.create(at: path, lock: .keyFile(keyFile))
    let bytes = try folder.bytes("keys.lock")
    func refusal(_ bytes: [UInt8]) throws -> KeyError? {
      try folder.write(bytes, to: "keys.lock")
      try folder.setMode(0o600, of: "keys.lock")
      return opens(.keyFile(keyFile))
    }
    for offset in bytes.indices {
      var damaged = bytes
      damaged[offset] ^= 0x40
      #expect(
        try refusal(damaged)?.code == (offset < 8 ? .wrongKind : .damaged), "byte \(offset)")
    }
    for length in bytes.indices {
      #expect(
        try refusal(Array(bytes[..<length]))?.code == (length < 8 ? .wrongKind : .damaged),
        "\(length) bytes")
    }
    #expect(try refusal(bytes) == nil)
  }

  /// One key file may lock several stores, and is never overwritten.
  @Test func usesAKeyFileAgain() throws {
    _ = try KeyStore.create(at: path, lock: .keyFile(keyFile))
    let bytes = try folder.bytes("keys.lock")
    _ = try KeyStore.create(at: folder.file("second.pks"), lock: .keyFile(keyFile))
    #expect(try folder.bytes("keys.lock") == bytes)
    #expect(opens(.keyFile(keyFile)) == nil)
    try folder.setMode(0o644, of: "keys.lock")
    #expect(throws: KeyError(.permissions, "")) {
      try KeyStore.create(at: folder.file("third.pks"), lock: .keyFile(keyFile))
    }
    #expect(!folder.names.contains("third.pks"))
  }

  @Test func changesThePassphrase() throws {
    let store = try KeyStore.create(at: path, lock: passphrase("old"))
    try store.addDevice(Keybox.makeTest(), name: "kept")
    let former = try folder.bytes("keys.pks")
    #expect(throws: KeyError(.wrongLock, "")) {
      try store.changeLock(from: passphrase("guess"), to: passphrase("new"))
    }
    try store.changeLock(from: passphrase("old"), to: passphrase("new"))
    #expect(try opens(passphrase("old"))?.code == .wrongLock)
    #expect(try opens(passphrase("new")) == nil)
    #expect(store.devices.map(\.name) == ["kept"])

    // The master key of the former file opens nothing written since.
    let then = try SealedKeyStore(decoding: former.span)
    let master = try passphrase("old").unlock(then, calls: .system).master
    let current = try folder.bytes("keys.pks")
    let now = try SealedKeyStore(decoding: current.span)
    #expect(throws: KeyError(.tampered, "")) { try now.open(master: master) }
    try store.addDevice(Keybox.makeTest(), name: "later")
    #expect(store.devices.count == 2)
  }

  @Test func changesOneOfTwoLocks() throws {
    let store = try KeyStore.create(at: path, lock: .keyFile(keyFile))
    try store.addLock(passphrase("first"))
    try store.changeLock(from: passphrase("first"), to: passphrase("second"))
    #expect(try opens(passphrase("first"))?.code == .wrongLock)
    #expect(try opens(passphrase("second")) == nil)
    #expect(opens(.keyFile(keyFile)) == nil)
    #expect(store.summary.locks.count == 2)
  }

  @Test func neverRemovesTheLastLock() throws {
    let store = try KeyStore.create(at: path, lock: passphrase())
    let first = try #require(store.summary.locks.first)
    #expect(throws: KeyError(.lastLock, "")) { try store.removeLock(first.id) }
    #expect(throws: KeyError(.unknown, "")) { try store.removeLock([1, 2, 3]) }
    try store.addLock(.keyFile(keyFile))
    #expect(throws: KeyError(.known, "")) { try store.addLock(.keyFile(keyFile)) }
    try store.removeLock(first.id)
    #expect(try opens(passphrase())?.code == .wrongLock)
    #expect(opens(.keyFile(keyFile)) == nil)
    let last = try #require(store.summary.locks.first)
    #expect(throws: KeyError(.lastLock, "")) { try store.removeLock(last.id) }
  }

  @Test func limitsLocks() throws {
    let store = try KeyStore.create(at: path, lock: passphrase("0"))
    for index in 1..<8 { try store.addLock(passphrase("\(index)")) }
    #expect(throws: KeyError(.full, "")) { try store.addLock(passphrase("8")) }
    for index in 0..<8 { #expect(try opens(passphrase("\(index)")) == nil) }
  }

  @Test func refusesPassphrasesThatAreNone() throws {
    for text in ["", String(repeating: "x", count: 1025)] {
      #expect(throws: KeyError(.passphrase, "")) {
        try KeyStore.create(at: path, lock: passphrase(text))
      }
    }
    #expect(folder.names.isEmpty)
    _ = try KeyStore.create(at: path, lock: passphrase(String(repeating: "x", count: 1024)))
  }

  /// A lock of a later version is carried along; records of later versions are too.
  @Test func keepsWhatItDoesNotKnow() throws {
    let store = try KeyStore.create(at: path, lock: passphrase())
    let content = try secret("of a later version")
    let slot = [3, 0] + [UInt8](repeating: 0xAB, count: 126)
    let later = try #require(try LockSlot(decoding: slot.span, at: 0))
    try store.change { contents throws(KeyError) in
      contents.records.append(
        .other(header: [0x34, 0x12, 0xFF, 0xFF, 18, 0, 0, 0], content: content))
      contents.slots.append(later)
    }
    try store.addDevice(Keybox.makeTest(), name: "new")
    let again = try KeyStore.open(at: path, unlock: passphrase())
    try again.changeLock(from: passphrase(), to: passphrase("other"))
    #expect(again.summary.locks.map(\.kind).contains(.other(3)))
    let bytes = try folder.bytes("keys.pks")
    #expect(
      (0..<8).contains { Array(bytes[64 + 128 * $0..<192 + 128 * $0]) == slot })
    let last = try KeyStore.open(at: path, unlock: passphrase("other"))
    guard case .other(let header, let kept) = last.records.first else {
      Issue.record("the record is gone")
      return
    }
    #expect(header == [0x34, 0x12, 0xFF, 0xFF, 18, 0, 0, 0])
    #expect(kept.equals(content))
    #expect(last.devices.count == 1)
  }

  @Test func findsItsPlace() {
    func find(_ variables: [String: String]) -> KeyStoreLocation? {
      KeyStoreLocation.find { variables[$0] }
    }
    let home = find(["HOME": "/h"])
    #expect(home?.store == "/h/.local/share/pinstripe/keys.pks")
    #expect(home?.keyFile == "/h/.local/share/pinstripe/keys.lock")
    #expect(find(["HOME": "/h", "XDG_DATA_HOME": "/d"])?.store == "/d/pinstripe/keys.pks")
    #expect(find(["HOME": "/h", "XDG_DATA_HOME": "d"])?.store == home?.store)
    #expect(find(["HOME": "/h", "PINSTRIPE_KEYS": "x/y.pks"])?.store == "x/y.pks")
    #expect(find(["PINSTRIPE_KEYS": "x/y"])?.keyFile == "x/y.lock")
    #expect(find(["PINSTRIPE_KEYS": "", "HOME": ""])?.store == nil)
  }
}
