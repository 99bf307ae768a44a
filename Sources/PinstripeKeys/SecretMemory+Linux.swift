import Glibc

/// Pages of their own for a secret: locked into RAM where the system allows it, left out of core
/// dumps, and overwritten before they go back.
///
/// Whole pages, because locking works on pages and is not counted: unlocking one secret must not
/// unlock its neighbour.
@safe
final class SecretMemory {
  let base: UnsafeMutableRawPointer
  let count: Int

  /// Maps `count` zero bytes.
  ///
  /// - Throws: ``KeyError/Code/memory``.
  init(count: Int) throws(KeyError) {
    let mapped = unsafe mmap(
      nil, max(count, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard count >= 0, let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw KeyError(.memory, "there is not enough memory", systemError: errno)
    }
    unsafe self.base = unsafe mapped
    self.count = count
    // Both are best effort: RLIMIT_MEMLOCK may forbid the first, an old kernel the second.
    _ = unsafe mlock(mapped, max(count, 1))
    _ = unsafe madvise(mapped, max(count, 1), MADV_DONTDUMP)
  }

  deinit {
    unsafe explicit_bzero(base, count)
    unsafe munmap(base, max(count, 1))
  }
}
