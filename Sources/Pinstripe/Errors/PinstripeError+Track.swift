import CPinstripe
public import PinstripeCore

extension PinstripeError {
  /// Tells why the core refuses a track, in a sentence that names it.
  public init(_ error: TrackError, track name: String) {
    let (code, reason) = Self.words(for: error)
    self.init(code, "\(name) \(reason)", underlying: error)
  }

  private static func words(for error: TrackError) -> (Code, String) {
    switch error {
    case .notATrack:
      (.badTrack, "is not a Pinstripe track; pack it first with 'pinstripe pack'.")
    case .truncated:
      (.badTrack, "is cut short: its copying or packing was interrupted; make it again.")
    case .version:
      (.badTrack, "was made by a newer version of Pinstripe; update this program.")
    case .suite:
      (.badTrack, "uses a cipher suite that this version does not know; update this program.")
    case .pattern:
      (.badTrack, "has an impossible encryption pattern: its header is damaged; make it again.")
    case .malformed:
      (.badTrack, "has a damaged header that contradicts itself; make it again.")
    case .criticalSection:
      (.badTrack, "needs a feature that this version does not know; update this program.")
    case .tag:
      (.badTrack, "was edited or damaged: its tag does not fit; make it again.")
    case .tooLarge:
      (.badTrack, "is too large: over 2^38 of its bytes would be encrypted; use a wider stride.")
    case .noSlot:
      (.wrongKey, "is for another player: it has no slot for this key; name the right device.")
    case .unwrap:
      (.wrongKey, "does not open: the key is wrong or the key slot is damaged; pack it again.")
    case .clearRefused:
      (.badTrack, "is not protected, and unprotected tracks are not allowed here.")
    case .keybox:
      (.keys, "is not a keybox, or is damaged; export it again with 'pinstripe device export'.")
    case .testKeybox:
      (.keys, "is a TEST keybox, which is not allowed here.")
    case .storage:
      (.noInput, "cannot be read; check the storage and try again.")
    case .provider:
      (.system, "cannot be processed: the cryptographic library failed; is OpenSSL 3 installed?")
    case .argument, .abi, .range, .workSize:
      (.system, "cannot be processed: an internal limit was hit; please report this.")
    }
  }
}
