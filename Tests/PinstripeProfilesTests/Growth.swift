import Glibc

/// How many times as much CPU time a body takes for four times the size: about 4 where it is linear, and 16
/// where it is quadratic.
///
/// Not wall time, nor seconds: other tests and programs share the machine.
func growth(from size: Int, _ body: (Int) throws -> Void) rethrows -> Double {
  func seconds(_ size: Int) throws -> Double {
    let start = cpuTime()
    try body(size)
    return cpuTime() - start
  }
  let small = try seconds(size)
  return try seconds(4 * size) / small
}

/// Of this thread (clock_gettime(2)).
private func cpuTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
