import Foundation
import PinstripeTags
import Testing

/// Every format with the same words, and what is wrong with them.
struct EmbeddedTagsTests {
  let image: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0, 0xFF, 0xE0, 0xFF, 0, 0xFF]
  let audio = [UInt8](repeating: 0x55, count: 200)

  var expected: EmbeddedTags {
    var tags = EmbeddedTags()
    tags.title = "Tïtle"
    tags.artist = "Ä"
    tags.album = "Album"
    tags.lyrics = "la\nla"
    tags.pictures = [.init(mediaType: "image/png", bytes: image)]
    tags.links = ["http://a.example/"]
    return tags
  }

  /// Frames with all that is expected, in one of ID3v2's encodings.
  func frames(_ version: UInt8, encoding: UInt8 = 0, format: UInt8 = 0) -> [UInt8] {
    func text(_ text: String) -> [UInt8] {
      switch encoding {
      case 0: text.unicodeScalars.map { UInt8($0.value) }
      case 1: Build.utf16(text)
      case 2: Build.utf16(text, mark: false, big: true)
      default: Array(text.utf8)
      }
    }
    let zero: [UInt8] = encoding == 1 || encoding == 2 ? [0, 0] : [0]
    let ids =
      version == 2
      ? ["TT2", "TP1", "TAL", "ULT", "PIC", "WXX"]
      : ["TIT2", "TPE1", "TALB", "USLT", "APIC", "WXXX"]
    let type = version == 2 ? Array("PNG".utf8) : Array("image/png".utf8) + [0]
    let contents: [[UInt8]] = [
      [encoding] + text("Tïtle"), [encoding] + text("Ä") + zero, [encoding] + text("Album"),
      [encoding] + Array("eng".utf8) + text("about") + zero + text("la\nla"),
      [encoding] + type + [3] + text("cover") + zero + image,
      [encoding] + text("shop") + zero + Array("http://a.example/".utf8),
    ]
    return zip(ids, contents).flatMap { id, content -> [UInt8] in
      var content = content
      if format & 0x02 != 0 { content = Build.unsynchronised(content) }
      if format & 0x01 != 0 { content = Build.synchsafe(content.count) + content }
      return Build.frame(id, content, version: version, format: format)
    }
  }

  @Test func id3v2InEveryVersionAndEncoding() {
    for version in [2, 3, 4] as [UInt8] {
      for encoding in [0, 1, 2, 3] as [UInt8] {
        let file = Build.id3(version, frames(version, encoding: encoding)) + audio
        #expect(tags(of: file) == expected, "2.\(version), encoding \(encoding)")
      }
    }
  }

  @Test func id3v2Unsynchronised() {
    for version in [2, 3] as [UInt8] {
      let file = Build.id3(version, Build.unsynchronised(frames(version)), flags: 0x80) + audio
      #expect(tags(of: file) == expected, "2.\(version)")
    }
    // In 2.4 frame by frame, with and without a length before.
    for format in [2, 3] as [UInt8] {
      #expect(tags(of: Build.id3(4, frames(4, format: format)) + audio) == expected)
    }
    #expect(tags(of: Build.id3(4, frames(4, format: 3), flags: 0x80) + audio) == expected)
  }

  @Test func id3v2ExtendedHeadersAndFooter() {
    let third = Build.big(6, 4) + [0, 0, 0, 0, 0, 0] + frames(3)
    #expect(tags(of: Build.id3(3, third, flags: 0x40) + audio) == expected)
    let fourth = Build.synchsafe(6) + [1, 0] + frames(4)
    #expect(tags(of: Build.id3(4, fourth, flags: 0x40) + audio) == expected)
    let footer =
      Build.id3(4, frames(4), flags: 0x10) + Array("3DI".utf8) + [4, 0, 0x10, 0, 0, 0, 0]
    #expect(tags(of: footer + Build.flac([(4, Build.comments([]))])) == expected)
  }

  @Test func id3v2Oddities() {
    // A size as 2.3 writes it, in 2.4: more than 7 bits are set.
    let long = [UInt8](repeating: 0x41, count: 200)
    let frame = Array("TIT2".utf8) + Build.big(201, 4) + [0, 0, 0] + long
    #expect(
      tags(of: Build.id3(4, frame) + audio).title == String(repeating: "A", count: 200))
    // Compressed and encrypted frames are passed over; a group's byte is not part of the text.
    for (version, format) in [(3, 0x80), (3, 0x40), (4, 0x08), (4, 0x04)] as [(UInt8, UInt8)] {
      let unreadable = Build.frame("TIT2", [0, 0x41], version: version, format: format)
      let file = Build.id3(version, unreadable + frames(version)) + audio
      #expect(tags(of: file) == expected, "2.\(version), \(format)")
    }
    for (version, format) in [(3, 0x20), (4, 0x40)] as [(UInt8, UInt8)] {
      let grouped = Build.frame("TIT2", [7, 0, 0x41], version: version, format: format)
      #expect(tags(of: Build.id3(version, grouped) + audio).title == "A")
    }
    // Several artists, and UTF-16 without its mark.
    let artists = Build.frame("TPE1", [3] + Array("A\0B\0".utf8), version: 4)
    #expect(tags(of: Build.id3(4, artists) + audio).artist == "A / B")
    let unmarked = Build.frame("TIT2", [1] + Build.utf16("Zoë", mark: false), version: 3)
    #expect(tags(of: Build.id3(3, unmarked) + audio).title == "Zoë")
    // Links of their own frames, once each; a picture that is elsewhere.
    let links =
      Build.frame("WOAR", Array("http://b/".utf8), version: 3)
      + Build.frame("WCOM", Array("http://b/\0rest".utf8), version: 3)
      + Build.frame(
        "APIC", [0] + Array("-->\0".utf8) + [3, 0] + Array("http://c/".utf8), version: 3)
    let found = tags(of: Build.id3(3, links) + audio)
    #expect(found.links == ["http://b/"] && found.pictures.isEmpty)
    // Bytes that are no UTF-8 become something that can be shown.
    let broken = Build.frame("TIT2", [3, 0x41, 0xFF], version: 4)
    #expect(tags(of: Build.id3(4, broken) + audio).title == "A\u{FFFD}")
  }

  @Test func id3v1FillsWhatIsMissing() {
    let last = Build.id3v1("Old title", "Old artist", "Old album")
    let old = tags(of: audio + last)
    #expect(old.title == "Old title" && old.artist == "Old artist" && old.album == "Old album")
    let title = Build.frame("TIT2", [0, 0x4E], version: 3)
    let both = tags(of: Build.id3(3, title) + audio + last)
    #expect(both.title == "N" && both.artist == "Old artist")
    #expect(tags(of: Array(last.dropFirst())) == EmbeddedTags())
  }

  @Test func vorbisComments() {
    let comments = Build.comments([
      "title=Tïtle", "ARTIST=Ä", "Album=Album", "LYRICS=la\nla", "URL=http://a.example/",
      "no sign", "=no key", "ALBUM=another",
      "METADATA_BLOCK_PICTURE=" + Data(Build.flacPicture(image)).base64EncodedString(),
    ])
    let vorbis = [0x03] + Array("vorbis".utf8) + comments + [1]
    let head = [0x01] + Array("vorbis".utf8) + [UInt8](repeating: 0, count: 23)
    let large = [UInt8](repeating: 0, count: 70_000)
    for segments in [1, 2, 10, 255] {
      let file = Build.ogg([head, vorbis, large], segments: segments)
      #expect(tags(of: file) == expected, "Vorbis, \(segments) segments")
    }
    let opus = Build.ogg([
      Array("OpusHead".utf8) + [1, 2], Array("OpusTags".utf8) + comments, large,
    ])
    #expect(tags(of: opus) == expected)
    let flac = Build.flac([
      (0, [UInt8](repeating: 0, count: 34)), (1, large), (4, Build.comments(["TITLE=Tïtle"])),
      (6, Build.flacPicture(image)), (4, comments),
    ])
    var first = tags(of: flac + audio)
    #expect(first.pictures.count == 2)
    first.pictures.removeLast()
    #expect(first == expected)
    let oggFLAC = Build.ogg([
      [0x7F] + Array("FLAC".utf8), [0x04] + Build.big(comments.count, 3) + comments,
      [0x86] + Build.big(1, 3) + [0], [0xFF, 0xF8],
    ])
    #expect(tags(of: oggFLAC) == expected)
  }

  @Test func oggLooksAtItsFirstStreamOnly() {
    let head = Array("OpusHead".utf8)
    let mine = Build.ogg([head]) + Build.ogg([Array("Theora".utf8), [1]], serial: 8)
    let comments = Array("OpusTags".utf8) + Build.comments(["ARTIST=A", "ARTIST=B", "ARTIST="])
    let other = Array("OpusTags".utf8) + Build.comments(["ARTIST=wrong"])
    let file = mine + Build.ogg([other], serial: 8) + Build.ogg([comments])
    #expect(tags(of: file).artist == "A / B")
  }

  @Test func mp4() {
    func name(_ letters: String) -> [UInt8] { [0xA9] + Array(letters.utf8) }
    let items =
      Build.item(name("nam"), kind: 1, Array("Tïtle".utf8))
      + Build.item(name("ART"), kind: 1, Array("Ä".utf8))
      + Build.item(name("alb"), kind: 1, Array("Album".utf8))
      + Build.item(name("lyr"), kind: 1, Array("la\nla".utf8))
      + Build.item(Array("covr".utf8), kind: 14, image)
      + Build.item(name("url"), kind: 1, Array("http://a.example/".utf8))
      + Build.item(name("nam"), kind: 1, Array("another".utf8))
      + Build.item(Array("trkn".utf8), kind: 0, [0, 0, 0, 1])
    for full in [true, false] {
      for moovLast in [true, false] {
        let file = Build.mp4(items, full: full, moovLast: moovLast)
        #expect(tags(of: file) == expected, "full \(full), moov last \(moovLast)")
      }
    }
    // Boxes with a long size, and one to the end of the file.
    let media =
      Build.big(1, 4) + Array("mdat".utf8) + Build.big(116, 8)
      + [UInt8](
        repeating: 0, count: 100)
    let whole = Build.mp4(items, moovLast: true)
    let movie = whole[(12 + 308)...]
    let open = Build.big(0, 4) + movie.dropFirst(4)
    #expect(tags(of: Array(whole[..<12]) + media + open) == expected)
    // A picture of unknown kind is looked at.
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0]
    let cover = tags(of: Build.mp4(Build.item(Array("covr".utf8), kind: 0, jpeg)))
    #expect(cover.pictures == [.init(mediaType: "image/jpeg", bytes: jpeg)])
  }

  @Test func limitsHold() {
    let picture = Build.frame(
      "APIC", [0] + Array("image/png\0".utf8) + [3, 0] + image, version: 3)
    let many = tags(of: Build.id3(3, Array(repeatElement(picture, count: 20).joined())))
    #expect(many.pictures.count == EmbeddedTags.maximumPictures)
    let large = [UInt8](repeating: 1, count: 5 << 20)
    let two = Build.flac([
      (6, Build.flacPicture(large)), (6, Build.flacPicture(large)), (6, Build.flacPicture(image)),
    ])
    #expect(tags(of: two).pictures.map(\.bytes.count) == [5 << 20, image.count])
    let links = (0..<100).flatMap { Build.frame("WOAR", Array("l\($0)".utf8), version: 3) }
    #expect(tags(of: Build.id3(3, links)).links.count == EmbeddedTags.maximumLinks)
    let text = String(repeating: "x", count: EmbeddedTags.maximumText + 1)
    let long = tags(of: Build.flac([(4, Build.comments(["TITLE=" + text, "LYRICS=" + text]))]))
    #expect(long.title == nil && long.lyrics == text)
    // A media type that is none is replaced by what the image is.
    let odd = tags(of: Build.flac([(6, Build.flacPicture(image, type: "a\nb"))]))
    #expect(odd.pictures.map(\.mediaType) == ["image/png"])
  }

  /// Every file cut anywhere, and with every byte changed: nothing traps, and nothing is made up.
  @Test func hostileBytesDoNotTrap() {
    func name(_ letters: String) -> [UInt8] { [0xA9] + Array(letters.utf8) }
    let files: [(String, [UInt8])] =
      [2, 3, 4].map { ("2.\($0)", Build.id3($0, frames($0, encoding: 1))) } + [
        ("2.4 unsynchronised", Build.id3(4, frames(4, format: 3))),
        ("v1", audio + Build.id3v1("a", "b", "c")),
        ("FLAC", Build.flac([(6, Build.flacPicture(image)), (4, Build.comments(["TITLE=x"]))])),
        (
          "Ogg",
          Build.ogg([Array("OpusHead".utf8), Array("OpusTags".utf8) + Build.comments(["TITLE=x"])])
        ), ("MP4", Build.mp4(Build.item(name("nam"), kind: 1, [0x78]))),
      ]
    for (what, file) in files {
      #expect(tags(of: file) != EmbeddedTags(), "\(what)")
      for length in 0..<file.count { _ = tags(of: Array(file[..<length])) }
      for offset in file.indices {
        for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
          var bytes = file
          bytes[offset] = value
          _ = tags(of: bytes)
        }
      }
    }
    #expect(tags(of: []) == EmbeddedTags() && tags(of: audio) == EmbeddedTags())
  }

  @Test func passesOnWhatReadingThrows() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try EmbeddedTags.read(length: 1000) { _, _ throws(Broken) in throw Broken() }
    }
  }
}
