import ArgumentParser
import Pinstripe

/// The command `pinstripe leak`.
struct LeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Measure what a file would leak when it is encrypted in part.",
    discussion: """
      Attacks the file as somebody would who has the track and no key: headers and checksums are \
      restored, the encrypted bytes are guessed, and every common decoder tries to play the result. \
      What is heard is compared with the original:
        LI        how far the spectrograms are alike; 1 is the sound itself
        sealed    no more than full encryption leaks
        obscured  rhythm and loudness at best
        unsafe    beyond

      Each class holds against the attacker named with it. L1 is the one above. L2 also knows the \
      first two encrypted bytes of each frame, or MP3's side information. L3 uses programs written \
      against these patterns. A class is no proof: nobody has tried every attack.

      Nothing is packed, and no key is used. A pattern takes some seconds, and on a slow machine a \
      minute. The analysis is a Python program that needs Debian's python3-numpy, python3-scipy, \
      ffmpeg and the decoders of the file's format; what is missing is named. Exit status: 0 \
      whatever the classes are, 64, 66 (no such file, or no known format), 70 (something is missing).

        pinstripe leak song.mp3
        pinstripe leak song.mp3 --pattern every:4 --pattern 32/64 --picture song.png
      """)

  @Argument(help: "The music, decrypted: MP3, AAC, FLAC, Ogg, M4A, WAV or AIFF.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "h/n, every:N, full, or default, which is what 'pack' chooses for the format; may be given "
        + "several times. (default: default, every:10 and full)", valueName: "pattern"))
  var pattern: [String] = []

  @Option(
    help: ArgumentHelp(
      "Draw spectrograms of the original and of what the attacks gave (needs python3-pil).",
      valueName: "png"))
  var picture: String?

  @Option(help: ArgumentHelp("How much of the sound is judged, from its start.", valueName: "n"))
  var seconds = 30

  @OptionGroup var common: CommonOptions

  func validate() throws {
    // The measure is made of windows of a second; beyond some minutes there is nothing new.
    guard (2...600).contains(seconds) else {
      throw ValidationError("--seconds takes a number from 2 to 600.")
    }
  }

  func run() throws {
    var arguments = ["--seconds", "\(seconds)"]
    for pattern in pattern { arguments += ["--pattern=\(pattern)"] }
    if let picture { arguments += ["--picture=\(picture)"] }
    if common.json {
      arguments.append("--json")
    } else if Terminal.isInteractive {
      arguments.append("--progress")
    }
    let program = try LeakageProgram.find()
    let outcome = try Subprocess.run(
      LeakageProgram.interpreter, [program] + arguments + ["--", file], said: Terminal.say)
    try Interruption.check()
    guard outcome.status == 0 else { throw LeakageProgram.failure(outcome) }
  }
}
