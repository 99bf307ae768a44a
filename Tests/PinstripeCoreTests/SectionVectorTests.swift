import CPinstripe
import Foundation
import PinstripeCore
import Testing

/// Grants and rights of Tests/Vectors through pinstripe_decoder.h.
struct SectionVectorTests {
  struct Grants: Decodable {
    let grants: [Grant]

    struct Grant: Decodable {
      let name: String
      let status: [String]
      let recipient: UInt32?
      let generation: UInt32?
      let keyId: Hex?
      let keybox: Hex
      let testAllowed: Bool
      let file: Hex
    }
  }

  /// Inserts a keybox, which all of these tests hold.
  private func player(_ keybox: [UInt8]) -> (Player, pinstripe_keybox) {
    let player = Player()
    #expect(player.insert(keybox: keybox) == PINSTRIPE_OK)
    var box = pinstripe_keybox()
    box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    box.abi_version = PINSTRIPE_ABI_VERSION
    var secret = [UInt8](repeating: 0, count: 32)
    let status = pinstripe_keybox_read(
      player.keys.table, keybox, keybox.count, 1, &box, &secret)
    #expect(status == PINSTRIPE_OK)
    return (player, box)
  }

  @Test func grants() throws {
    let vectors = try VectorFolder.read("grants.json", as: Grants.self).grants
    #expect(vectors.count >= 90)
    for vector in vectors {
      let (player, keybox) = player(vector.keybox.bytes)
      var (box, device) = (keybox, try #require(player.recipients.first))
      var granted = pinstripe_recipient()
      // An empty array may have no address.
      let file = vector.file.bytes + [0]
      let status = pinstripe_grant_recipient(
        player.keys.table, &box, &device, file, vector.file.bytes.count,
        vector.testAllowed ? 1 : 0, PINSTRIPE_KEY_FIRST_WRAP + 1, &granted)
      #expect(vector.status.contains(Statuses.name(status)), "\(vector.name): \(status)")
      guard status == PINSTRIPE_OK else { continue }
      #expect(granted.kind == vector.recipient, "\(vector.name)")
      #expect(granted.generation == vector.generation, "\(vector.name)")
      #expect(
        withUnsafeBytes(of: granted.key_id) { Array($0) } == vector.keyId?.bytes, "\(vector.name)")
    }
  }

  /// Opens a track as a player that obeys rights, and reads them.
  private func rights(
    _ file: [UInt8], _ keybox: [UInt8]
  ) -> (opened: String, read: String, rights: pinstripe_rights) {
    var (player, box) = player(keybox)
    var rights = pinstripe_rights()
    rights.struct_size = UInt32(MemoryLayout<pinstripe_rights>.size)
    rights.abi_version = PINSTRIPE_ABI_VERSION
    let opened = player.open(
      TestFile(file), flags: PINSTRIPE_OPEN_OBEYS_RIGHTS | PINSTRIPE_OPEN_ALLOW_CLEAR)
    guard opened == PINSTRIPE_OK else { return (Statuses.name(opened), "", rights) }
    let read = pinstripe_rights_read(player.decoder, &box, 1, &rights)
    return ("OK", Statuses.name(read), rights)
  }

  /// What the decoder says to a device's verdict.
  private func status(of verdict: String) -> String {
    switch verdict {
    case "other-device": "NO_SLOT"
    case "unverified": "TAG"
    default: "OK"
    }
  }

  @Test func rights() throws {
    let vectors = try VectorFolder.read("sections.json", as: TrackVectors.self).tracks
    var count = 0
    for vector in vectors {
      guard let expected = vector.rights, let verdict = vector.rightsVerdict else { continue }
      let (opened, read, rights) = rights(vector.file.bytes, vector.keybox.bytes)
      count += 1
      #expect(opened == "OK", "\(vector.name)")
      #expect(read == status(of: verdict), "\(vector.name)")
      guard read == "OK" else { continue }
      #expect(rights.present == 1 && rights.flags == expected.flags, "\(vector.name)")
      #expect(rights.plays == expected.plays, "\(vector.name)")
      #expect(String(rights.not_before) == expected.notBefore, "\(vector.name)")
      #expect(String(rights.not_after) == expected.notAfter, "\(vector.name)")
      let id = withUnsafeBytes(of: rights.rights_id) { Array($0) }
      #expect(id == expected.rightsId.bytes, "\(vector.name)")
    }
    #expect(count >= 12)
  }

  @Test func refusedRights() throws {
    let vectors = try VectorFolder.read("section-refusals.json", as: RefusalVectors.self)
    var count = 0
    for vector in vectors.refusals where vector.status == ["OK"] {
      guard vector.rightsStatus != nil || vector.rightsVerdict != nil else { continue }
      let base = try #require(vectors.bases[vector.base])
      let file = vector.file?.bytes ?? (vector.edits ?? []).applied(to: base.file.bytes)
      let (opened, read, _) = rights(file, vector.keybox?.bytes ?? base.keybox.bytes)
      count += 1
      #expect(opened == "OK", "\(vector.name)")
      let expected = vector.rightsVerdict.map { [status(of: $0)] } ?? vector.rightsStatus ?? []
      #expect(expected.contains(read), "\(vector.name): \(read)")
    }
    #expect(count >= 40)
  }
}
