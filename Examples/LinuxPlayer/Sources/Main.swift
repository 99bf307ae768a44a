import CPinstripe
import CSystem
import PinstripePlayer

@c(main)
func main(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  system_take_standard_streams()
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
  system_hide_memory()
  guard let keyboxPath = options.keybox else { return .usage }
  var keys: DeviceKeys
  do throws(PlayerError) {
    keys = try DeviceKeys(keybox: keyboxPath, allowsTest: options.allowsTest)
  } catch {
    return report(error, file: keyboxPath)
  }
  if options.action == .describe { return describe(options, keys) }
  for index in 0..<options.grantCount {
    guard let path = options.grants[index] else { continue }
    do throws(PlayerError) {
      try keys.add(grant: path, allowsTest: options.allowsTest)
    } catch {
      return report(grant: error, file: path)
    }
  }
  var state: StateFile
  do throws(LedgerError) {
    state = try StateFile(options.state, keys)
  } catch {
    return report(.track(PINSTRIPE_E_PROVIDER), file: keyboxPath)
  }
  if options.action == .makeState { return state.create() }
  let isPlaying = options.action != .info && options.action != .decrypt
  let loaded = state.load(toWrite: isPlaying)
  guard loaded == .done else { return loaded }
  return isPlaying ? play(options, keys, state) : examine(options, keys, state)
}

/// `--info` and `--decrypt`.
private func examine(
  _ options: Options, _ keys: consuming DeviceKeys, _ state: consuming StateFile
) -> ExitCode {
  let path = options.sources[0]
  do throws(PlayerError) {
    let recipients = keys.recipients
    var track = try Track(
      try FileStorage(path: path), provider: keys.provider,
      recipients: recipients.span.extracting(first: keys.count), flags: options.openFlags)
    let rights: pinstripe_rights
    do throws(PlayerError) {
      rights = try track.readRights(keys.keybox, allowsTest: options.allowsTest)
    } catch {
      return report(rights: error, file: path)
    }
    if options.action == .info {
      try describe(
        track.info, rights, isVerified: track.isVerified, plays: state.ledger?.plays(by: rights))
    } else {
      if let reason = forbid(rights, &state, isCopied: true, file: path) { return reason }
      try decrypt(track)
    }
    return .done
  } catch {
    return report(error, file: path)
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
  _ options: Options, _ keys: consuming DeviceKeys, _ state: consuming StateFile
) -> ExitCode {
  var list = Playlist()
  var outcome = ExitCode.done
  for source in options.sources {
    let code = list.add(source)
    if outcome == .done { outcome = code }
  }
  guard list.count > 0 || options.stays || outcome != .done else {
    say("error: ", options.sources[0], " holds no track to play, which is a file NAME.pst;")
    say(" name the folder or list that does.\n")
    return .noInput
  }
  let signals = system_catch_signals()
  var control: ControlSocket?
  if let path = options.control {
    control = ControlSocket(path)
    guard control != nil else { return .cannotCreate }
  }
  let units = CodecUnits(folder: options.codecs)
  let played: ExitCode
  if options.action == .card {
    do throws(PlayerError) {
      let card = try SoundCard(name: options.card)
      var player = Player(options, units, keys, state, list, card)
      player.run(control, signals)
      played = player.exitCode(outcome)
    } catch {
      control?.remove()
      guard case .output(let number) = error else { return .io }
      say("error: the sound card ", options.card, " cannot be opened: ")
      say("", strerror(number), "; --card names another.\n")
      return .io
    }
  } else {
    let output = StandardOutput(isWAV: options.action == .wav)
    var player = Player(options, units, keys, state, list, output)
    player.run(control, signals)
    played = player.exitCode(outcome)
  }
  return played
}
