import CPinstripe

/// A place in a crypto provider that holds a 32-byte key; the key itself stays inside.
public struct KeyPlace: Sendable {
  /// The place's number in `pinstripe_decoder.h`.
  public let number: UInt32

  /// Names a place by its number.
  public init(number: UInt32) {
    self.number = number
  }

  /// Reads as 32 zero bytes: the public key of unprotected tracks. `PINSTRIPE_KEY_ZERO`
  public static var zero: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_ZERO) }
  /// The device unique secret (DUS). `PINSTRIPE_KEY_ROOT`
  public static var root: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_ROOT) }
  /// The playback key. `PINSTRIPE_KEY_PLAYBACK`
  public static var playback: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_PLAYBACK) }
  /// A track's content key (CEK). `PINSTRIPE_KEY_CONTENT`
  public static var content: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_CONTENT) }
  /// The keystream key of a track's payload. `PINSTRIPE_KEY_STRIPE`
  public static var stripe: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_STRIPE) }
  /// The key of the tag being computed. `PINSTRIPE_KEY_TAG`
  public static var tag: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_TAG) }
  /// The keystream key of the section being read. `PINSTRIPE_KEY_SECTION`
  public static var section: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_SECTION) }
  /// The keystream key of the open track's frame map. `PINSTRIPE_KEY_MAP`
  public static var map: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_MAP) }
  /// The tag key of the open track's frame map. `PINSTRIPE_KEY_MAP_TAG`
  public static var mapTag: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_MAP_TAG) }
  /// The keys with which rights are read, one after the other. `PINSTRIPE_KEY_RIGHTS`
  public static var rights: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_RIGHTS) }
  /// The first place for wrapping keys. `PINSTRIPE_KEY_FIRST_WRAP`
  public static var firstWrap: KeyPlace { KeyPlace(number: PINSTRIPE_KEY_FIRST_WRAP) }
}
