import CPinstripe
import Foundation
import PinstripeCore
import Testing

@testable import PinstripeKeys

struct SecretBytesTests {
  /// A secret that a printer of bytes, characters or hexadecimal digits would all give away.
  let text = "correct horse battery"

  func secret() throws -> SecretBytes { try SecretBytes(copying: Array(text.utf8).span) }

  @Test func holdsWhatItWasGiven() throws {
    let secret = try secret()
    #expect(secret.count == 21)
    #expect(secret.withBytes { $0.bytes(at: 0, count: $0.count) } == Array(text.utf8))
    #expect(try secret.equals(self.secret()))
    #expect(try !secret.equals(SystemRandom.secret(count: 21)))
    #expect(try !secret.equals(SecretBytes(copying: Array(text.utf8.dropLast()).span)))
    #expect(try SecretBytes(count: 0) { _ in }.count == 0)
    #expect(throws: KeyError(.argument, "")) { try SecretBytes(count: -1) { _ in } }
  }

  /// Everything that holds a secret, printed in every way there is.
  @Test func showsNothing() throws {
    let secret = try secret()
    let padded = try SecretBytes(count: 32) { target throws(KeyError) in
      target.store(Array(text.utf8).span, at: 0)
    }
    let key = try PlaybackKey(
      deviceID: DeviceID.random(), epoch: 1, isTest: true, name: "x", secret: padded)
    let box = Keybox(
      deviceID: key.deviceID, epoch: 1, isTest: true, epochSalt: [], deviceSecret: padded)
    let lock = KeyStoreLock.passphrase(secret)
    let values: [Any] = [secret, key, box, try key.wrappingKey(), lock]
    let hexadecimal = Array(text.utf8).hexadecimal
    for value in values {
      var dumped = ""
      dump(value, to: &dumped)
      for shown in ["\(value)", String(reflecting: value), String(describing: value), dumped] {
        #expect(!shown.contains("horse") && !shown.contains(hexadecimal), "\(shown)")
        // Numbers in a row, whatever stands between them.
        let numbers = shown.split { !$0.isNumber }.joined(separator: " ")
        #expect(!numbers.contains("99 111 114 114 101 99 116"), "\(shown)")
      }
    }
    #expect("\(secret)" == "SecretBytes(21 bytes)")
  }

  @Test func isLeftOutOfCoreDumps() throws {
    let secret = try secret()
    let address = secret.withBytes { bytes in
      bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
    let flags = try #require(Self.flags(ofMappingAt: address))
    withExtendedLifetime(secret) {}
    #expect(flags.contains("dd"), "VmFlags \(flags)")
  }

  /// `VmFlags` of the mapping that holds an address, proc(5).
  static func flags(ofMappingAt address: UInt) -> [Substring]? {
    // A file of size 0 that is read piece by piece.
    guard let file = FileHandle(forReadingAtPath: "/proc/self/smaps") else { return nil }
    var data = Data()
    while let piece = try? file.read(upToCount: 1 << 16), !piece.isEmpty { data += piece }
    let maps = String(decoding: data, as: UTF8.self)
    var holds = false
    for line in maps.split(separator: "\n") {
      let range = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
      if range.count == 2 { holds = (range[0]..<range[1]).contains(address) }
      if holds, line.hasPrefix("VmFlags:") { return line.split(separator: " ") }
    }
    return nil
  }

  @Test func randomBytesDiffer() throws {
    let first = try SystemRandom.secret()
    #expect(try !first.equals(SystemRandom.secret()))
    #expect(try SystemRandom.bytes(count: 16) != SystemRandom.bytes(count: 16))
    #expect(try SystemRandom.bytes(count: 0).isEmpty)
    #expect(try !SystemRandom.bytes(count: 64).allSatisfy { $0 == 0 })
  }

  @Test func errorsAreSentencesWithTheFile() {
    let error = KeyError(.damaged, "this keybox is damaged; copy it again")
    #expect("\(error)" == "this keybox is damaged; copy it again")
    let named = error.naming("a.psk").naming("b.psk")
    #expect("\(named)" == "a.psk: this keybox is damaged; copy it again")
    #expect(named == error)
    #expect(error != KeyError(.tampered, error.reason))
  }
}
