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

  @Test func whatThePlayerCannotHoldIsReplaced() {
    #expect(places("AC:DC/T.N.T..mp3") == ["AC_DC/T.N.T..pst"])
    #expect(places("Who? ./a.mp3", isProtected: false) == ["Who_/a.mp3"])
    #expect(places("../.x/...mp3", isProtected: false) == ["_/_x/_..mp3"])
    #expect(places("Ö/é.mp3") { $0.storage.characters = .ascii } == ["_/_.pst"])
    #expect(places("😀.mp3", "é.mp3") { $0.storage.characters = .bmp } == ["_.pst", "é.pst"])
  }

  @Test func twinsAreTold() {
    #expect(
      places("A/x.mp3", "a/X.flac", "A/x.ogg", "b/x.mp3")
        == ["A/x.pst", "A/X (2).pst", "A/x (3).pst", "b/x.pst"])
    #expect(
      places("A/x.mp3", "b/x.mp3") { $0.quirks = [.uniqueFileNames] }
        == ["A/x.pst", "b/x (2).pst"])
    let long = String(repeating: "ä", count: 300)
    let two = places(long + "1.mp3", long + "2.mp3")
    #expect(two[0] != two[1] && two[1].hasSuffix("ä (2).pst"))
    for name in two { #expect(TrackPath.complaint(name, rules: .init()) == nil) }
  }

  @Test func deepFoldersLoseTheOutermost() {
    #expect(places("1/2/3/4/x.mp3") { $0.storage.maximumDepth = 3 } == ["3/4/x.pst"])
    #expect(places("1/2/x.mp3") { $0.storage.maximumDepth = 1 } == ["x.pst"])
  }

  @Test func aPlaceFromEarlierIsKeptOnce() {
    var places = SyncPlaces(.careful)
    let kept = ["A/x (2).pst", "a/X (2).pst", "../x.pst", "a:b.pst"].map { places.keep($0) }
    #expect(kept == [true, false, false, false])
    let item = SyncItem(path: "x", place: "a/x.mp3", size: 1, modified: 1)
    #expect(places.make(for: item, isProtected: true) == "A/x.pst")
  }
}
