import CLinux
import Glibc
import Testing

@testable import PinstripeKeys

struct CoreDumpsTests {
  /// In a process of its own: the tests' own crashes should still tell where.
  @Test func disablesThem() async {
    await #expect(processExitsWith: .success) {
      guard pinstripe_allows_dumps() != 0, CoreDumps.disable() else { exit(1) }
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { exit(2) }
      exit(pinstripe_allows_dumps() == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 3)
    }
  }
}
