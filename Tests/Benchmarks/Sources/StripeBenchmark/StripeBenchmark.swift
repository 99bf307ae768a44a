import Glibc

/// What partial encryption costs beside copying the bytes and beside encrypting them all.
///
/// Ratios of throughput in one process; absolute speeds would say more of the machine than of the code.
@main
struct StripeBenchmark {
  static let sizes = [("64KiB", 64 << 10), ("256MiB", 256 << 20)]
  static let strides: [UInt16] = [2, 4, 8, 10, 16, 32, 100]
  /// The least that must come out, on every CPU.
  static let gates = [
    "stripe.every10.aes.inplace.64KiB.vs_memcpy": 0.35,
    "stripe.every10.aes.inplace.64KiB.vs_keystream": 0.40,
    "stripe.every10.aes.inplace.64KiB.vs_full": 3.50,
    "stripe.every10.aes.inplace.256MiB.ssse3.vs_memcpy": 0.85,
    "stripe.every10.chacha20.inplace.64KiB.vs_keystream": 0.50,
    "stripe.every10.aes.inplace.256MiB.vs_memcpy": 0.90,
    "stripe.every10.chacha20.inplace.256MiB.vs_memcpy": 0.85,
    "stripe.every10.aes.outofplace.256MiB.vs_memcpy": 0.70,
    "stripe.every10.chacha20.outofplace.256MiB.vs_memcpy": 0.70,
    "stripe.framed.aes.inplace.256MiB.vs_memcpy": 0.50,
    "stripe.framed.chacha20.inplace.256MiB.vs_memcpy": 0.50,
  ]
  /// The least that must come out in a buffer that lies in the second-level cache, where a CPU can.
  ///
  /// Before a byte is striped, libcrypto has made the keystream for it. Where memcpy is so fast that
  /// this alone uses the time up, no stripe could reach the gate, which is then skipped by name;
  /// `vs_full` and `vs_keystream` above hold the stripe down there.
  static let cacheGates = [
    "stripe.every10.aes.inplace.64KiB.vs_memcpy": 0.70,
    "stripe.every10.aes.inplace.64KiB.ssse3.vs_memcpy": 0.60,
    "stripe.every10.aes.outofplace.64KiB.vs_memcpy": 0.55,
    "stripe.every10.chacha20.inplace.64KiB.vs_memcpy": 0.50,
  ]
  /// The least time a stripe takes in the cache, as a part of memcpy's: it reads and writes the same
  /// lines.
  static let leastPass = 0.9
  /// Odd, so that there is a median.
  static let runs = 5

  struct Figure {
    let name: String
    let value: Double
    /// What the keystream alone reaches of memcpy's speed, where a cache gate holds for the figure.
    var keystream: Double? = nil

    var gate: Double {
      guard let gate = cacheGates[name], isReachable(gate) else { return gates[name] ?? 0 }
      return gate
    }
    var isMissed: Bool { value < gate }

    func isReachable(_ gate: Double) -> Bool {
      guard let keystream else { return false }
      return 1 / gate - 1 / keystream >= leastPass
    }
  }

  static func main() {
    do {
      var isMissed = false
      for (name, size) in sizes {
        let bench = try Bench(size: size)
        for suite in Suite.all {
          note("stripe: \(name), \(suite.name)")
          let sets: [() throws -> [Figure]] =
            strides.map { stride in { try striped(bench, suite, stride, name) } }
            + [{ try framed(bench, suite, name) }]
            + InstructionSet.all.map { set in { try every10(bench, suite, set, name) } }
          for set in sets {
            let figures = try measure(set)
            isMissed = figures.contains(where: \.isMissed) || isMissed
            for figure in figures {
              print("figure \(figure.name) \(text(figure.value)) ratio")
              noteSkipped(figure)
            }
          }
        }
      }
      exit(isMissed ? 1 : 0)
    } catch {
      note("stripe: \(error)")
      exit(1)
    }
  }

  /// A gate that is missed is measured once more: the machine may have been busy.
  static func measure(_ set: () throws -> [Figure]) throws -> [Figure] {
    var figures: [Figure] = []
    for attempt in 1...2 {
      figures = try set()
      for figure in figures where figure.isMissed {
        let again = attempt == 1 ? "; measuring again" : ", twice"
        note("\(figure.name) is \(text(figure.value)), below \(text(figure.gate))\(again)")
      }
      if !figures.contains(where: \.isMissed) { break }
    }
    return figures
  }

  static func noteSkipped(_ figure: Figure) {
    guard let gate = cacheGates[figure.name], !figure.isReachable(gate) else { return }
    let keystream = text(figure.keystream ?? 0)
    note(
      "gate \(text(gate)) of \(figure.name) skipped: the keystream alone is at \(keystream) of memcpy"
    )
  }

  /// Every 10th byte in place with one instruction set; nothing where this CPU does not have it.
  static func every10(
    _ bench: Bench, _ suite: Suite, _ set: InstructionSet, _ size: String
  ) throws -> [Figure] {
    let name = "stripe.every10.\(suite.name).inplace.\(size).\(set.name).vs_memcpy"
    guard set.isHere else {
      note("\(name) skipped: this CPU has no \(set.name)")
      return []
    }
    var (ratios, keystream): ([Double], [Double]) = ([], [])
    for _ in 0..<runs {
      let copying = bench.copying()
      ratios.append(try copying / bench.striped(suite, every: 10, inPlace: true, in: set))
      keystream.append(try copying / bench.keystream(suite, every: 10))
    }
    return [Figure(name: name, value: median(ratios), keystream: median(keystream))]
  }

  static func framed(_ bench: Bench, _ suite: Suite, _ size: String) throws -> [Figure] {
    var ratios: [String: [Double]] = [:]
    for _ in 0..<runs {
      let (copying, full) = (bench.copying(), try bench.full(suite))
      let framed = try bench.framed(suite)
      ratios["vs_memcpy", default: []].append(copying / framed)
      ratios["vs_full", default: []].append(full / framed)
    }
    return ratios.map {
      Figure(
        name: "stripe.framed.\(suite.name).inplace.\(size).\($0.key)", value: median($0.value))
    }.sorted { $0.name < $1.name }
  }

  static func striped(
    _ bench: Bench, _ suite: Suite, _ stride: UInt16, _ size: String
  ) throws -> [Figure] {
    let prefix = "stripe.every\(stride).\(suite.name)"
    var ratios: [String: [Double]] = [:]
    // What is compared is measured close together, so that both meet the same machine.
    for _ in 0..<runs {
      let copying = bench.copying()
      let full = try bench.full(suite)
      let keystream = try bench.keystream(suite, every: stride)
      ratios["\(prefix).keystream.\(size).vs_memcpy", default: []].append(copying / keystream)
      for (place, inPlace) in [("inplace", true), ("outofplace", false)] {
        let striped = try bench.striped(suite, every: stride, inPlace: inPlace)
        ratios["\(prefix).\(place).\(size).vs_memcpy", default: []].append(copying / striped)
        ratios["\(prefix).\(place).\(size).vs_full", default: []].append(full / striped)
        if inPlace {
          ratios["\(prefix).\(place).\(size).vs_keystream", default: []]
            .append(keystream / striped)
        }
      }
    }
    let keystream = median(ratios["\(prefix).keystream.\(size).vs_memcpy", default: []])
    return ratios.map { Figure(name: $0.key, value: median($0.value), keystream: keystream) }
      .sorted { $0.name < $1.name }
  }

  static func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  static func note(_ text: String) {
    let line = text + "\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
