import Glibc
import Pinstripe
import PinstripeMTP

/// Sends objects of sizes at the borders of packets, reads and buffers to the player, gets each back,
/// and prints a line for each that is not what it was.
///
/// The sizes are k · {64, 512, 1024, 8192, 65536} ± {0, 1, 12}, for k of 1 and 3; the 12 are those of the
/// header, which comes in the same transfer as the first bytes.
@main
struct LabBorders {
  static func main() async {
    do {
      let finder = try PlayerFinder()
      let transport = try await finder.open(try await finder.player(id: nil))
      let failed = try await check(transport.session)
      await transport.close()
      print("\(failed) failed")
      exit(failed == 0 ? 0 : 1)
    } catch {
      print("ended: \(error)")
      exit(1)
    }
  }

  private static func check(_ session: Session) async throws -> Int {
    guard let storage = try await session.storageIDs().first else { return 1 }
    var failed = 0
    for size in sizes {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251 &+ size) }
      do {
        guard try await isReturned(bytes, session, storage) else {
          throw MTPError(.dataPhaseTooShort, reason: "other bytes came back")
        }
      } catch {
        print("\(size) bytes: \(error)")
        failed += 1
      }
    }
    return failed
  }

  private static var sizes: [Int] {
    [64, 512, 1024, 8192, 65_536].flatMap { unit in
      [1, 3].flatMap { factor in [-12, -1, 0, 1, 12].map { unit * factor + $0 } }
    }
  }

  private static func isReturned(
    _ bytes: [UInt8], _ session: Session, _ storage: StorageID
  ) async throws -> Bool {
    var rest = bytes[...]
    let info = ObjectInfo(filename: "\(bytes.count)", format: .undefined, size: 0)
    let object = try await session.upload(info, to: storage, length: UInt64(bytes.count)) {
      buffer in
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
    var back: [UInt8] = []
    try await session.getObject(object, size: UInt64(bytes.count)) { back += $0 }
    try await session.deleteObject(object)
    return back == bytes
  }
}
