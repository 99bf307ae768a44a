/// How bytes are moved to a player.
public struct TransferRules: Sendable, Equatable {
  /// Bytes in one USB transfer: a multiple of 1024, at most 1 MiB.
  public var chunkSize = 65_536
  /// Transfers in flight at once: 1 to 16.
  ///
  /// The kernel's limit of 16 MiB is shared by all programs.
  public var queueDepth = 4
  /// Whether IN transfers may wait before the player has anything to say.
  public var postsReceivesEarly = true
  /// How small files are sent.
  public var smallFiles = SmallFileMode.separate
  /// The longest silence before a response, in milliseconds.
  ///
  /// Players on slow flash take seconds to delete or to allocate.
  public var responseTimeoutMilliseconds = 20_000
  /// The longest time without progress while data moves, in milliseconds.
  public var dataTimeoutMilliseconds = 10_000

  /// Creates the default rules.
  public init() {}

  /// ``responseTimeoutMilliseconds`` as a duration.
  public var responseTimeout: Duration { .milliseconds(responseTimeoutMilliseconds) }
  /// ``dataTimeoutMilliseconds`` as a duration.
  public var dataTimeout: Duration { .milliseconds(dataTimeoutMilliseconds) }
}

/// How datasets and files that fit into one USB transfer with their header are sent.
public enum SmallFileMode: String, Sendable, CaseIterable {
  /// Command and data in transfers of their own: every player takes that.
  case separate
  /// The transfers of command and data are submitted together, without waiting between them: faster,
  /// for players that read from the endpoint container by container.
  case together
}
