import Glibc
import TestTools
import Testing

/// What README, CHANGELOG and `--help` say of the tool, held against the tool.
struct DocumentationTests {
  private static func lines(_ file: String) -> [Substring] {
    String(decoding: TestFile.read("\(Repository.root)/\(file)") ?? [], as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The command lines of a text that stand in lines of their own, without their comments.
  private static func examples(in lines: [Substring]) -> [String] {
    lines.map { $0.drop { $0 == " " } }.filter { $0.hasPrefix("pinstripe ") }.map { line in
      let end = line.firstRange(of: "  #")?.lowerBound ?? line.endIndex
      return String(line[..<end])
    }
  }

  /// What stands between backticks within a text.
  private static func quoted(in lines: [Substring]) -> [String] {
    lines.flatMap { line in
      line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
  }

  /// The command lines that stand within a text: `pinstripe …`.
  private static func quotations(in lines: [Substring]) -> [String] {
    quoted(in: lines).filter { $0.hasPrefix("pinstripe ") }
  }

  /// The subcommands of `pinstripe --help`.
  private static func subcommands(in help: [Substring]) -> Set<String> {
    var found: Set<String> = []
    var isWithin = false
    for line in help {
      if line.hasSuffix("SUBCOMMANDS:") { isWithin = true }
      if line.isEmpty { isWithin = false }
      let words = line.split(separator: " ")
      if isWithin, line.hasPrefix("  "), !line.hasPrefix("   "), let name = words.first {
        found.insert(String(name))
      }
    }
    return found
  }

  private static func help() async throws -> [Substring] {
    try await Tool()("--help").expect(0).text
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func readmeAndChangelogNameEverySubcommandAndNoOther() async throws {
    let subcommands = Self.subcommands(in: try await Self.help())
    #expect(subcommands.isSuperset(of: ["device", "pack", "ls"]))
    let readme = Self.lines("README.md")
    let commands = Self.examples(in: readme) + Self.quotations(in: readme)
    let named = commands.map { String($0.split(separator: " ")[1]) }.filter { !$0.hasPrefix("-") }
    #expect(Set(named) == subcommands)

    let tool = Self.lines("CHANGELOG.md").first { $0.hasPrefix("- The tool `pinstripe`:") }
    #expect(Set(Self.quoted(in: [try #require(tool)]).dropFirst()) == subcommands)
  }

  /// Other stages run these: `leak` takes a minute and needs other people's decoders, `watch` never ends.
  private static func isLong(_ example: String) -> Bool {
    ["pinstripe leak", "pinstripe watch"].contains { example.hasPrefix($0) }
  }

  /// What stands in lines of its own does what it says; without a player, that there is none.
  @Test func theExamplesWorkInTheirOrder() async throws {
    for (place, lines) in [
      ("README.md", Self.lines("README.md")), ("--help", try await Self.help()),
    ] {
      let examples = Self.examples(in: lines)
      #expect(examples.count >= 4, "\(place)")
      let tool = Tool()
      let song = try #require(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3"))
      TestFile.write(song, to: tool.folder("song.mp3"))
      mkdir(tool.folder("Music"), 0o755)
      for example in examples where !Self.isLong(example) {
        let outcome = try await tool.shell("\"$T\" " + example.dropFirst("pinstripe ".count))
        let command = example.split(separator: " ")[1]
        let needsPlayer =
          ["players", "push", "sync", "ls", "pull", "rm"].contains(command)
          || example.hasPrefix("pinstripe profiles new")
        #expect(
          outcome.status == (needsPlayer ? 69 : 0), "\(place): \(example): \(outcome.errors)")
      }
    }
  }

  /// A command named within a text has a page of help.
  @Test func whatIsQuotedHasHelp() async throws {
    let files = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    let quotations = files.flatMap { Self.quotations(in: Self.lines($0)) }
    #expect(!quotations.isEmpty)
    for quotation in quotations {
      // The command's own words, before options and what stands for a value: FILE.
      let words = quotation.split(separator: " ").dropFirst()
        .prefix { $0.allSatisfy(\.isLowercase) }
      let outcome = try await Tool().program.run(words.map(String.init) + ["--help"])
      let command = (["pinstripe"] + words).joined(separator: " ")
      #expect(outcome.status == 0 && outcome.text.contains("USAGE: \(command)"), "\(quotation)")
    }
  }
}
