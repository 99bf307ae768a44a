import Pinstripe
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeProfiles
import PinstripeTestSupport
import Testing

/// A player in memory that is what a profile says.
struct SimulatedPlayer {
  let profile: DeviceProfile
  let responder: MemoryResponder
  var identity: PlayerIdentity

  init?(_ profile: DeviceProfile) {
    guard let identity = PlayerIdentity(simulating: profile) else { return nil }
    self.profile = profile
    self.identity = identity
    responder = MemoryResponder(profile: profile)
  }

  /// Opens a session as a host that knows the profile does.
  func connect(_ end: (any PlayerEnd)? = nil) async throws -> MTPTransport {
    try await MTPTransport(
      opening: LoopbackPipe(to: end ?? responder, chunkSize: 8192), profile: profile,
      name: profile.name)
  }

  /// Asks it what it is, as a host that knows nothing does.
  func survey(_ end: (any PlayerEnd)? = nil) async throws -> PlayerSurvey {
    let transport = try await MTPTransport(
      opening: LoopbackPipe(to: end ?? responder, chunkSize: 8192), profile: .careful,
      name: profile.name)
    do {
      let survey = try await transport.survey(identity: identity)
      await transport.close()
      return survey
    } catch {
      await transport.close()
      throw error
    }
  }

  /// One for each built-in profile that speaks MTP.
  static func all() throws -> [SimulatedPlayer] {
    try ProfileRegistry.builtIn().profiles.sorted { $0.id < $1.id }.compactMap { .init($0) }
  }
}
