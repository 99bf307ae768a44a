import CCodec
import CPinstripe
import CSystem
import PinstripePlayer

/// How the program ends: the numbers of sysexits.h, as the usage text lists them.
enum ExitCode: Int32 {
  case done = 0
  case usage = 64
  case data = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case cannotCreate = 73
  case io = 74
  case refused = 77
}

/// Prints to stderr: a text, a file's name, and the rest of the text.
func say(_ text: StaticString, _ name: UnsafePointer<CChar>? = nil, _ rest: StaticString = "") {
  system_say(text.pointer)
  if let name { system_say_name(name) }
  system_say(rest.pointer)
}

extension StaticString {
  var pointer: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// Says in one sentence what went wrong with a file and what to do about it.
func report(_ error: PlayerError, file: UnsafePointer<CChar>) -> ExitCode {
  switch error {
  case .track(let status):
    say("error: ", file, explain(status))
    return exitCode(status)
  case .storage(let number):
    say("error: ", file, " cannot be read: ")
    say("", strerror(number), "; check its name, its permissions and the storage.\n")
    return .noInput
  case .changed(let offset):
    var place = Text()
    place.add(offset)
    let number = place.copy()
    defer { number.deallocate() }
    say("error: ", file, " was changed after it was made, in the piece from byte ")
    say("", number, " of its sound on; copy the track to the player again.\n")
    return .data
  case .codec(CODEC_E_FORMAT):
    say("error: ", file, " holds no sound that its codec unit can decode;")
    say(" --decrypt gives the file itself.\n")
    return .unavailable
  case .codec(CODEC_E_MEMORY):
    say("error: ", file, " needs more memory than there is; end other programs.\n")
    return .software
  case .codec:
    say("error: ", file, " is damaged from here on; copy the track to the player again.\n")
    return .data
  case .output(let number):
    say("error: the sound cannot be put out: ", strerror(number))
    say("; what came is incomplete.\n")
    return .io
  }
}

/// The same for a grant, of which some statuses say something else.
func report(grant error: PlayerError, file: UnsafePointer<CChar>) -> ExitCode {
  guard case .track(let status) = error else { return report(error, file: file) }
  switch status {
  case PINSTRIPE_E_KEYBOX:
    say("error: ", file, " is not a grant, or it is damaged; copy or make it again.\n")
  case PINSTRIPE_E_NO_SLOT:
    say("error: ", file, " was granted to another device, or before this one's key changed;")
    say(" make it again for this device.\n")
  case PINSTRIPE_E_TAG, PINSTRIPE_E_UNWRAP:
    say("error: ", file, " was edited or damaged after it was made; copy or make it again.\n")
  case PINSTRIPE_E_TEST_KEYBOX:
    say("error: ", file, " is for a TEST device, refused in production;")
    say(" for a test give --allow-test.\n")
  default:
    return report(error, file: file)
  }
  return exitCode(status)
}

/// The same for a track's rights.
func report(rights error: PlayerError, file: UnsafePointer<CChar>) -> ExitCode {
  guard case .track(let status) = error else { return report(error, file: file) }
  switch status {
  case PINSTRIPE_E_NO_SLOT:
    say("error: ", file, " has rights that were issued for another device; buy it for this one.\n")
  case PINSTRIPE_E_TAG, PINSTRIPE_E_MALFORMED:
    say("error: ", file, " has rights that were edited or damaged; copy the track again.\n")
  case PINSTRIPE_E_TEST_KEYBOX:
    say("error: ", file, " has rights for a TEST device, refused in production;")
    say(" for a test give --allow-test.\n")
  default:
    return report(error, file: file)
  }
  return exitCode(status)
}

private func explain(_ status: Int32) -> StaticString {
  switch status {
  case PINSTRIPE_E_TRUNCATED:
    " ends before what its header promises; copy the track to the player again.\n"
  case PINSTRIPE_E_NOT_A_TRACK:
    " is not a Pinstripe track; play it with an ordinary player, or pack it first.\n"
  case PINSTRIPE_E_VERSION:
    " was made for a later version of Pinstripe; update this player.\n"
  case PINSTRIPE_E_SUITE:
    " uses a cipher suite this player does not know; update it, or pack the track again.\n"
  case PINSTRIPE_E_PATTERN:
    " has an encryption pattern this player does not know; pack the track again.\n"
  case PINSTRIPE_E_MALFORMED:
    " has a header that contradicts itself; copy the track to the player again.\n"
  case PINSTRIPE_E_CRITICAL_SECTION:
    " has a section that must be understood and is not known here; update this player.\n"
  case PINSTRIPE_E_TOO_LARGE:
    " has more encrypted bytes than one key may cover; pack it with a larger stride.\n"
  case PINSTRIPE_E_NO_SLOT:
    " was made for another player; pack it again for this device.\n"
  case PINSTRIPE_E_UNWRAP:
    " has a key slot that this device's key does not open: it is damaged; copy it again.\n"
  case PINSTRIPE_E_TAG:
    " was edited or damaged after it was made; copy the track to the player again.\n"
  case PINSTRIPE_E_KEYBOX:
    " is not a keybox, or it is damaged; export it from the provisioning again.\n"
  case PINSTRIPE_E_TEST_KEYBOX:
    " is a TEST keybox, refused in production; for a test give --allow-test.\n"
  case PINSTRIPE_E_CLEAR_REFUSED:
    " is not protected, and this player wants protected ones; to play it give --allow-clear.\n"
  case PINSTRIPE_E_PROVIDER:
    ": the cryptography library failed; check that libcrypto 3 is complete on this system.\n"
  case PINSTRIPE_E_STORAGE:
    " cannot be read; check the storage.\n"
  default:
    ": the player called the decoder wrongly, which is an error of the program.\n"
  }
}

private func exitCode(_ status: Int32) -> ExitCode {
  switch status {
  case PINSTRIPE_E_NO_SLOT, PINSTRIPE_E_TEST_KEYBOX, PINSTRIPE_E_CLEAR_REFUSED: .refused
  case PINSTRIPE_E_STORAGE: .noInput
  case PINSTRIPE_E_ARGUMENT, PINSTRIPE_E_ABI, PINSTRIPE_E_PROVIDER, PINSTRIPE_E_RANGE,
    PINSTRIPE_E_WORK_SIZE:
    .software
  default: .data
  }
}
