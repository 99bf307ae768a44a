/// The names of files that are not complete yet, on this computer and on players.
public enum TemporaryName {
  /// What all names begin with that only this program gives, and nobody is shown.
  public static let prefix = ".pinstripe-"
  /// What these end in.
  public static let suffix = ".part"

  /// A name that no other file has.
  public static func make() -> String {
    prefix + String(UInt64.random(in: 0...UInt64.max), radix: 36) + suffix
  }
}
