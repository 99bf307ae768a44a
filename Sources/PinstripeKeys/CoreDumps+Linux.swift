import CLinux
import Glibc

/// Keeps this process's memory to itself.
public enum CoreDumps {
  /// Forbids core dumps of this process, and other processes of the same user to read its memory;
  /// for a program that is about to hold keys, once, at its start. `PR_SET_DUMPABLE`, `RLIMIT_CORE`
  ///
  /// - Returns: whether the system agreed to both. A program may go on when it did not.
  @discardableResult
  public static func disable() -> Bool {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    let limited = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0
    let hidden = pinstripe_forbid_dumps() == 0 && pinstripe_allows_dumps() == 0
    return limited && hidden
  }
}
