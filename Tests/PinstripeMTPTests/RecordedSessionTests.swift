import Foundation
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// A session of a Sony Ericsson Xperia Mini Pro as recorded on the bus.
///
/// The recording is not part of the project; where it is absent, the tests say so.
struct RecordedSessionTests {
  /// One bulk transfer.
  struct Transfer {
    var isOut: Bool
    var room: Int
    var bytes: [UInt8]

    /// Whether a short packet ended it; its packets have 512 bytes.
    var isEnd: Bool { bytes.count % 512 != 0 || bytes.isEmpty }
  }

  static func recording() throws -> [Transfer]? {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(
      path: "../shared/data/mtp-sessions/sony-xperia-mini-pro.mtp-tools.ioctl.xz")
    guard FileManager.default.fileExists(atPath: file.path) else {
      print("skipped: no recorded session at \(file.path)")
      return nil
    }
    let unpack = Process()
    unpack.executableURL = URL(filePath: "/usr/bin/env")
    unpack.arguments = ["xz", "-dc", file.path]
    let output = Pipe()
    unpack.standardOutput = output
    try unpack.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    unpack.waitUntilExit()
    guard unpack.terminationStatus == 0 else {
      print("skipped: xz cannot unpack \(file.path)")
      return nil
    }
    return text.split(separator: "\n").compactMap(transfer)
  }

  private static func transfer(_ line: Substring) -> Transfer? {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
    // Ioctl, result, type (3: bulk), endpoint, status, flags, room, count, errors, bytes.
    guard fields.count >= 10, fields[0].hasPrefix("USBDEVFS_REAPURB"), fields[2] == "3",
      let endpoint = Int(fields[3]), let room = Int(fields[6])
    else { return nil }
    let digits = Array(fields[9].utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
    return Transfer(isOut: endpoint & 0x80 == 0, room: room, bytes: bytes)
  }

  @Test func everyReplyAndEveryDatasetParses() throws {
    guard let transfers = try Self.recording() else { return }
    var decoder: ReplyDecoder?
    var command: Message?
    var payload: [UInt8] = []
    var replies = 0
    var datasets: [OperationCode: Int] = [:]
    // The recording begins with what another program left behind; see the next test.
    let start = try #require(
      transfers.firstIndex { $0.isOut && $0.bytes.starts(with: [0x0C, 0, 0, 0, 1, 0, 1, 0x10]) })
    for transfer in transfers[start...] {
      if transfer.isOut {
        guard let message = Message(transfer.bytes), message.header.kind == .command else {
          continue
        }
        command = message
        payload = []
        decoder = ReplyDecoder(
          operation: OperationCode(rawValue: message.header.code),
          transaction: message.header.transaction, limit: 1 << 24)
        continue
      }
      guard let current = command else { continue }
      try transfer.bytes.withUnsafeBytes { try decoder?.feed($0) { payload += $0 } }
      if transfer.isEnd { try decoder?.endTransfer() }
      guard let response = decoder?.response else { continue }
      #expect(ResponseCode(rawValue: response.header.code) == .ok)
      replies += 1
      if decoder?.hasData == true {
        try check(current, payload)
        datasets[OperationCode(rawValue: current.header.code), default: 0] += 1
      }
      command = nil
      decoder = nil
    }
    #expect(replies > 3000)
    #expect(datasets[.getObjectInfo, default: 0] > 1000)
    #expect(datasets[.getDeviceInfo] == 1)
    print("recorded session: \(replies) replies, datasets \(datasets)")
  }

  /// Reads a dataset, and writes it again as it was.
  private func check(_ command: Message, _ payload: [UInt8]) throws {
    switch OperationCode(rawValue: command.header.code) {
    case .getDeviceInfo:
      let info = try DeviceInfo(parsing: payload)
      #expect(info.manufacturer.hasPrefix("Sony") && info.operations.contains(.sendObject))
      #expect(info.encoded == payload)
    case .getStorageInfo: #expect(try StorageInfo(parsing: payload).encoded == payload)
    case .getObjectInfo: #expect(try ObjectInfo(parsing: payload).encoded == payload)
    case .getStorageIDs, .getObjectHandles:
      #expect(CodeArray.encode(try CodeArray.parse32(payload)) == payload)
    case .getObjectPropsSupported:
      #expect(CodeArray.encode(try CodeArray.parse16(payload)) == payload)
    case .getObjectPropDesc:
      #expect(try ObjectPropertyDescription(parsing: payload).encoded == payload)
    case .getObjectPropValue where command.parameter(1) == 0xDC04:
      #expect(try PropertyValue(parsing: payload, as: .uint64).unsigned != nil)
    case .getObjectPropList:
      #expect(ObjectPropertyList.encode(try ObjectPropertyList.parse(payload)) == payload)
    default: break
    }
  }

  /// What the phone really said to OpenSession: the rest of another program's transaction 494 first,
  /// then that a session is open.
  @Test func aSessionOpensBehindWhatAnotherProgramLeft() async throws {
    guard let transfers = try Self.recording() else { return }
    let opening = try #require(transfers.first)
    #expect(Message(opening.bytes)?.header.code == OperationCode.openSession.rawValue)
    let leftovers = transfers.dropFirst().prefix { !$0.isOut }.map(\.bytes)
    let info = try #require(
      transfers.first { $0.bytes.dropFirst(4).starts(with: [2, 0, 1, 0x10]) })
    let player = ScriptedPlayer { command, queue in
      switch OperationCode(rawValue: command.header.code) {
      case .openSession where command.header.transaction == .outsideSession && queue.isEmpty:
        queue.append(command.response())
      case .getDeviceInfo:
        queue.append(command.data(Array(info.bytes.dropFirst(12))))
        queue.append(command.response())
      default: queue.append(command.response())
      }
    }
    player.say(leftovers)
    let session = try await Session.open(
      on: LoopbackPipe(to: player, chunkSize: 512), profile: .careful)
    #expect(session.deviceInfo.manufacturer.hasPrefix("Sony"))
    #expect(session.offers(.sendObject))
  }
}
