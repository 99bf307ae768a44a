/// What players do not take.
extension Quirk {
  static let ofSending: Set<Quirk> = [
    dateModifiedWriteOnce, mtpzOnly, noArtDimensions, noSendPropertyList, sendFLACAsUndefined,
    sendOggAsUndefined, uniqueFileNames, unknownTypesInRoot,
  ]

  /// SendObjectPropList does not work, although DeviceInfo lists it.
  ///
  /// Breaks: sending a file with its properties in one go. Seen on Toshiba's Gigabeat MEU202 and T
  /// (libmtp: `BROKEN_SEND_OBJECT_PROPLIST`). With the quirk, a host uses SendObjectInfo and sets the
  /// properties afterwards. Wrongly set, each file costs some requests more.
  public static let noSendPropertyList = Quirk(rawValue: "no-send-proplist")

  /// Ogg files must be announced with the format Undefined.
  ///
  /// Breaks: the player plays Ogg but refuses the format's own code. Seen on Samsung's YP-T10, P3 and Q2,
  /// Cowon's and iriver's E100 (libmtp: `OGG_IS_UNKNOWN`). With the quirk, a host announces Undefined, and
  /// takes ".ogg" for Ogg when listing. Wrongly set, a player that goes by the code does not index
  /// the file.
  public static let sendOggAsUndefined = Quirk(rawValue: "send-ogg-as-undefined")

  /// FLAC files must be announced with the format Undefined.
  ///
  /// Breaks: as with ``sendOggAsUndefined``. Seen on Cowon's D2, iAudio 10, J3 and S9 (libmtp:
  /// `FLAC_IS_UNKNOWN`). With the quirk, a host announces Undefined, and takes ".flac" for FLAC when
  /// listing. Wrongly set, a player that goes by
  /// the code does not index the file.
  public static let sendFLACAsUndefined = Quirk(rawValue: "send-flac-as-undefined")

  /// No two files on the player may have one name, not even in different folders.
  ///
  /// Breaks: "01 Intro.mp3" of a second album replaces the first one's, or is refused. Seen on Sony's NWZ
  /// Walkmans and Samsung's YP-R0 and YP-U5 (libmtp: `UNIQUE_FILENAMES`). With the quirk, a host makes names
  /// different. Wrongly set, names are longer than they need be.
  public static let uniqueFileNames = Quirk(rawValue: "unique-filenames")

  /// DateModified is announced as writable, but only its first value is kept.
  ///
  /// Breaks: a host that sets it on an existing object gets an error, or an unchanged date. Seen on
  /// SanDisk's Sansas (libmtp: `CANNOT_HANDLE_DATEMODIFIED`). With the quirk, a host sends the date with
  /// the file and never sets it later. Wrongly set, a player that ignores the date that comes with a file
  /// shows the day of the transfer.
  public static let dateModifiedWriteOnce = Quirk(rawValue: "date-modified-write-once")

  /// Setting width and height of a cover picture crashes the player, or is refused.
  ///
  /// Breaks: sending cover pictures. Seen on Creative's ZEN and SanDisk's Fuze, Clip+ and Clip Zip (libmtp:
  /// `BROKEN_SET_SAMPLE_DIMENSIONS`). With the quirk, a host sends the picture without its dimensions.
  /// Wrongly set, a player that needs them may show no picture.
  public static let noArtDimensions = Quirk(rawValue: "no-art-dimensions")

  /// The player takes files only from programs that prove by MTPZ that Microsoft licensed them.
  ///
  /// Breaks: every transfer, which is refused after the session has opened well. Seen on Microsoft's Zune HD
  /// (its OS descriptor and its vendor extension say MTPZ). With the quirk, a host says so instead of
  /// opening a session; nobody here speaks MTPZ. Wrongly set, a player that would take files is not tried.
  public static let mtpzOnly = Quirk(rawValue: "mtpz-only")

  /// The player puts every object of the format Undefined into the root, whatever folder it was sent to.
  ///
  /// Breaks: the object is not found in its folder, so that a sync sends it again and again, and a
  /// playlist does not refer to it. Seen on Samsung's YP-P2 (libmtp's README: "assigns parent folder ID 0
  /// to all unknown file types"). With the quirk, a host looks where the object has gone and moves it
  /// (MoveObject); where the player cannot move, the plan says so and nothing is sent. Wrongly set, each
  /// file costs one look more.
  public static let unknownTypesInRoot = Quirk(rawValue: "unknown-types-in-root")
}
