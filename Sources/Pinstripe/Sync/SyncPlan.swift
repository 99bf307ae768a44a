import PinstripeProfile

/// What a sync would do to a player, with the reason for each track, before anything is touched.
public struct SyncPlan: Sendable {
  /// What happens to a track.
  public enum Action: String, Sendable, CaseIterable {
    /// It is sent.
    case add
    /// It is sent, and takes the place of the one that is there.
    case replace
    /// It is deleted from the player.
    case remove
    /// Nothing: it is there already, or is not ours to touch.
    case keep
    /// Nothing: the player cannot hold it, or the file cannot be read.
    case refuse
  }

  /// One track of a plan.
  public struct Step: Sendable {
    /// What happens.
    public var action: Action
    /// The file; nil for what is on the player only.
    public var item: SyncItem?
    /// Its path on the player, below the music folder; empty where it gets none.
    public var place: String
    /// Why it has another name there than its source, as a clause; nil where it has the same.
    public var renaming: String?
    /// Bytes: about as many as are sent, or, of what is removed or kept, as many as are stored.
    public var bytes: UInt64
    /// Why, as a clause.
    public var reason: String
    /// Whether it is refused because the file could not be read.
    public var isUnreadable = false
    /// The playlist, where the step is about one; then ``place`` is its name.
    public var playlist: Playlist?
    /// The picture, where the step is about one.
    public var cover: Cover?
    /// The entry that the ledger lacks, where a track was recognised by its content.
    var adopted: SyncLedger.Entry?
    /// Whether a person who reads the plan should see it: not what is kept, of which there may be
    /// thousands, but that music is found to have no picture.
    public var isNews: Bool {
      action != .keep || cover.map { $0.source == nil && adopted != nil } ?? false
    }
    /// What the ledger says of it once it is done.
    var protection: String = ""
  }

  /// The steps, in the order in which they are done: what makes room comes first.
  public var steps: [Step]
  /// Free space on the player beforehand, in bytes.
  public var freeSpace: UInt64
  /// How many bytes more the player would have to have; 0 when all fits.
  public var missingSpace: UInt64 = 0
  /// What is free after all tracks, in bytes.
  var spareSpace: UInt64 = 0
  /// Why no pictures are sent, as a clause; nil where they are.
  public var reasonForNoCovers: String?
  /// How many files of the source's folders are no music, by their names.
  public var ignored = 0

  /// The steps of a kind.
  public func steps(_ action: Action) -> [Step] { steps.filter { $0.action == action } }

  /// About how many bytes are sent.
  public var bytesToSend: UInt64 {
    steps.reduce(0) { $0 + ($1.action == .add || $1.action == .replace ? $1.bytes : 0) }
  }
}
