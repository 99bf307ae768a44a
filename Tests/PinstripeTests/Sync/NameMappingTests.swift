import PinstripeProfile
import PinstripeProfiles
import TestTools
import Testing

@testable import Pinstripe

/// Names of any kind, on every player there is a profile of: legal there, different from each other, the
/// same every time, and the original can be told.
struct NameMappingTests {
  /// One profile for each set of rules that names are made by.
  private static func profiles() throws -> [DeviceProfile] {
    try ProfileRegistry.builtIn().profiles.reduce(into: [DeviceProfile.careful]) { found, profile in
      let isNew = !found.contains {
        $0.storage == profile.storage
          && $0.quirks.contains(.uniqueFileNames) == profile.quirks.contains(.uniqueFileNames)
      }
      if isNew { found.append(profile) }
    }
  }

  /// Texts that have broken programs before.
  private static let awkward = [
    "", ".", "..", "...", " ", "a.", "a ", "a. .", " a", "CON", "con.mp3", "Aux .flac", "COM1.mp3",
    "LPT¹.mp3", "CONIN$", "COM10.mp3", "CONCERT.mp3", "é.mp3", "e\u{301}.mp3", "É.mp3", "ſ.mp3",
    "s.mp3", "S.mp3", "K.mp3", "\u{212A}.mp3", "ß.mp3", "ss.mp3", "İ.mp3", "i\u{307}.mp3", "a?.mp3",
    "a*.mp3", "a_.mp3", "a?.MP3", "a\u{0}.mp3", "a\n.mp3", "a\u{85}.mp3", "a\u{7F}", "👨‍👩‍👧‍👦.mp3",
    "🇩🇪.mp3", "\u{202E}3pm.exe", "\u{FEFF}.mp3", "\u{FFFE}.mp3", ".pinstripe-1.part",
    ".pinstripe-old-a.mp3", "a~123456.mp3", "a_~4kq80z.mp3", "a.mp3 ", "a.mp3.", "a.m?3", "a.?",
    "a:b.mp3", "a|b.mp3", "\\.mp3", "漢字.mp3", "한글.mp3", "\u{1112}\u{1161}\u{11AB}.mp3",
  ]

