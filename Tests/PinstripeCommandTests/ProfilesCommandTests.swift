import Glibc
import TestTools
import Testing

/// `pinstripe profiles` and `pinstripe udev`.
struct ProfilesCommandTests {
  /// A tool with a folder of profiles of its person's own.
  private func tool(profiles: [String: String] = [:]) -> Tool {
    let tool = Tool()
    for part in ["", "/pinstripe", "/pinstripe/profiles"] {
      mkdir(tool.folder(".config") + part, 0o755)
    }
    for (id, text) in profiles {
      TestFile.write(text.utf8, to: tool.folder(".config/pinstripe/profiles/\(id).json"))
    }
    return tool
  }

  private static func profile(_ id: String, _ members: String = "") -> String {
    """
    {
      "schema": 1, "id": "\(id)", "name": "Mine",
      "modes": [{ "protocol": "mtp", "usb": "0781:74d0" }],\(members)
      "evidence": [{ "source": "a test", "facts": ["modes"] }]
    }
    """
  }

  @Test func listShowsAllAndWhereTheyAreFrom() async throws {
    let mine = "sandisk-sansa-clip-plus"
    let tool = tool(profiles: [mine: Self.profile(mine)])
    let text = try await tool("profiles", "list").expect(0).text
    let lines = text.split(separator: "\n")
    #expect(lines.count >= 48)
    #expect(lines == lines.sorted())
    #expect(
      lines.contains(
        "umtp-responder                Linux player with umtp-responder (1d6b:0100), plays protected tracks"
      ))
    #expect(
      lines.contains {
        $0.hasPrefix(mine) && $0.hasSuffix("/.config/pinstripe/profiles/\(mine).json")
      })
    let json = try await tool("profiles", "list", "--json").expectJSON(0)
    #expect(json["problems"] == "[]")
    #expect(json["profiles"]?.contains("\"id\":\"creative-zen\",\"name\":\"Creative ZEN\"") == true)
  }

  /// A broken file is told, and hides nothing.
  @Test func aBrokenFileIsToldAndTheRestWorks() async throws {
    let tool = tool(profiles: ["mine": Self.profile("mine", "\n  \"colour\": 1,")])
    let outcome = try await tool("profiles", "list")
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("sandisk-sansa-clip-plus"))
    let place = "/.config/pinstripe/profiles/mine.json:4:3: \"colour\" is not a key"
    #expect(outcome.errors.contains(place), "\(outcome.errors)")
    let json = try await tool("profiles", "list", "--json").expectJSON(0)
    #expect(json["problems"]?.contains("mine.json:4:3") == true)
    #expect(try await tool("profiles", "match", "0781:74d0").text.contains("clip-plus: its USB"))
    let lint = try await tool("profiles", "lint")
    lint.expect(78, containing: "1 finding")
    #expect(lint.text.contains(place) && lint.text.count { $0 == "\n" } == 1)
    let failure = try await tool("profiles", "lint", "--json").expectJSON(78, error: "profile")
    #expect(failure["error"]?.contains("mine.json:4:3") == true)
  }

  @Test func lintJudgesFiles() async throws {
    let tool = tool()
    let built = try await tool("profiles", "lint", "--json").expectJSON(0)
    #expect(built["profiles"].flatMap { Int($0) } ?? 0 >= 48)
    let text = try await tool("profiles", "lint").expect(0).text
    #expect(text.hasSuffix(" profiles are in order.\n"))
    let good = tool.folder("good.json")
    TestFile.write(
      Self.profile("good").replacing("74d0", with: "7fff").utf8, to: good)
    try await tool("profiles", "lint", good).expect(0)
    let bad = tool.folder("bad.json")
    TestFile.write(Self.profile("bad").utf8, to: bad)
    let outcome = try await tool("profiles", "lint", good, bad)
    outcome.expect(78, containing: "not in order")
    let claim =
      "\(bad):3:12: \"modes\" claims 0781:74d0 as sandisk-sansa-clip-plus does"
    #expect(outcome.text.contains(claim), "\(outcome.text)")
    try await tool("profiles", "lint", tool.folder("absent.json"))
      .expect(66, containing: "absent.json")
  }

  /// What is shown is a file that reads as the profile it shows.
  @Test func showPrintsAFile() async throws {
    let tool = tool()
    let text = try await tool("profiles", "show", "sandisk-sansa-clip-zip").expect(0).text
    #expect(text.contains("\n  \"id\": \"sandisk-sansa-clip-zip\",\n"))
    #expect(text.contains("\"musicFolder\": \"MUSIC\""), "the family's")
    #expect(text.contains("\"date-modified-write-once\""))
    let path = tool.folder(".config/pinstripe/profiles/sandisk-sansa-clip-zip.json")
    TestFile.write(text.utf8, to: path)
    #expect(try await tool("profiles", "show", "sandisk-sansa-clip-zip").expect(0).text == text)
    let json = try await tool("profiles", "show", "sandisk-sansa-clip-zip", "--json")
      .expectJSON(0)
    #expect(json["origin"] == path)
    #expect(json["profile"]?.contains("\"name\":\"SanDisk Sansa Clip Zip\"") == true)
    try await tool("profiles", "show", "careful-default").expect(0)
  }

  @Test func matchTellsWhichAndWhy() async throws {
    let tool = tool()
    let cases: [([String], String, String)] = [
      (["0781:74d0"], "sandisk-sansa-clip-plus", "USB ids are"),
      (["0781:7421"], "sandisk-sansa-e200", "USB ids are"),
      (
        ["0781:7421", "--manufacturer", "Rockbox.org", "--product", "Rockbox media player"],
        "rockbox-sansa-e200", "USB ids with the name are"
      ),
      (["0781:74c0", "--firmware", "V01.01.11"], "sandisk-sansa-fuze", "USB ids are"),
      (
        ["0781:74C0", "--firmware", "V01.02.31F"], "sandisk-sansa-fuze-01-01-15",
        "with the version"
      ),
      (["ffff:0001", "--serial", "x", "--bcd-device", "0100"], "careful-default", "no profile"),
    ]
    for (arguments, id, reason) in cases {
      let words = ["profiles", "match"] + arguments + ["--json"]
      let json = try await tool.program.run(words).expectJSON(0)
      #expect(json["profile"] == id, "\(arguments)")
      #expect(json["reason"]?.contains(reason) == true, "\(json)")
    }
    let disk = try await tool("profiles", "match", "0781:74d1").expect(0).text
    #expect(
      disk
        == "sandisk-sansa-clip-plus: its USB ids are those of the profile\n"
        + "SanDisk Sansa Clip+ is in its mass-storage mode; to reach it over MTP, choose MTP on the "
        + "player under Settings, USB Mode.\n")
  }

  @Test func udevPrintsTheHardwareDatabase() async throws {
    let tool = tool()
    let text = try await tool("udev", "hwdb").expect(0).text
    let entries = text.split(separator: "\n").filter { $0.hasPrefix("usb:") }
    #expect(entries.count >= 45 && Set(entries).count == entries.count)
    #expect(text.contains("# SanDisk Sansa Clip+\nusb:v0781p74D0*\n ID_MEDIA_PLAYER=1\n"))
    #expect(!text.contains("p74D1"), "disks are the system's")
    let json = try await tool("udev", "hwdb", "--json").expectJSON(0)
    #expect(json["name"] == "69-pinstripe.hwdb" && json["text"] == text)

    for part in ["etc", "etc/udev", "etc/udev/hwdb.d"] { mkdir(tool.folder(part), 0o755) }
    TestFile.write(text.utf8, to: tool.folder("etc/udev/hwdb.d/69-pinstripe.hwdb"))
    let program = Program("systemd-hwdb")
    guard let made = try? await program.run(["--strict", "--root", tool.folder.path, "update"])
    else {
      print("skipped: there is no systemd-hwdb")
      return
    }
    #expect(made.status == 0, "\(made.errors)")
    for (id, isPlayer) in [
      ("v0781p74D0d0100", true), ("v1D6Bp0100d0001", true), ("v0781p74D1d0100", false),
      ("v0781p0001d0100", false),
    ] {
      let found = try await program.run(["--root", tool.folder.path, "query", "usb:\(id)"])
      #expect(found.text.contains("ID_MEDIA_PLAYER=1") == isPlayer, "\(id): \(found.text)")
      #expect(found.text.contains("ID_MTP_DEVICE=1") == isPlayer, "\(id)")
    }
  }

  /// A name may have what udev would take for a pattern, or for the end of the text.
  @Test func udevPrintsRulesForWhatIdsDoNotTell() async throws {
    let odd = """
      {
        "schema": 1, "id": "odd", "name": "Odd",
        "modes": [
          { "protocol": "mtp", "usb": "1234:5678", "product": "a\\"b[c]*", "serialPattern": "X*?" }
        ],
        "evidence": [{ "source": "a test", "facts": ["modes"] }]
      }
      """
    let tool = tool(profiles: ["odd": odd])
    let text = try await tool("udev", "rules").expect(0).text
    let rules = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(rules.count == 2, "the board's and this one")
    #expect(
      rules.contains(
        "SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", ATTR{idVendor}==\"1234\", "
          + "ATTR{idProduct}==\"5678\", ATTR{product}==\"a?b?c??\", ATTR{serial}==\"X*?\", "
          + "ENV{ID_MEDIA_PLAYER}=\"1\", ENV{ID_MTP_DEVICE}=\"1\""), "\(rules)")
    #expect(rules.contains { $0.contains("ATTR{product}==\"Reference board\"") })
    #expect(!(try await tool("udev", "hwdb").expect(0).text.contains("v1234")))
  }
}
