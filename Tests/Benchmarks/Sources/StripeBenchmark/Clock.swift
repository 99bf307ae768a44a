import Glibc

/// Nanoseconds of CPU time that this thread takes for a body.
///
/// Not wall time: other programs share the machine.
func cpuTime(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
  let start = now()
  try body()
  return now() - start
}

func median(_ values: [Double]) -> Double {
  values.sorted()[values.count / 2]
}
