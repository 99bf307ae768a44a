import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe device describe`.
struct DescribeDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Write what a device's decoder takes, for its storage.",
    discussion: """
      The file goes to Pinstripe/device.pdev at the root of the player's storage. There 'push' and \
      'sync' find it, and obey it where their key store has the device's key, under which it is \
      authenticated: it says which epoch, suite and formats the device has, and never makes protection \
      weaker. It is no secret. No file is ever overwritten.
      """)

  @Argument(help: "The device's name or id.")
  var device: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The descriptor.", valueName: "file"))
  var output: String

  @Option(
    name: .customLong("revision"),
    help: ArgumentHelp(
      "Which of the device's descriptors this is; an older one is refused later.",
      valueName: "n"))
  var version: UInt32 = 1

  @Option(
    name: .customLong("suite"),
    help: "A suite that it decrypts, chacha20 or aes-128-ctr; may be given twice. (default: both)")
  var suites: [String] = []

  @Option(
    name: .customLong("format"),
    help: "A format that it plays: mp3, flac and so on, as in profiles; may be given several times."
  )
  var formats: [String] = []

  @Option(help: ArgumentHelp("Key slots that it reads, 1 to 16.", valueName: "n"))
  var keySlots = 16

  @Flag(help: "Its decoder reads no frame maps (built with --every-only).")
  var noFrameMaps = false

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let device = try keys.device(device, in: store)
    let formats = try formats.map { name in
      guard let format = AudioFormat(rawValue: name) else {
        let known = AudioFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw PinstripeError(.usage, "--format takes one of \(known), not \"\(name)\".")
      }
      return format
    }
    let numbers = try suites.map { name in
      guard let number = ProtectionRules.suiteNames[name] else {
        throw PinstripeError(.usage, "--suite takes chacha20 or aes-128-ctr, not \"\(name)\".")
      }
      return number
    }
    let all = numbers.isEmpty ? DeviceDescriptor.knownSuites : numbers
    let descriptor = try DeviceDescriptor(
      of: try store.playbackKey(for: device.id), version: version,
      suites: all.reduce(0) { $0 | 1 << UInt32($1) }, formats: DeviceDescriptor.bits(of: formats),
      keySlots: keySlots, readsFrameMaps: !noFrameMaps)
    try NewFile.write(descriptor.bytes, to: output)
    let place = DeviceDescriptor.path.joined(separator: "/")
    let fingerprint = try descriptor.fingerprint()
    try common.show(
      .object([("file", .string(output))] + (try descriptor.members)),
      "Wrote \(output); copy it to \(place) on the player. Fingerprint: \(fingerprint).")
  }
}

/// The command `pinstripe device descriptor`.
struct DeviceDescriptorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "descriptor", abstract: "Show what a player says of its decoder, or trust it.",
    discussion: """
      It counts where the key store has the device's key and the file is authenticated under it. \
      Otherwise compare the fingerprint with the one that the player shows, and give it with --trust: \
      then just this file is trusted. One that is older than before, or has another public key, is \
      refused until then.
      """)

  @Option(
    help: ArgumentHelp(
      "Trust it, for this is the fingerprint that the player shows.", valueName: "fingerprint"))
  var trust: String?

  @OptionGroup var player: PlayerOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let found = try await player.withTransport { transport, _ in
      (try await transport.descriptor(), transport.playerName)
    }
    guard let descriptor = found.0 else {
      throw PinstripeError(
        .notOnPlayer,
        "\(found.1) has no \(DeviceDescriptor.path.joined(separator: "/")); 'pinstripe device "
          + "describe' makes one.")
    }
    let memory = try DescriptorMemory.standard()
    if let trust { try pin(descriptor, trust, memory) }
    let judge = try keys.hasStore() ? DescriptorTrust(memory, try keys.open()) : .init(memory)
    let verdict = try judge.judge(descriptor, of: found.1)
    let lines = try descriptor.lines + [Self.sentence(verdict)]
    try common.show(
      .object(try descriptor.members + [("trust", .string("\(verdict)"))]),
      Terminal.printable(lines: lines))
  }

  private func pin(
    _ descriptor: DeviceDescriptor, _ given: String, _ memory: DescriptorMemory
  ) throws {
    func plain(_ text: String) -> String { text.lowercased().filter(\.isHexDigit) }
    let fingerprint = try descriptor.fingerprint()
    guard plain(given) == plain(fingerprint) else {
      throw PinstripeError(
        .keys, "The fingerprint is \(fingerprint), not that; the file is not the player's own.")
    }
    try memory.remember(descriptor)
  }

  private static func sentence(_ verdict: DescriptorTrust.Verdict) -> String {
    switch verdict {
    case .authentic: "It is authenticated under the device's key."
    case .pinned: "It is trusted, by its fingerprint."
    case .untrusted:
      "Nobody vouches for it; compare the fingerprint with the player's and give it with --trust."
    }
  }
}

extension DeviceDescriptor {
  private var suiteNames: [String] {
    ProtectionRules.suiteNames.filter { suites >> UInt32($0.value) & 1 == 1 }.keys.sorted()
  }

  private var formatNames: [String] { (audioFormats ?? [:]).keys.map(\.rawValue).sorted() }

  fileprivate var members: [(String, JSON)] {
    get throws(KeyError) {
      [
        ("device", .string("\(deviceID)")), ("epoch", .number(UInt64(epoch))),
        ("test", .bool(isTest)), ("version", .number(UInt64(version))),
        ("suites", .array(suiteNames.map { .string($0) })),
        ("formats", .array(formatNames.map { .string($0) })),
        ("keySlots", .number(UInt64(keySlots))), ("frameMaps", .bool(readsFrameMaps)),
        ("publicKey", .bool(publicKey != nil)), ("fingerprint", .string(try fingerprint())),
      ]
    }
  }

  fileprivate var lines: [String] {
    get throws(KeyError) {
      [
        "\(isTest ? "TEST device" : "Device") \(deviceID), epoch \(epoch), descriptor \(version)",
        "Suites: \(suiteNames.joined(separator: ", ")); key slots: \(keySlots); frame maps: "
          + "\(readsFrameMaps ? "yes" : "no")",
        "Formats: \(formatNames.isEmpty ? "not told" : formatNames.joined(separator: ", "))",
        "Fingerprint: \(try fingerprint())",
      ]
    }
  }
}
