import PinstripeMTP
import PinstripeProfile

/// How a player with a quirk misbehaves.
///
/// | quirk | what the responder does |
/// |---|---|
/// | `no-rename` | it has neither SetObjectPropValue nor SetObjectPropList |
/// | `exact-data-phase` | it breaks down for good when a data phase is not what was announced |
/// | `wrapped-size` | ObjectInfo has a size's lower 32 bits |
/// | `no-proplist`, `no-proplist-all` | GetObjectPropList (for more than one object) is never answered |
/// | `one-byte-instead-of-zlp` | a byte follows an answer of a multiple of 64 bytes |
/// | `tolerate-bad-response-header` | junk in headers |
/// | `detect-ogg-by-extension` | an Ogg file is listed as Undefined |
/// | `send-ogg-as-undefined`, `send-flac-as-undefined` | those formats' codes are refused |
/// | `no-send-proplist` | what SendObjectPropList announces is forgotten |
/// | `unique-filenames` | a name that a file has in any folder is refused |
/// | `date-modified-write-once` | a second DateModified is refused |
/// | `no-art-dimensions` | it breaks down when a picture's width or height is set |
/// | `mtpz-only` | every transfer of an object is refused |
/// | `unknown-types-in-root` | objects of the format Undefined go into the root |
extension MemoryResponder {
  /// What a whole operation is refused with.
  func refusal(of operation: OperationCode) -> ResponseCode? {
    let transfers: Set<OperationCode> = [
      .sendObjectInfo, .sendObjectPropList, .getObject, .getPartialObject, .getPartialObject64,
    ]
    return profile.quirks.contains(.mtpzOnly) && transfers.contains(operation)
      ? .accessDenied : nil
  }

  /// What a new value of a property is refused with.
  func refusal(
    of code: ObjectPropertyCode, _ object: StoredObject, _ value: PropertyValue
  ) -> ResponseCode? {
    if code == .dateModified, object.properties[code] != nil,
      profile.quirks.contains(.dateModifiedWriteOnce)
    {
      return .accessDenied
    }
    if code != .objectFileName, let text = value.text,
      text.utf16.count > profile.mtp.maximumStringLength
    {
      return .invalidObjectPropValue
    }
    return nil
  }

  /// Whether a player on which names are unique has a file of a name.
  func isTaken(_ name: String, _ handle: ObjectHandle?, _ state: State) -> Bool {
    profile.quirks.contains(.uniqueFileNames)
      && state.store.all.contains {
        $0.name == name && $0.handle != handle && $0.format != .association
      }
  }

  /// The folder that an object ends in.
  func home(of format: ObjectFormat, in folder: ObjectHandle) -> ObjectHandle {
    format == .undefined && profile.quirks.contains(.unknownTypesInRoot) ? .none : folder
  }

  /// The format that it says an object has.
  func shownFormat(of object: StoredObject) -> ObjectFormat {
    object.format == .ogg && profile.quirks.contains(.detectOggByExtension)
      ? .undefined : object.format
  }

  /// Whether a list of properties never comes.
  func neverLists(depth: UInt32) -> Bool {
    profile.quirks.contains(.noPropertyList)
      || depth > 0 && profile.quirks.contains(.noPropertyListOfAll)
  }

  /// What follows a transfer of so many bytes in the place of a zero-length packet.
  func endByte(of length: UInt64) -> [UInt8] {
    length % 64 == 0 && profile.quirks.contains(.oneByteInsteadOfZeroLengthPacket) ? [0] : []
  }

  /// Makes a header what Creative's ZEN sends.
  func junk(_ header: inout ContainerHeader) {
    guard profile.quirks.contains(.tolerateBadResponseHeader) else { return }
    header.transaction = TransactionID(rawValue: 0xD201_D102)
    if header.kind == .data { header.code = 0xD101 }
  }

  func response(
    to command: Message, _ code: ResponseCode, _ parameters: [UInt32]
  ) -> [UInt8] {
    var message = Message(
      .response, code: code.rawValue, transaction: command.header.transaction,
      parameters: parameters)
    junk(&message.header)
    return message.encoded
  }
}
