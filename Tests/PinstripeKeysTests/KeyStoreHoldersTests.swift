import Foundation
import Testing

@_spi(Fuzzing) @testable import PinstripeKeys

/// Users' and groups' keys in the store.
struct KeyStoreHoldersTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("keys.pks")
  }

  func open() throws -> KeyStore { try KeyStore.open(at: path, unlock: passphrase()) }

  @Test func keepsGenerations() throws {
    let store = try KeyStore.create(at: path, lock: passphrase())
    let device = try store.addDevice(Keybox.makeTest(), name: "player")
    let first = try SharedKey.make(.group, name: "family")
    #expect(try store.addSharedKey(first).isNew)
    #expect(try !store.addSharedKey(first).isNew)
    #expect(try store.retire(first.id).generations == [1, 2])
    #expect(try store.retire(first.id).generation == 3)
    let again = try open()
    #expect(again.holders == store.holders && again.holders.map(\.name) == ["family"])
    #expect(again.devices == [device])
    #expect(try again.sharedKey(for: first.id, generation: 1).secret.equals(first.secret))
    let (second, newest) = (
      try again.sharedKey(for: first.id, generation: 2), try again.sharedKey(for: first.id)
    )
    #expect(newest.generation == 3 && newest.kind == .group && newest.name == "family")
    #expect(!newest.secret.equals(second.secret) && !second.secret.equals(first.secret))
    #expect(throws: KeyError(.unknown, "")) {
      try again.sharedKey(for: first.id, generation: 4)
    }
    try again.removeHolder(first.id)
    #expect(try open().holders.isEmpty)
    #expect(throws: KeyError(.unknown, "")) { try again.removeHolder(first.id) }
    #expect(throws: KeyError(.unknown, "")) { try again.retire(first.id) }
    #expect(throws: KeyError(.unknown, "")) { try again.sharedKey(for: first.id) }
  }

  @Test func takesGenerationsInAnyOrder() throws {
    let store = try KeyStore.create(at: path, lock: passphrase())
    let id = try HolderID.random()
    func key(_ generation: UInt32, _ kind: SharedKey.Kind = .user) throws -> SharedKey {
      let secret = try SystemRandom.secret()
      return try SharedKey(id: id, kind: kind, generation: generation, name: "", secret: secret)
    }
    let third = try key(3)
    try store.addSharedKey(third, name: "Ann")
    try store.addSharedKey(key(1), name: "ignored")
    try store.addSharedKey(key(9))
    #expect(try open().holders.map(\.generations) == [[1, 3, 9]])
    #expect(try open().holders.map(\.name) == ["Ann"])
    // Another key for a generation that is there, or a user that becomes a group.
    #expect(throws: KeyError(.known, "")) { try store.addSharedKey(key(3)) }
    #expect(throws: KeyError(.known, "")) { try store.addSharedKey(key(4, .group)) }
    #expect(throws: KeyError(.argument, "")) {
      try store.addSharedKey(SharedKey.make(.user, name: ""), name: "a\u{1B}b")
    }
    #expect(try open().sharedKey(for: id, generation: 3).secret.equals(third.secret))
    let last = try key(.max)
    try store.addSharedKey(last)
    #expect(throws: KeyError(.full, "")) { try store.retire(id) }
  }

  @Test func refusesHostileRecords() throws {
    var key = try HolderRecord(SharedKey.make(.group, name: "n"))
    key.generations.append(.init(number: 5, secret: try SystemRandom.secret()))
    let record = try KeyRecord.encode([.holder(key)]).withBytes {
      $0.bytes(at: 0, count: $0.count)
    }
    #expect(throws: Never.self) { try KeyRecord.decode(record.span) }
    #expect(FuzzedKeys.records(record))
    func edit(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      var edited = record
      edited.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      return edited
    }
    let hostile: [(String, [UInt8])] = [
      ("content cut short", record.dropLast()), ("twice", record + record),
      ("reserved header", edit(2, [1])), ("recipient 1", edit(8 + 16, [1])),
      ("recipient 4", edit(8 + 16, [4])), ("recipient 259", edit(8 + 17, [1])),
      ("no generation", edit(8 + 18, [0, 0])), ("65535 generations", edit(8 + 18, [255, 255])),
      ("reserved", edit(8 + 20, [1])), ("a name with a hole", edit(8 + 34, [65])),
      ("generation 0", edit(8 + 64, [0])), ("generation twice", edit(8 + 104, [1])),
      ("generation's reserved", edit(8 + 68, [1])),
    ]
    for (what, bytes) in hostile {
      #expect(throws: KeyError(.damaged, ""), "\(what)") { try KeyRecord.decode(bytes.span) }
      #expect(FuzzedKeys.records(bytes), "\(what)")
    }
    for length in 1..<record.count {
      #expect(throws: KeyError(.damaged, ""), "\(length) bytes") {
        try KeyRecord.decode(record.span.extracting(first: length))
      }
    }
  }

  /// A store that was written before there were users and groups opens, and takes them.
  @Test func opensFormerStores() throws {
    let store = try #require(Data(base64Encoded: Self.formerStore))
    let lock = try #require(Data(base64Encoded: Self.formerLock))
    try folder.write([UInt8](store), to: "keys.pks")
    try folder.write([UInt8](lock), to: "keys.lock")
    try folder.setMode(0o600, of: "keys.lock")
    let former = try KeyStore.open(at: path, unlock: .keyFile(folder.file("keys.lock")))
    #expect(former.devices.map(\.name) == ["Former"] && former.holders.isEmpty)
    let device = try #require(former.devices.first)
    #expect("\(device.id)" == "4079a8dd3891b584b5b3cffba9e313ec" && device.hasKeybox)
    try former.addSharedKey(SharedKey.make(.user, name: "Ann"))
    let again = try KeyStore.open(at: path, unlock: .keyFile(folder.file("keys.lock")))
    #expect(again.devices == [device] && again.holders.map(\.name) == ["Ann"])
  }

  /// A program from before would keep the record as it is: by then, of an unknown type.
  @Test func formerProgramsKeepThem() throws {
    let key = try HolderRecord(SharedKey.make(.user, name: "Ann"))
    let record = try KeyRecord.encode([.holder(key)])
    try record.withBytes { bytes in
      #expect(bytes.bytes(at: 0, count: 4) == [2, 0, 0, 0])
      let kept = KeyRecord.other(
        header: bytes.bytes(at: 0, count: 8),
        content: try SecretBytes(copying: bytes.extracting(8..<bytes.count)))
      #expect(try KeyRecord.encode([kept]).equals(record))
    }
  }

  private static let formerStore = """
    iVBTUw0KGgoBAAEAsAAAADI8g6z+QMGfOZHHfus/VLACAAAAAAAAADfEfbl010+rzZr7SgAAAAAAAAAAAAAAAAIA\
    AAAAAAAAAAAAAAAAAAA3TOnDRG8Cvy/+6r1bTRgNQtBwW0OOSGUyXSM7H5zNB91JlZGDiBWIm2boYd1woAdR+2mz\
    In94MZNaQXb6fLIipGS4LuJCEWc3xvBsrXylxtRk1JmUKFxpAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADTZhIeGPxt5OzO1S99oJZTxTh38YMnND36w9MQ8+vlBVcL\
    W5HQjTRcQugcVZbo4yJPKiTsD+wvMMFokvmgRE8sv1TYrjCA+lX02aVPspBnvo3zp8WDdMsvsArXlOP9pG96pUOm\
    P3UwWRjkp/OrZi7w2DW6h+XdI5NtG1HMsZn6zA9cujW67RMWN3pwdNstHq/9XI1XeQSJhIfhTjdek57c+LXp+4Yf\
    kEmnBfEt2i4VtW0hA2skDWzDunJ7PeUz1ZNKtGrOrDmy1Mur4IPAqPjgNHABl5J+AX4yF4lqliKUGA==
    """
  private static let formerLock = """
    iVBTTA0KGgoBAAAAAAAAADdM6cNEbwK/L/7qvVtNGA2Vv6hbKIBsoKmCc1SAllJrX2k+WZ20F62qg9iA/zYVhOix\
    V+LP+rIHlhwU78kWp4s8e3ju/Z3qSyMRsi7ChkH7
    """
}
