import CPinstripe
import CSystem
import PinstripePlayer

@c(main)
func main(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  guard let options = Options(count, arguments) else {
    say("see pinstripe-player --help\n")
    return ExitCode.usage.rawValue
  }
  if options.wantsHelp {
    say(Options.usage)
    return ExitCode.done.rawValue
  }
  return run(options).rawValue
}

private func run(_ options: Options) -> ExitCode {
  guard let keyboxPath = options.keybox, let trackPath = options.track else { return .usage }
  var keys: DeviceKeys
  do throws(PlayerError) {
    keys = try DeviceKeys(keybox: keyboxPath, allowsTest: options.allowsTest)
  } catch {
    return report(error, file: keyboxPath)
  }
  for index in 0..<options.grantCount {
    guard let path = options.grants[index] else { continue }
    do throws(PlayerError) {
      try keys.add(grant: path, allowsTest: options.allowsTest)
    } catch {
      return report(grant: error, file: path)
    }
  }
  do throws(PlayerError) {
    let recipients = keys.recipients
    var track = try Track(
      try FileStorage(path: trackPath), provider: keys.provider,
      recipients: recipients.span.extracting(first: keys.count),
      flags: PINSTRIPE_OPEN_OBEYS_RIGHTS | (options.allowsClear ? PINSTRIPE_OPEN_ALLOW_CLEAR : 0))
    let rights: pinstripe_rights
    do throws(PlayerError) {
      rights = try track.readRights(keys.keybox, allowsTest: options.allowsTest)
    } catch {
      return report(rights: error, file: trackPath)
    }
    if options.action != .info, let reason = forbid(rights, file: trackPath) { return reason }
    switch options.action {
    case .info: try describe(track.info, rights)
    case .decrypt: try decrypt(track)
    case .wav, .raw: return try play(track, options, path: trackPath)
    }
    return .done
  } catch {
    return report(error, file: trackPath)
  }
}

private func decrypt(_ track: consuming Track) throws(PlayerError) {
  var portion = InlineArray<4096, UInt8>(repeating: 0)
  var bytes = portion.mutableSpan
  while true {
    let count = try track.read(into: &bytes)
    guard count > 0 else { return }
    try StandardOutput.write(bytes.span.extracting(first: count))
  }
}

private func play(
  _ track: consuming Track, _ options: Options, path: UnsafePointer<CChar>
) throws(PlayerError) -> ExitCode {
  // "mp3 ", or "data" when the packer did not know.
  let codec = track.info.codec
  let isMP3 = codec.0 == 0x6D && codec.1 == 0x70 && codec.2 == 0x33 && codec.3 == 0x20
  let isUnknown = codec.0 == 0x64 && codec.1 == 0x61 && codec.2 == 0x74 && codec.3 == 0x61
  guard isMP3 || isUnknown else {
    say("error: ", path, " is no MP3, which is all this player decodes;")
    say(" --decrypt gives the file itself.\n")
    return .unavailable
  }
  var playback = try Playback(
    codec: try MP3Decoder(track), output: StandardOutput(isWAV: options.action == .wav))
  if options.startSecond > 0 { try playback.seek(toSecond: options.startSecond) }
  while try playback.step() {}
  try playback.finish()
  return .done
}
