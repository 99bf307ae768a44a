import CPinstripe
import PinstripeCore

/// Statuses of pinstripe_decoder.h under the names of Tests/Vectors.
enum Statuses {
  static let all: [(name: String, number: Int32)] = [
    ("OK", PINSTRIPE_OK), ("ARGUMENT", PINSTRIPE_E_ARGUMENT), ("ABI", PINSTRIPE_E_ABI),
    ("STORAGE", PINSTRIPE_E_STORAGE), ("TRUNCATED", PINSTRIPE_E_TRUNCATED),
    ("NOT_A_TRACK", PINSTRIPE_E_NOT_A_TRACK), ("VERSION", PINSTRIPE_E_VERSION),
    ("SUITE", PINSTRIPE_E_SUITE), ("PATTERN", PINSTRIPE_E_PATTERN),
    ("MALFORMED", PINSTRIPE_E_MALFORMED), ("CRITICAL_SECTION", PINSTRIPE_E_CRITICAL_SECTION),
    ("NO_SLOT", PINSTRIPE_E_NO_SLOT), ("UNWRAP", PINSTRIPE_E_UNWRAP), ("TAG", PINSTRIPE_E_TAG),
    ("PROVIDER", PINSTRIPE_E_PROVIDER), ("RANGE", PINSTRIPE_E_RANGE),
    ("KEYBOX", PINSTRIPE_E_KEYBOX), ("WORK_SIZE", PINSTRIPE_E_WORK_SIZE),
    ("CLEAR_REFUSED", PINSTRIPE_E_CLEAR_REFUSED), ("TEST_KEYBOX", PINSTRIPE_E_TEST_KEYBOX),
    ("TOO_LARGE", PINSTRIPE_E_TOO_LARGE),
  ]

  static func name(_ number: Int32) -> String {
    all.first { $0.number == number }?.name ?? "status \(number)"
  }

  /// The name of what a body throws, or "OK".
  static func of(_ body: () throws(TrackError) -> Void) -> String {
    do throws(TrackError) {
      try body()
      return "OK"
    } catch {
      return name(error.status)
    }
  }
}
