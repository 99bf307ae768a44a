import PinstripeProfile
public import PinstripeProfiles
import PinstripeUSB

/// Finds the players that are plugged in, and opens them.
public final class PlayerFinder: Sendable {
  private let context: USBContext
  private let registry: ProfileRegistry

  /// Starts libusb.
  ///
  /// - Parameter registry: The profiles to match; the built-in ones when nil.
  /// - Throws: ``PinstripeError``.
  public init(registry: ProfileRegistry? = nil) throws(PinstripeError) {
    do {
      self.registry = try registry ?? ProfileRegistry.builtIn()
      context = try USBContext()
    } catch let error as ProfileError {
      throw PinstripeError(.profile, PinstripeError.sentence(error.description), underlying: error)
    } catch let error as USBFailure {
      throw PinstripeError(error)
    } catch {
      throw PinstripeError(.system, "\(error)", underlying: error)
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
    guard let player = players.first else {
      throw PinstripeError(
        .noPlayer,
        "No player is attached; plug one in, unlock it, and switch it to MTP (media device) mode.")
    }
    guard players.count == 1 else {
      let places = players.map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
      throw PinstripeError(
        .usage, "Several players are attached: \(places); choose one with --player.")
    }
    return player
  }

  /// Opens a player.
  ///
  /// - Throws: ``PinstripeError``: no permission, busy, gone, or what it refused.
  public func open(_ player: AttachedPlayer) async throws(PinstripeError) -> MTPTransport {
    let rules = player.profile.transfer
    let pipe: USBPipe
    do throws(USBFailure) {
      pipe = try await USBPipe(
        opening: player.device, queueDepth: rules.queueDepth, chunkSize: rules.chunkSize,
        postsReceivesEarly: rules.postsReceivesEarly)
    } catch {
      throw PinstripeError(error)
    }
    return try await MTPTransport(opening: pipe, profile: player.profile, name: player.name)
  }

  /// Describes a device when it is a player: when a profile matches or it has an MTP interface.
  private func describe(_ device: USBDevice) async -> AttachedPlayer? {
    let strings = (try? await device.strings()) ?? USBStrings()
    let matched = registry.match(
      vendorID: device.vendorID, productID: device.productID,
      manufacturer: strings.manufacturer, product: strings.product)
    if matched == nil {
      guard (try? await device.mtpInterface()) != nil else { return nil }
    }
    let location = device.location
    return AttachedPlayer(
      id: "\(location.bus)-\(location.address)",
      name: strings.product ?? matched?.name ?? DeviceProfile.careful.name,
      vendorID: device.vendorID, productID: device.productID, serialNumber: strings.serialNumber,
      profile: matched ?? .careful,
      reason: matched == nil
        ? "no profile describes it, but it has an MTP interface"
        : "its USB ids are those of the profile",
      device: device)
  }
}
