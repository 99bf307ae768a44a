import Glibc
public import PinstripeFiles
public import PinstripeKeys

extension PinstripeError {
  /// Tells why a file that is read failed.
  public init(reading error: FileError) {
    guard error.code != ECANCELED else {
      self.init(.cancelled, "Cancelled.", underlying: error)
      return
    }
    let remedy =
      switch error.code {
      case ENOENT, ENOTDIR, ELOOP: "check the name"
      case EBADF: "it was closed by what started this program"
      case EACCES, EPERM: "you may not read it; check its permissions"
      case EISDIR: "name a file, not a folder"
      case EINVAL: "name a regular file, not a pipe or a device"
      default: "check the disk"
      }
    self.init(.noInput, "\(Self.capitalized(error.description)); \(remedy).", underlying: error)
  }

  /// Tells why a file that is written failed.
  public init(writing error: FileError) {
    let remedy =
      switch error.code {
      case ENOENT: "make the folder first"
      case ENOTDIR, ELOOP: "check the name"
      case EBADF: "it was closed by what started this program"
      case EACCES where error.operation == "open": "you may not write to it; check its permissions"
      case EACCES, EPERM: "choose a folder you may write to"
      // Linux makes a FAT read-only as soon as it finds a chain that a pulled cable has broken.
      case EROFS:
        "choose another folder, or, if a player was unplugged without being ejected, repair its file "
          + "system (fsck) and mount it again"
      case ENOSPC, EDQUOT: "free some space; nothing was left behind"
      case EISDIR: "name a file, not a folder"
      case ENAMETOOLONG: "choose a shorter name"
      case EFBIG: "raise the limit on file sizes (ulimit -f); nothing was left behind"
      case EPIPE: "the program reading the output went away"
      default: "check the disk"
      }
    self.init(.noOutput, "\(Self.capitalized(error.description)); \(remedy).", underlying: error)
  }

  /// A source that is not as long as it said.
  static func changed(_ name: String) -> PinstripeError {
    PinstripeError(.noInput, "\(name) changed its size while it was being read; try again.")
  }

  /// Passes on what the key store says.
  public init(_ error: KeyError) {
    self.init(.keys, Self.sentence(error.description), underlying: error)
  }

  /// A clause as a sentence: a capital first, a full stop last.
  static func sentence(_ clause: String) -> String {
    let text = capitalized(clause)
    return text.hasSuffix(".") ? text : text + "."
  }

  private static func capitalized(_ clause: String) -> String {
    // A path keeps its spelling.
    let word = clause.prefix { $0 != " " }
    guard let first = word.first, first.isLetter, !word.contains("/"), !word.contains(":")
    else { return clause }
    return first.uppercased() + clause.dropFirst()
  }
}
