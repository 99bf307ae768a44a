import PinstripeProfile
import TestTools
import Testing

@testable import Pinstripe

/// File names on players.
struct TrackNameTests {
  private var rules = StorageRules()

  private func make(_ source: String, isProtected: Bool = true) -> String {
    TrackName.make(from: source, isProtected: isProtected, rules: rules)
  }

  @Test(arguments: [
    ("song.mp3", "song.pst", "song.mp3"), ("song", "song.pst", "song"),
    ("a.b.mp3", "a.b.pst", "a.b.mp3"), ("", "_~.pst", "_~"), (".", "_~.pst", "_~"),
    ("..", "_.~.pst", "_.~"), (".hidden", "_hidden~.pst", "_hidden~"),
    (".a.mp3", "_a~.pst", "_a~.mp3"), ("a/b.mp3", "a_b~.pst", "a_b~.mp3"),
    ("what?.mp3", "what_~.pst", "what_~.mp3"), ("tab\t.mp3", "tab_~.pst", "tab_~.mp3"),
    ("delete\u{7F}.mp3", "delete_~.pst", "delete_~.mp3"), ("Ünï.mp3", "Ünï.pst", "Ünï.mp3"),
    ("track.pst", "track.pst", "track.pst"), ("a.mp3. ", "a.mp3. .pst", "a.mp3. ~"),
    ("con.mp3", "_con~.pst", "_con~.mp3"), ("LPT1", "_LPT1~.pst", "_LPT1~"),
    ("COM10.mp3", "COM10.pst", "COM10.mp3"), ("a~000000.mp3", "a~000000~.pst", "a~000000~.mp3"),
    ("a.mp3 ", "a.pst", "a~.mp3"), ("a.", "a..pst", "a.~"),
  ])
  func namesThatPlayersCanHold(_ source: String, _ protected: String, _ plain: String) {
    for (isProtected, expected) in [(true, protected), (false, plain)] {
      let name = make(source, isProtected: isProtected)
      // A changed name ends in its tag.
      var wanted = expected
      if let mark = wanted.lastIndex(of: "~") {
        wanted.replaceSubrange(mark...mark, with: NameTag.make(of: source.utf8))
      }
      #expect(name == wanted)
      #expect(TrackName.complaint(name, rules: rules) == nil, "\(source) became \(name)")
    }
  }

  // Regression: the ending of a file that goes unprotected was neither cleaned nor shortened.
  @Test(arguments: ["a.m?p3", "a.\u{1}", "x." + String(repeating: "y", count: 300)])
  func endingsAreCleanedToo(_ source: String) {
    let name = make(source, isProtected: false)
    #expect(TrackName.complaint(name, rules: rules) == nil, "\(source) became \(name)")
  }

  @Test func longNamesAreShortenedBeforeTheEnding() {
    for limit in [48, 64, 200, 254] {
      withRules(limit) { rules in
        for character in ["x", "é", "😀", "e\u{301}"] {
          let source = String(repeating: character, count: 400) + ".flac"
          let plain = TrackName.make(from: source, isProtected: false, rules: rules)
          #expect(plain.hasSuffix(".flac"), "\(limit) \(character)")
          #expect(plain.utf16.count <= limit - 15, "\(limit) \(character)")
          // One of both limits is used as far as whole characters allow.
          let isLong =
            plain.utf16.count >= limit - 17 || plain.utf8.count >= rules.maximumNameBytes - 18
          #expect(isLong, "\(limit) \(character)")
          #expect(plain.utf8.count <= rules.maximumNameBytes - 15, "\(limit) \(character)")
          #expect(TrackName.complaint(plain, rules: rules) == nil, "\(limit) \(character)")
        }
      }
    }
  }

  private func withRules(_ limit: Int, _ body: (StorageRules) -> Void) {
    var rules = StorageRules()
    rules.maximumNameLength = limit
    body(rules)
  }

  // Regression: the longest name could not be set aside, because that made it longer still.
  @Test(arguments: [48, 100, 254])
  func everyNameThatATrackHasFits(_ limit: Int) {
    withRules(limit) { rules in
      let name = TrackName.make(
        from: String(repeating: "x", count: 400), isProtected: true, rules: rules)
      #expect(TrackName.setAside(name).utf16.count <= limit)
      #expect(TrackName.temporary().utf16.count <= limit)
    }
  }

  @Test(arguments: [
    ("", "empty"), (".", "dot"), (".a", "dot"), (".\u{301}a", "dot"), ("a/b", "/"), ("a:b", ":"),
    ("a.", "drops"), ("a ", "drops"), ("aux", "device"), ("PRN.mp3", "device"),
    ("a\u{80}", "control"),
    ("a\u{0}", "control"), ("a\n", "control"), ("a\u{7F}", "control"),
    (String(repeating: "a", count: 186), "at most 185"),
  ])
  func complaintsSayWhy(_ name: String, _ words: String) {
    #expect(TrackName.complaint(name, rules: rules)?.contains(words) == true)
  }

  @Test func ownNamesAreKnown() {
    let temporary = TrackName.temporary()
    #expect(TrackName.isTemporary(temporary))
    #expect(TrackName.isOurs(temporary))
    #expect(TrackName.temporary() != temporary)
    let aside = TrackName.setAside("a.part")
    #expect(TrackName.isOurs(aside))
    #expect(!TrackName.isTemporary(aside), "what is set aside is never deleted as a leftover")
    #expect(TrackName.original(ofSetAside: aside) == "a.part")
    #expect(TrackName.original(ofSetAside: "a.part") == nil)
    #expect(!TrackName.isOurs("a.pst"))
    #expect(!TrackName.isOurs(".pinstripe"))
  }

  @Test func plainNamesLeadNowhereElse() {
    for name in ["", ".", "..", "a/b", "/", "a\u{0}"] {
      #expect(!TrackName.isPlain(name), "\(name)")
    }
    for name in ["a", ".a", "...", "a b"] { #expect(TrackName.isPlain(name), "\(name)") }
  }
}