  private func scalar(_ random: inout Random) -> Unicode.Scalar {
    switch UInt32.random(in: 0..<10, using: &random) {
    case 0...3: return Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random))
    case 4: return Unicode.Scalar(UInt8.random(in: 0...0xFF, using: &random))
    case 5: return Array("\"*/:<>?\\|. ~_-".unicodeScalars).randomElement(using: &random) ?? "?"
    case 6:
      return Unicode.Scalar(UInt32.random(in: 0x300...0x36F, using: &random)) ?? "\u{301}"
    case 7: return Unicode.Scalar(UInt32.random(in: 0x1F300...0x1FAFF, using: &random)) ?? "😀"
    default: return Unicode.Scalar(UInt32.random(in: 0...0x10_FFFF, using: &random)) ?? "\u{FFFD}"
    }
  }

  private func name(_ random: inout Random) -> String {
    if Bool.random(using: &random), let known = Self.awkward.randomElement(using: &random) {
      return known
    }
    let length = Bool.random(using: &random) ? 3 : Int.random(in: 1...300, using: &random)
    var scalars = String.UnicodeScalarView()
    for _ in 0..<length { scalars.append(scalar(&random)) }
    return String(scalars) + (["", ".mp3", ".flac"].randomElement(using: &random) ?? "")
  }

  /// A path, none of whose parts could stand in a file system: no "/", no zero, not empty.
  private func place(_ random: inout Random) -> String {
    let depth = Int.random(in: 0...9, using: &random) % 4
    let parts = (0...depth).map { number in
      let part = name(&random).unicodeScalars.filter { $0 != "/" && $0.value != 0 }
      // A folder and a file of one name are twins of another kind, which SyncPlacesTests has.
      let start = (number < depth ? "in " : "").unicodeScalars
      return part.isEmpty || part.allSatisfy { $0 == "." }
        ? String(start) + "x" : String(start + String.UnicodeScalarView(part))
    }
    return parts.joined(separator: "/")
  }

  private func map(
    _ items: [SyncItem], _ profile: DeviceProfile, isProtected: Bool
  ) -> [String] {
    var places = SyncPlaces(profile)
    return items.map { places.make(for: $0, isProtected: isProtected) }
  }

  @Test func namesOfAnyKind() throws {
    let profiles = try Self.profiles()
    #expect(profiles.count > 4)
    for profile in profiles { check(profile) }
  }

  private func check(_ profile: DeviceProfile) {
    var random = Random(seed: 31)
    var seen: Set<[UInt8]> = []
    let items = (0..<250).map { _ in place(&random) }
      .filter { seen.insert(Array($0.utf8)).inserted }
      .map { SyncItem(path: "/" + $0, place: $0, size: 1, modified: 1) }
    for isProtected in [true, false] {
      let places = map(items, profile, isProtected: isProtected)
      #expect(map(items, profile, isProtected: isProtected) == places)
      let alone = items.map { map([$0], profile, isProtected: isProtected)[0] }
      let groups = Dictionary(grouping: alone) { place in
        profile.quirks.contains(.uniqueFileNames)
          ? TrackName.folded(String(place.split(separator: "/").last ?? ""))
          : TrackName.folded(place)
      }
      let single = Set(groups.values.filter { $0.count == 1 }.joined())
      var taken: Set<String> = []
      for (index, item) in items.enumerated() {
        let place = places[index]
        let label = Comment(
          "\(profile.id): \(item.place.debugDescription) became \(place.debugDescription)")
        #expect(TrackPath.complaint(place, rules: profile.storage) == nil, label)
        #expect(taken.insert(TrackName.folded(place)).inserted, label)
        // A name depends on nothing but its original, unless that has a twin.
        if single.contains(alone[index]) {
          #expect(TrackName.folded(place) == TrackName.folded(alone[index]), label)
        }
        // What stays tells the original itself; of what does not, plan and ledger tell.
        let renaming = SyncPlaces.reason(
          item, at: place, isProtected: isProtected, isHidden: false, rules: profile.storage)
        if renaming == nil, !isProtected {
          #expect(place.utf8.elementsEqual(item.place.utf8), label)
        }
      }
    }
  }

  @Test func theAwkwardOnesAreToldApart() {
    let names = Self.awkward.map { $0.unicodeScalars.filter { $0 != "/" } }
      .map { String(String.UnicodeScalarView($0)) }
    for characters in NameCharacters.allCases {
      var profile = DeviceProfile.careful
      profile.storage.characters = characters
      let items = names.map { SyncItem(path: $0, place: "A/\($0)", size: 1, modified: 1) }
      let places = map(items, profile, isProtected: false)
      for (name, place) in zip(names, places) {
        let complaint = TrackPath.complaint(place, rules: profile.storage)
        #expect(complaint == nil, "\(name) became \(place)")
      }
      #expect(Set(places.map(TrackName.folded)).count == places.count, "\(characters)")
    }
  }

  @Test func tagsAreTheSameOnEveryComputer() {
    let rules = StorageRules()
    #expect(
      TrackName.make(from: "What?.mp3", isProtected: false, rules: rules) == "What_~z9evmx.mp3")
    #expect(!NameTag.ends("a~12345u".unicodeScalars) && NameTag.ends("a~12345z".unicodeScalars))
  }

  @Test func reasonsAreGiven() {
    func reason(_ place: String, _ became: String? = nil, isProtected: Bool = false) -> String? {
      let item = SyncItem(path: place, place: place, size: 1, modified: 1)
      let there = became ?? map([item], .careful, isProtected: isProtected)[0]
      return SyncPlaces.reason(
        item, at: there, isProtected: isProtected, isHidden: false, rules: .init())
    }
    #expect(reason("A/b.mp3") == nil && reason("A/b.mp3", isProtected: true) == nil)
    #expect(reason("A?/b.mp3") == "names there have no \"?\"")
    #expect(reason("con.mp3")?.contains("device") == true)
    #expect(reason("a./b.mp3")?.contains("drops") == true)
    #expect(reason("a/\(String(repeating: "x", count: 300)).mp3")?.contains("at most") == true)
    #expect(reason("1/2/3/4/5/6/7/8/9.mp3")?.contains("deep") == true)
    #expect(reason("a~123456.mp3")?.contains("changed names") == true)
    #expect(reason("B/a.mp3", "b/a.mp3")?.contains("folder") == true)
    #expect(reason("a.mp3", "a~000000.mp3")?.contains("another file") == true)
  }
}
