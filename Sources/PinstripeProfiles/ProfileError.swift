/// Why a profile file is refused.
public struct ProfileError: Error, Sendable {
  /// The file's name.
  public let file: String
  /// The line, from 1 on, of what is no JSON or of the value that is wrong; 0 when there is no file to
  /// point into.
  public let line: Int
  /// The column, from 1 on, in characters; 0 when there is no file to point into.
  public let column: Int
  /// The key the reason is about, with those around it: "transfer.queueDepth".
  public let key: String
  /// What is wrong, as a clause.
  public let reason: String
}

extension ProfileError: CustomStringConvertible {
  /// File, place and reason, in the form editors jump to.
  public var description: String {
    let place = line > 0 ? ":\(line):\(column)" : ""
    let subject = key.isEmpty ? "" : " \"\(key)\""
    return "\(file)\(place):\(subject) \(reason)"
  }
}
