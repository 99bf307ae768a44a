import PinstripeProfile
import Testing

@testable import Pinstripe

/// Names that a player can hold, and each once.
struct SyncPlacesTests {
  private func places(
    _ names: String..., isProtected: Bool = true, _ change: (inout DeviceProfile) -> Void = { _ in }
  ) -> [String] {
    var profile = DeviceProfile.careful
    change(&profile)
    var places = SyncPlaces(profile)
    return names.map { name in
      places.make(
        for: SyncItem(path: name, place: name, size: 1, modified: 1), isProtected: isProtected)
    }
  }

  /// A changed name's tag, in its place "~".
  private func tagged(_ place: String, _ originals: String...) -> String {
    originals.reduce(place) { text, original in
      guard let mark = text.firstIndex(of: "~") else { return text }
      return text[..<mark] + NameTag.make(of: original.utf8).replacing("~", with: "\u{1}")
        + text[text.index(after: mark)...]
    }.replacing("\u{1}", with: "~")
  }

  @Test func whatThePlayerCannotHoldIsReplaced() {
    #expect(places("AC:DC/T.N.T..mp3") == [tagged("AC_DC~/T.N.T..pst", "AC:DC")])
    #expect(places("Who? ./a.mp3", isProtected: false) == [tagged("Who_ .~/a.mp3", "Who? .")])
    #expect(
      places("../.x/...mp3", isProtected: false)
        == [tagged("_.~/_x~/_.~.mp3", "..", ".x", "...mp3")])
    #expect(
      places("Ö/é.mp3") { $0.storage.characters = .ascii } == [tagged("_~/_~.pst", "Ö", "é.mp3")])
    #expect(
      places("😀.mp3", "é.mp3") { $0.storage.characters = .bmp }
        == [tagged("_~.pst", "😀.mp3"), "é.pst"])
  }

  @Test func twinsAreTold() {
    #expect(
      places("A/x.mp3", "a/X.flac", "A/x.ogg", "b/x.mp3") == [
        "A/x.pst", tagged("A/X~.pst", "a/X.flac"), tagged("A/x~.pst", "A/x.ogg"), "b/x.pst",
      ])
    #expect(
      places("A/x.mp3", "b/x.mp3") { $0.quirks = [.uniqueFileNames] }
        == ["A/x.pst", tagged("b/x~.pst", "b/x.mp3")])
    let long = String(repeating: "ä", count: 300)
    let two = places(long + "1.mp3", long + "2.mp3")
    #expect(two[0] != two[1] && two[1].hasPrefix("ää"))
    for name in two { #expect(TrackPath.complaint(name, rules: .init()) == nil) }
    // The same path below two roots, and a folder with a file's name.
    let same = places("x.mp3", "x.mp3", "x.mp3", "x.pst/y.mp3")
    #expect(Set(same).count == 4 && same[0] == "x.pst" && !same[3].hasPrefix("x.pst/"))
  }

  @Test func deepFoldersLoseTheOutermost() {
    #expect(
      places("1/2/3/4/x.mp3", "2/3/4/x.mp3", "3/4/x.mp3") { $0.storage.maximumDepth = 3 }
        == [tagged("3~/4/x.pst", "1/2/3"), tagged("3~/4/x.pst", "2/3"), "3/4/x.pst"])
    #expect(
      places("1/2/x.mp3") { $0.storage.maximumDepth = 1 } == [tagged("x~.pst", "1/2/x.mp3")])
  }

  @Test func aPlaceFromEarlierIsKeptOnce() {
    var places = SyncPlaces(.careful)
    let kept = ["A/x (2).pst", "a/X (2).pst", "../x.pst", "a:b.pst"].map { places.keep($0) }
    #expect(kept == [true, false, false, false])
    let item = SyncItem(path: "x", place: "a/x.mp3", size: 1, modified: 1)
    #expect(places.make(for: item, isProtected: true) == "A/x.pst")
  }
}
