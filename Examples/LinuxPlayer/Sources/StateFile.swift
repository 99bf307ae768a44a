import CPinstripe
import CSystem
import PinstripePlayer

/// Where this device keeps its ``PlayLedger``, and what became of it.
///
/// The file is made once, by `--new-state`, and never by playing: so one that is missing is noticed.
struct StateFile {
  private let path: UnsafePointer<CChar>?
  private let key: LedgerKey
  private let keybox: pinstripe_keybox
  private var counter = NoCounter()
  /// nil when there is no file, or it is not believed; `reason` tells why then.
  private(set) var ledger: PlayLedger?
  private(set) var reason: StaticString = " and this player was given no --state FILE to count in"

  /// Whether there is to be a state and there is none to be believed.
  var isLost: Bool { path != nil && ledger == nil }

  /// Reads the state; a reason not to believe it is said when a track needs it.
  ///
  /// - Throws: ``LedgerError/provider``.
  init(_ path: UnsafePointer<CChar>?, _ keys: borrowing DeviceKeys) throws(LedgerError) {
    self.path = path
    keybox = keys.keybox
    key = try LedgerKey(keys.provider, place: DeviceKeys.ledgerPlace)
  }

  /// Reads the file, after locking it where it will be written.
  ///
  /// - Returns: done, or an error of the lock, after a sentence on stderr.
  mutating func load(toWrite: Bool) -> ExitCode {
    guard let path else { return .done }
    guard !toWrite || lock(path) else { return .cannotCreate }
    guard system_exists(path) != 0 else {
      reason = " and the state is missing: put it back, or make this device's anew with --new-state"
      return .done
    }
    do throws(PlayerError) {
      var file = try FileStorage(path: path)
      guard file.size <= UInt64(PlayLedger.largestSize) else {
        reason = " and the state is none: put it back"
        return .done
      }
      let bytes = try file.all()
      let value = try counter.value()
      read(bytes, value)
    } catch {
      reason = " and the state cannot be read: check its permissions and the storage"
    }
    return .done
  }

  /// Locks the file until the program ends; false after a sentence on stderr.
  private func lock(_ path: UnsafePointer<CChar>) -> Bool {
    if system_lock(path) == 0 { return true }
    if system_error() == EWOULDBLOCK {
      say("error: ", path, " is in use by another player; end that one first.\n")
    } else {
      say("error: ", path, " cannot be locked: ")
      say("", strerror(system_error()), "; check the folder's permissions.\n")
    }
    return false
  }

  private mutating func read(_ bytes: [UInt8], _ value: UInt64?) {
    do throws(LedgerError) {
      let read = try PlayLedger(bytes, device: keybox, key: key, counter: value)
      ledger = read
      // A crash came between the writing and the counter's step: it is made now.
      if let value, read.writes != value { _ = try? counter.advance() }
    } catch {
      switch error {
      case .malformed, .edited:
        reason = " and the state was edited or damaged: put it back, or ask who sold the device"
      case .version: reason = " and the state is a later player's: update this one"
      case .otherDevice: reason = " and the state is another device's: put this one's back"
      case .outdated:
        reason = " and the state is older than this device's counter: put the last one back"
      case .full: reason = " and the state has no room for more"
      case .provider: reason = " and the cryptography library failed"
      }
    }
  }

  /// Makes the state of a device that has played nothing.
  mutating func create() -> ExitCode {
    guard let path else { return .usage }
    guard lock(path) else { return .cannotCreate }
    guard system_exists(path) == 0 else {
      say("error: ", path, " is there already; it is this device's memory of what was played.\n")
      return .cannotCreate
    }
    guard save(PlayLedger(device: keybox)) else {
      say("error: ", path, " cannot be written: ")
      say("", strerror(system_error()), "; check its folder.\n")
      return .cannotCreate
    }
    return .done
  }

  /// The time to judge by: the system's clock, unless that went back since this device looked.
  mutating func time() -> UInt64 {
    let clock = system_time()
    guard var ledger else { return clock }
    let time = ledger.time(by: clock)
    self.ledger = ledger
    return time
  }

  /// Counts a play, and remembers the time, for good, before a note is heard.
  ///
  /// - Returns: false when that was needed and could not be done; ``reason`` tells why.
  mutating func begin(_ rights: pinstripe_rights) -> Bool {
    guard rights.present != 0, rights.flags & PINSTRIPE_RIGHTS_ISSUED != 0 else { return true }
    guard rights.plays > 0 || rights.not_before > 0 || rights.not_after > 0 else { return true }
    if rights.plays == 0 {
      // Without a state, dates are held against the clock alone.
      guard let ledger else { return true }
      return save(ledger)
    }
    return countPlay(by: rights)
  }

  private mutating func countPlay(by rights: pinstripe_rights) -> Bool {
    guard var ledger else { return false }
    do throws(LedgerError) {
      try ledger.countPlay(by: rights)
    } catch {
      reason = " and the state has no room for more"
      return false
    }
    return save(ledger)
  }

  /// Writes a state, which holds from then on; one that could not be written takes no play away.
  private mutating func save(_ next: PlayLedger) -> Bool {
    reason = " and the state cannot be written: check the storage"
    guard let path else { return false }
    var ledger = next
    var bytes: [UInt8] = []
    do throws(LedgerError) { bytes = try ledger.sealed(key) } catch { return false }
    let status = bytes.withUnsafeBufferPointer {
      system_replace(path, $0.baseAddress, $0.count)
    }
    guard status == 0 else { return false }
    do throws(PlayerError) { try counter.advance() } catch { return false }
    self.ledger = ledger
    return true
  }
}
