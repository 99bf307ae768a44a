import Foundation
import Glibc
import Testing

@testable import PinstripeKeys

/// Every file call fails once, and every one from it on as when the power goes; afterwards the store is
/// the former one or the new one and takes changes.
struct KeyStoreFaultTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A store with one device, of which a copy is kept.
  func prepare() throws {
    _ = try? folder.remove("keys.pks")
    let store = try KeyStore.create(at: folder.file("keys.pks"), lock: passphrase())
    try store.addDevice(Keybox.makeTest(), name: "first")
  }

  /// How many devices there are, by a program that was not there.
  func count() throws -> Int {
    try KeyStore.open(at: folder.file("keys.pks"), unlock: passphrase()).devices.count
  }

  /// Opens the store and adds a device; the error, or nil.
  func add(_ box: Keybox, _ calls: FileCalls) -> KeyError? {
    do throws(KeyError) {
      let store = try KeyStore.open(
        at: folder.file("keys.pks"), unlock: passphrase(), calls: calls)
      try store.addDevice(box, name: "second")
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [false, true], [ENOSPC, EIO])
  func aChangeHappensOrDoesNot(forGood: Bool, number: Int32) throws {
    let box = try Keybox.makeTest()
    var failures = 0
    for call in 0..<100 {
      try prepare()
      let faults = Faults(call..<(forGood ? .max : call + 1), number: number)
      let what = "call \(call), for good: \(forGood), errno \(number)"
      if let error = add(box, faults.fileCalls) {
        failures += 1
        #expect(error.systemError == number, "\(what): \(error)")
        #expect("\(error)".hasPrefix(folder.path), "\(what): \(error)")
        let after = try count()
        #expect(after == 1 || after == 2, "\(what)")
        // Nothing that the crash left behind is in the way.
        let store = try KeyStore.open(at: folder.file("keys.pks"), unlock: passphrase())
        try store.addDevice(Keybox.makeTest(), name: "third")
        #expect(try count() == after + 1, "\(what)")
        #expect(folder.names == ["keys.pks"], "\(what)")
      } else {
        #expect(try count() == 2, "\(what)")
        if faults.calls <= call { break }
        // Succeeding in spite of a fault is right for a call that only tidies up.
        #expect(!forGood, "\(what)")
      }
      #expect(call < 99, "the calls never end")
    }
    #expect(failures >= 12, "a change makes that many calls")
  }

  @Test(arguments: [false, true])
  func creatingHappensOrDoesNot(forGood: Bool) throws {
    for call in 0..<100 {
      for name in folder.names { try folder.remove(name) }
      let faults = Faults(call..<(forGood ? .max : call + 1), number: ENOSPC)
      let store = try? KeyStore.create(
        at: folder.file("keys.pks"), lock: .keyFile(folder.file("keys.lock")),
        calls: faults.fileCalls)
      if store != nil, faults.calls <= call { return }
      let lock = KeyStoreLock.keyFile(folder.file("keys.lock"))
      if folder.names.contains("keys.pks") {
        #expect(throws: Never.self, "call \(call)") {
          try KeyStore.open(at: folder.file("keys.pks"), unlock: lock)
        }
      } else {
        #expect(store == nil, "call \(call)")
        #expect(throws: Never.self, "call \(call)") {
          try KeyStore.create(at: folder.file("keys.pks"), lock: lock)
        }
      }
    }
    Issue.record("the calls never end")
  }

  /// A failed change leaves the object as it was.
  @Test func theObjectStaysTheFormerOne() throws {
    try prepare()
    let faults = Faults(0..<0, number: 0)
    let counted = try KeyStore.open(
      at: folder.file("keys.pks"), unlock: passphrase(), calls: faults.fileCalls)
    let opening = faults.calls
    let failing = Faults(opening + 8..<opening + 9, number: ENOSPC)
    let store = try KeyStore.open(
      at: folder.file("keys.pks"), unlock: passphrase(), calls: failing.fileCalls)
    #expect(throws: KeyError(.system, "")) {
      try store.addDevice(Keybox.makeTest(), name: "second")
    }
    #expect(store.devices.map(\.name) == ["first"])
    try store.addDevice(Keybox.makeTest(), name: "second")
    #expect(store.devices.map(\.name) == ["first", "second"])
    #expect(counted.devices.map(\.name) == ["first"])
  }

  /// A real full disk: a file system of 16 KiB, which needs root to mount.
  @Test(.enabled(if: geteuid() == 0, "skipped: mounting a small file system needs root"))
  func losesNothingOnAFullDisk() throws {
    let disk = folder.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    guard run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk) else {
      print("skipped: mounting a tmpfs is not allowed here")
      return
    }
    defer { _ = run("umount", disk) }
    let path = disk + "/keys.pks"
    let store = try KeyStore.create(at: path, lock: passphrase())
    var added = 0
    var error: KeyError?
    while error == nil, added < 200 {
      do throws(KeyError) {
        try store.addDevice(Keybox.makeTest(), name: "\(added)")
        added += 1
      } catch let failure {
        error = failure
      }
    }
    let refused = try #require(error)
    #expect(refused.systemError == ENOSPC)
    #expect("\(refused)".contains("nothing was changed"))
    #expect(added > 2)
    #expect(store.devices.count == added)
    #expect(try KeyStore.open(at: path, unlock: passphrase()).devices.count == added)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == ["keys.pks"])
    // With room again, it goes on.
    let first = try #require(store.devices.first)
    try store.removeDevice(first.id)
    #expect(try KeyStore.open(at: path, unlock: passphrase()).devices.count == added - 1)
  }

  private func run(_ arguments: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
