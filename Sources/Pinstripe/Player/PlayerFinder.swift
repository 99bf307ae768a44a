import PinstripeMTP
import PinstripeProfile
public import PinstripeProfiles
import PinstripeUSB

/// Finds the players that are plugged in, and opens them.
public final class PlayerFinder: Sendable {
  /// The profiles that are matched, and the files that could not be used.
  public let registry: ProfileRegistry
  private let context: USBContext

  /// Starts libusb.
  ///
  /// - Parameter registry: The profiles to match; the built-in ones and those that override them when
  ///   nil.
  /// - Throws: ``PinstripeError``.
  public init(registry: ProfileRegistry? = nil) throws(PinstripeError) {
    self.registry = registry ?? .standard()
    do throws(USBFailure) {
      context = try USBContext()
    } catch {
      throw PinstripeError(error)
    }
  }

  /// The players that are plugged in, in the order of their places.
  ///
  /// A device that cannot even be described is passed over, unless its profile is known.
  public func players() async throws(PinstripeError) -> [AttachedPlayer] {
    let devices: [USBDevice]
    do throws(USBFailure) {
      devices = try context.devices()
    } catch {
      throw PinstripeError(error)
    }
    var players: [AttachedPlayer] = []
    for device in devices {
      if let player = await describe(device) { players.append(player) }
    }
    return players.sorted { $0.id < $1.id }
  }

  /// Yields whenever players may have come or gone.
  func changes() -> AsyncStream<Void> { context.changes() }

  /// The one player to work with.
  ///
  /// - Parameter id: Its place; nil takes the only one there is.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noPlayer`` when there is none,
  ///   or ``PinstripeError/Code/usage`` when there are several and none is named.
  public func player(id: String?) async throws(PinstripeError) -> AttachedPlayer {
    let players = try await players()
    if let id {
      guard let player = players.first(where: { $0.id == id }) else {
        throw PinstripeError(
          .noPlayer, "There is no player at \(id); 'pinstripe players' shows those that are there.")
      }
      return player
    }
    let reachable = players.filter { $0.usbProtocol == .mtp }
    guard let player = reachable.first ?? players.first else {
      throw PinstripeError(
        .noPlayer,
        "No player is attached; plug one in, unlock it, and switch it to MTP (media device) mode.")
    }
    guard reachable.count == 1 || players.count == 1 else {
      let places = players.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
      throw PinstripeError(
        .usage, "Several players are attached: \(places); choose one with --player.")
    }
    return player
  }

  /// Opens a player.
  ///
  /// - Throws: ``PinstripeError``: no permission, busy, gone, in another mode, or what it refused.
  public func open(_ player: AttachedPlayer) async throws(PinstripeError) -> MTPTransport {
    if let advice = player.switchingAdvice { throw PinstripeError(.noPlayer, advice) }
    guard player.usbProtocol == .mtp else {
      throw PinstripeError(
        .noPlayer,
        "\(player.name) is a disk; let the system mount it and use --volume with that folder.")
    }
    return try await MTPTransport(
      opening: try await pipe(to: player), profile: player.profile, name: player.name)
  }

  /// Asks a player what it says of itself in MTP, where that decides which profile it gets.
  ///
  /// - Returns: The player, with the profile that fits better when there is one.
  /// - Throws: As ``open(_:)``.
  public func refine(_ player: AttachedPlayer) async throws(PinstripeError) -> AttachedPlayer {
    guard player.usbProtocol == .mtp, registry.asksDeviceInfo(of: player.identity) else {
      return player
    }
    let pipe = try await pipe(to: player)
    let result: Result<DeviceInfo, MTPError>
    do throws(MTPError) {
      let session = try await Session.open(on: pipe, profile: player.profile)
      let info = session.deviceInfo
      try await session.close()
      result = .success(info)
    } catch {
      result = .failure(error)
    }
    await pipe.close()
    let info: DeviceInfo
    do throws(MTPError) {
      info = try result.get()
    } catch {
      throw PinstripeError(error, player: player.name)
    }
    var identity = player.identity
    identity.deviceInfo = DeviceInfoIdentity(info)
    guard let match = registry.match(identity) else { return player }
    return AttachedPlayer(match, identity, player.device)
  }

  /// Asks a player what it is and can do; nothing is changed on it.
  ///
  /// - Throws: As ``open(_:)``.
  public func survey(_ player: AttachedPlayer) async throws(PinstripeError) -> PlayerSurvey {
    let transport = try await open(player)
    let result: Result<PlayerSurvey, PinstripeError>
    do throws(PinstripeError) {
      result = .success(try await transport.survey(identity: player.identity))
    } catch {
      result = .failure(error)
    }
    await transport.close()
    return try result.get()
  }

  private func pipe(to player: AttachedPlayer) async throws(PinstripeError) -> USBPipe {
    let rules = player.profile.transfer
    do throws(USBFailure) {
      return try await USBPipe(
        opening: player.device, queueDepth: rules.queueDepth, chunkSize: rules.chunkSize,
        postsReceivesEarly: rules.postsReceivesEarly, quirks: player.profile.quirks)
    } catch {
      throw PinstripeError(error)
    }
  }

  /// Describes a device when it is a player: when a profile matches or it has an MTP interface.
  private func describe(_ device: USBDevice) async -> AttachedPlayer? {
    let strings = (try? await device.strings()) ?? USBStrings()
    var identity = PlayerIdentity(vendorID: device.vendorID, productID: device.productID)
    identity.release = device.release
    identity.manufacturer = strings.manufacturer
    identity.product = strings.product
    identity.serialNumber = strings.serialNumber
    var match = registry.match(identity)
    if match == nil {
      identity.hasMTPInterface = (try? await device.mtpInterface()) != nil
      match = registry.match(identity)
    }
    return match.map { AttachedPlayer($0, identity, device) }
  }
}
