import Glibc
import TestTools
import Testing

/// `--chunk-tags`.
struct ChunkTagsTests {
  @Test func tagsAreMadeAndVerified() async throws {
    let tool = try await Tool.prepared()
    let (song, track) = (tool.folder("song.mp3"), tool.folder("t.pst"))
    for (option, size) in [
      ("--chunk-tags", "65536"), ("--chunk-tags=4096", "4096"), ("--chunk-size=8192", "8192"),
    ] {
      try await tool("pack", option, song, "-o", track, "--device", "player").expect(0)
      let verified = try await tool("verify", track, "--json").expectJSON(0)
      #expect(verified["chunkBytes"] == size && verified["contentVerified"] == "true", "\(option)")
      let info = try await tool("info", track, "--json").expectJSON(0)
      #expect(info["chunkBytes"] == size, "\(option)")
    }
    #expect(try await tool("info", track).expect(0).text.contains("one for each 8192 bytes"))
    var bytes = try #require(TestFile.read(track))
    bytes[4096 + 20_000] ^= 1
    TestFile.write(bytes, to: track)
    try await tool("verify", track).expect(65, containing: "bytes 16384 to 24575")
    let piped = try await tool("unpack", track, "-o", "-")
    #expect(piped.status == 65)
    #expect(piped.output == Array(TestFile.content(50_000)[..<piped.output.count]))
    #expect(piped.output.count <= 16_384)
    let whole = try await tool("info", tool.folder("song.pst"), "--json").expectJSON(0)
    #expect(whole["chunkBytes"] == "null")
  }

  @Test func pipesToo() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      """
      "$T" pack - -o - --device player --chunk-tags < song.mp3 | cat > pipe.pst || exit
      "$T" unpack pipe.pst -o pipe.mp3 > /dev/null || exit
      cmp song.mp3 pipe.mp3
      """)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test(arguments: ["0", "4095", "6000", "2097152", "-4096", "many"])
  func impossibleSizes(size: String) async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("x.pst"), "--device", "player",
      "--chunk-tags=\(size)")
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(!tool.names.contains("x.pst"))
  }
}
