import Foundation
import Synchronization
import Testing

@testable import PinstripeKeys

/// Several programs with one store; each thread here opens it for itself, as a program does.
struct KeyStoreWritersTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("keys.pks")
  }

  @Test func seesWhatAnotherWrote() throws {
    let first = try KeyStore.create(at: path, lock: passphrase())
    let second = try KeyStore.open(at: path, unlock: passphrase())
    try first.addDevice(Keybox.makeTest(), name: "one")
    try second.addDevice(Keybox.makeTest(), name: "two")
    #expect(second.devices.map(\.name) == ["one", "two"])
    try first.addDevice(Keybox.makeTest(), name: "three")
    #expect(first.devices.map(\.name) == ["one", "two", "three"])
    // Both see a device that the other removed.
    let id = try #require(second.devices.first).id
    try second.removeDevice(id)
    #expect(throws: KeyError(.unknown, "")) { try first.removeDevice(id) }
  }

  /// The worst moment: between one writer's opening the file and its locking it, another replaces it.
  @Test func locksTheFileThatIsThere() throws {
    _ = try KeyStore.create(at: path, lock: passphrase())
    let (path, lock, box) = (path, try passphrase(), try Keybox.makeTest())
    let other = Mutex<[String]>([])
    let calls = FileCalls { call in
      guard case .lock = call, other.withLock({ $0.isEmpty }) else { return nil }
      let outcome = Result { () throws(KeyError) in
        try KeyStore.open(at: path, unlock: lock).addDevice(box, name: "between").name
      }
      other.withLock { $0.append("\(outcome)") }
      return nil
    }
    let store = try KeyStore.open(at: path, unlock: lock, calls: calls)
    try store.addDevice(Keybox.makeTest(), name: "last")
    #expect(other.withLock { $0 } == ["success(\"between\")"])
    #expect(store.devices.map(\.name) == ["between", "last"])
  }

  @Test func losesNothingOfManyWriters() throws {
    _ = try KeyStore.create(at: path, lock: passphrase())
    let failures = Mutex<[String]>([])
    let path = path
    let lock = try passphrase()
    DispatchQueue.concurrentPerform(iterations: 8) { writer in
      do throws(KeyError) {
        let store = try KeyStore.open(at: path, unlock: lock)
        for index in 0..<6 {
          try store.addDevice(Keybox.makeTest(), name: "\(writer).\(index)")
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let store = try KeyStore.open(at: path, unlock: lock)
    let expected = (0..<8).flatMap { writer in (0..<6).map { "\(writer).\($0)" } }
    #expect(Set(store.devices.map(\.name)) == Set(expected))
    #expect(store.summary.generation == 49)
    #expect(folder.names == ["keys.pks"])
  }

  @Test func saysWhenTheStoreIsAnotherOne() throws {
    let store = try KeyStore.create(at: path, lock: passphrase())
    try folder.remove("keys.pks")
    #expect(throws: KeyError(.notFound, "")) { try store.addDevice(Keybox.makeTest(), name: "") }
    _ = try KeyStore.create(at: path, lock: passphrase())
    #expect(throws: KeyError(.replaced, "")) { try store.addDevice(Keybox.makeTest(), name: "") }
    #expect(try KeyStore.open(at: path, unlock: passphrase()).devices.isEmpty)
  }

  @Test func saysWhenTheOnlyLockChanged() throws {
    let first = try KeyStore.create(at: path, lock: passphrase("old"))
    let second = try KeyStore.open(at: path, unlock: passphrase("old"))
    try second.changeLock(from: passphrase("old"), to: passphrase("new"))
    #expect(throws: KeyError(.replaced, "")) { try first.addDevice(Keybox.makeTest(), name: "") }
    #expect(throws: KeyError(.wrongLock, "")) {
      try second.changeLock(from: passphrase("old"), to: passphrase("third"))
    }
  }
}
