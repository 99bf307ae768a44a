import CPinstripe

/// Why the core refuses a track, a key or a call.
///
/// One case for each negative status of `pinstripe_decoder.h`, which holds the meaning of each in
/// full; `PINSTRIPE_E_…` there is the same word here.
public enum TrackError: Error {
  /// A call that makes no sense: out of order, or an impossible length. `PINSTRIPE_E_ARGUMENT`
  case argument
  /// A struct of another ABI version. `PINSTRIPE_E_ABI`
  case abi
  /// The storage could not be read. `PINSTRIPE_E_STORAGE`
  case storage
  /// The file ends early. `PINSTRIPE_E_TRUNCATED`
  case truncated
  /// Not a Pinstripe track. `PINSTRIPE_E_NOT_A_TRACK`
  case notATrack
  /// An unknown major version. `PINSTRIPE_E_VERSION`
  case version
  /// An unknown cipher suite. `PINSTRIPE_E_SUITE`
  case suite
  /// A pattern out of range. `PINSTRIPE_E_PATTERN`
  case pattern
  /// A header that contradicts itself. `PINSTRIPE_E_MALFORMED`
  case malformed
  /// An unknown section that must be understood. `PINSTRIPE_E_CRITICAL_SECTION`
  case criticalSection
  /// No key slot for the keys given. `PINSTRIPE_E_NO_SLOT`
  case noSlot
  /// A key slot that does not unwrap. `PINSTRIPE_E_UNWRAP`
  case unwrap
  /// A tag that fails: something was edited. `PINSTRIPE_E_TAG`
  case tag
  /// The crypto provider failed. `PINSTRIPE_E_PROVIDER`
  case provider
  /// A range outside the content. `PINSTRIPE_E_RANGE`
  case range
  /// Not a keybox, or a damaged one. `PINSTRIPE_E_KEYBOX`
  case keybox
  /// A work buffer that is too small. `PINSTRIPE_E_WORK_SIZE`
  case workSize
  /// An unprotected track, refused by policy. `PINSTRIPE_E_CLEAR_REFUSED`
  case clearRefused
  /// A TEST keybox, refused by policy. `PINSTRIPE_E_TEST_KEYBOX`
  case testKeybox
  /// More encrypted bytes than one keystream covers. `PINSTRIPE_E_TOO_LARGE`
  case tooLarge

  /// The C status code.
  public var status: Int32 {
    switch self {
    case .argument: PINSTRIPE_E_ARGUMENT
    case .abi: PINSTRIPE_E_ABI
    case .storage: PINSTRIPE_E_STORAGE
    case .truncated: PINSTRIPE_E_TRUNCATED
    case .notATrack: PINSTRIPE_E_NOT_A_TRACK
    case .version: PINSTRIPE_E_VERSION
    case .suite: PINSTRIPE_E_SUITE
    case .pattern: PINSTRIPE_E_PATTERN
    case .malformed: PINSTRIPE_E_MALFORMED
    case .criticalSection: PINSTRIPE_E_CRITICAL_SECTION
    case .noSlot: PINSTRIPE_E_NO_SLOT
    case .unwrap: PINSTRIPE_E_UNWRAP
    case .tag: PINSTRIPE_E_TAG
    case .provider: PINSTRIPE_E_PROVIDER
    case .range: PINSTRIPE_E_RANGE
    case .keybox: PINSTRIPE_E_KEYBOX
    case .workSize: PINSTRIPE_E_WORK_SIZE
    case .clearRefused: PINSTRIPE_E_CLEAR_REFUSED
    case .testKeybox: PINSTRIPE_E_TEST_KEYBOX
    case .tooLarge: PINSTRIPE_E_TOO_LARGE
    }
  }
}
