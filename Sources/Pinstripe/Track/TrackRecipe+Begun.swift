import PinstripeCore
import PinstripeKeys

extension TrackRecipe {
  /// Takes the content key of a track that was begun for these recipients out of its header area.
  ///
  /// - Returns: The header's key slots; the key is at ``KeyPlace/content``.
  /// - Throws: ``TrackError/noSlot`` where the track is for others, ``TrackError/unwrap``, or
  ///   ``KeyError``.
  func unwrap(_ begun: [UInt8], into provider: SoftwareProvider) throws -> [KeySlot] {
    let header = try MainHeader(decoding: begun.span)
    let slots = try (0..<header.slotCount).map { try KeySlot(decoding: begun.span, index: $0) }
    guard let first = slots.first, slots.count == recipients.count,
      zip(slots, recipients).allSatisfy({ slot, key in
        UInt32(slot.recipient) == key.recipient && slot.generation == key.generation
          && KeyID(bytes: slot.keyID) == key.id
      })
    else { throw TrackError.noSlot }
    // By the provider, whose unwrapping takes the same time whatever the key.
    _ = try recipients[0].load(into: provider, at: .firstWrap)
    try provider.crypto.unwrap(first.wrap.span, under: .firstWrap, into: .content)
    return slots
  }
}
