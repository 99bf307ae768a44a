/// A departure from the MTP standard that a player is known for.
///
/// A quirk has a name, a paragraph here, at least one profile that needs it, and, once it is obeyed, a
/// test against a responder that misbehaves just so (``notYetObeyed``). What libmtp says of a quirk is in
/// its `src/device-flags.h`, and of a model in `src/music-players.h`.
public struct Quirk: RawRepresentable, Hashable, Sendable {
  /// The name, as profiles write it.
  public let rawValue: String

  /// Creates a quirk from its name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Every quirk that profiles may name.
  public static let known: Set<Quirk> = notYetObeyed.union([
    .noRename, .exactDataPhase, .noArtDimensions, .noPropertyList, .noPropertyListOfAll,
    .sendFLACAsUndefined,
    .sendOggAsUndefined, .uniqueFileNames, .wrappedSize,
  ])

  /// Those that profiles name and that nothing in this version acts on yet.
  public static let notYetObeyed: Set<Quirk> = [
    .dateModifiedWriteOnce, .detachKernelDriver, .detectOggByExtension, .keepInterfaceOnClose,
    .mtpzOnly, .noSendPropertyList, .oneByteInsteadOfZeroLengthPacket,
    .probeMicrosoftDescriptor, .resetOnClose, .tolerateBadResponseHeader,
  ]

  /// The player cannot change an object's file name (SetObjectPropValue on ObjectFileName, MTP 1.1
  /// §5.3.3 and appendix D.2.21, is missing or has no effect).
  ///
  /// Breaks: the commit of an upload by renaming it from its temporary name. Then a track is sent
  /// under its final name, and only the journal knows that it is not complete. A track that it replaces
  /// is deleted before, because such a player writes over it and leaves its end in place. Seen on QEMU's
  /// usb-mtp (hw/usb/dev-mtp.c has no SetObjectPropValue; `usb_mtp_write_metadata` announces the handle
  /// of the object that has the name, and `usb_mtp_write_data` opens its file without O_TRUNC), and
  /// on Toshiba's Gigabeat MEU202 (its ObjectFileName is read-only). Wrongly set, an interrupted upload
  /// is visible under its final name until the next connection, and a replacement that fails has lost
  /// the old track.
  public static let noRename = Quirk(rawValue: "no-rename")

  /// The player fails, or worse, when a data phase is not exactly as long as its header says, or
  /// when the header comes in a transfer of its own.
  ///
  /// Breaks: giving up an upload half-way by ending its data phase early: QEMU's usb-mtp stops the
  /// whole machine on an assertion (hw/usb/dev-mtp.c, `usb_mtp_get_data`). With the quirk, an upload
  /// that fails on our side is filled up with zero bytes to its announced length and then deleted.
  /// Wrongly set, giving up a large upload takes as long as finishing it.
  public static let exactDataPhase = Quirk(rawValue: "exact-data-phase")

  /// The player states the lower 32 bits of a size in ObjectInfo, where MTP 1.1 §5.3.1.3 wants
  /// 0xFFFF_FFFF for an object of 4 GiB or more.
  ///
  /// Breaks: listing, verifying and reading such objects; 4.4 GB look like 105 MB. Seen on
  /// umtp-responder 1.3.10 in the lab, whose ObjectSize property is right. With the quirk, sizes are taken
  /// from property lists, or asked for one by one where a player has none. Wrongly set, a listing on
  /// such a player takes twice as many transactions.
  public static let wrappedSize = Quirk(rawValue: "wrapped-size")
}
