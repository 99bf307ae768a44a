/// What players answer wrongly.
extension Quirk {
  static let ofAnswers: Set<Quirk> = [
    detectOggByExtension, noPropertyList, noPropertyListOfAll, oneByteInsteadOfZeroLengthPacket,
    tolerateBadResponseHeader,
  ]

  /// GetObjectPropList for all objects at once (handle and group 0xFFFFFFFF) is incomplete, miscounted
  /// or never comes; for one object it works.
  ///
  /// Breaks: listing by one request: objects are missing from the list, or the request times out. Seen on
  /// Creative's ZEN family and the first Sansa e200 (libmtp: `BROKEN_MTPGETOBJPROPLIST_ALL`). With the
  /// quirk, a host lists handles and asks for each object. Wrongly set, a listing of 2,000 objects
  /// takes 2,000 requests more.
  public static let noPropertyListOfAll = Quirk(rawValue: "no-proplist-all")

  /// GetObjectPropList does not give all properties of an object, or does not work at all, although
  /// DeviceInfo lists it.
  ///
  /// Breaks: titles, sizes and formats that are read with it. Seen on later Sansas, Sony's NWZ
  /// Walkmans, Samsung's Yepps, iriver's and Cowon's players (libmtp: `BROKEN_MTPGETOBJPROPLIST`). With
  /// the quirk, a host asks for ObjectInfo and for single properties. Wrongly set, each object costs
  /// several requests instead of one.
  public static let noPropertyList = Quirk(rawValue: "no-proplist")

  /// Where an answer's length is a multiple of 64 bytes, the packet size of a USB 1.1 hub, the player ends
  /// it with one more byte instead of a zero-length packet.
  ///
  /// Breaks: the answer is a byte too long, and a host that takes the byte for the next container loses its
  /// place. Seen on iriver's T30, U10, Clix and E100, and on Samsung's YP-T10 (libmtp: `NO_ZERO_READS`).
  /// With the quirk, a host drops that byte. Wrongly set, it could drop the first byte of what follows,
  /// so it applies to answers of just that length only, and to a byte that ends its transfer.
  public static let oneByteInsteadOfZeroLengthPacket = Quirk(rawValue: "one-byte-instead-of-zlp")

  /// Code and transaction number in the headers of data phases, and the transaction number in those of
  /// responses, may be junk.
  ///
  /// Breaks: a host that checks them, as it should, takes the player for one that has lost its place. Seen
  /// on Creative's ZEN of 2007 (libmtp: `IGNORE_HEADER_ERRORS`). With the quirk, a host goes by length
  /// and type alone; a response's code is still believed, for nothing else says what became of the
  /// operation. Wrongly set, a player that really lost its place is noticed later, or not.
  public static let tolerateBadResponseHeader = Quirk(rawValue: "tolerate-bad-response-header")

  /// The player forgets that a file is Ogg and lists it as Undefined.
  ///
  /// Breaks: finding the format of what is on the player. Seen on iriver's T30, U10 and Clix (libmtp:
  /// `IRIVER_OGG_ALZHEIMER`). With the quirk, a host goes by the name's ".ogg" where it lists. Wrongly set, a file of
  /// another kind with that name is taken for Ogg.
  public static let detectOggByExtension = Quirk(rawValue: "detect-ogg-by-extension")
}
