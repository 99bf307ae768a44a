import PinstripeProfile

/// How much fits.
extension SyncPlanner {
  /// What a file takes beside its bytes on a player with clusters of 32 KiB, on average and a half.
  static let overhead: UInt64 = 32 << 10

  /// About what a file takes on the player.
  func estimate(_ item: SyncItem) -> UInt64 {
    guard protection != nil, !item.isTrack else { return item.size }
    // Header area, trailer, metadata, and a frame map of at most a few percent.
    return item.size + item.size / 64 + 16_384
  }

  /// Puts the steps in order, and leaves out what there is no room for, or says how much is missing.
  func makeRoom(in plan: SyncPlan, _ stored: [String: StoredTrack]) -> SyncPlan {
    var plan = plan
    let order: [SyncPlan.Action] = [.remove, .replace, .add, .keep, .refuse]
    plan.steps = order.flatMap { plan.steps($0) }
    // Numbers of the player's, which may be anything; no sum of halves overflows by a step's size.
    let most = UInt64.max / 4
    var free = min(plan.freeSpace, most)
    var objects = stored.count
    for index in plan.steps.indices {
      let step = plan.steps[index]
      var complaint: String?
      switch step.action {
      case .keep, .refuse: continue
      case .remove:
        free = min(free + min(step.bytes, most), most)
        objects -= 1
        continue
      case .replace, .add:
        if step.action == .add {
          objects += 1
          if let limit = profile.storage.maximumObjects, objects > limit {
            complaint = "the player holds at most \(limit) tracks"
          }
        }
      }
      let needed = min(step.bytes, most) + Self.overhead
      if complaint == nil, needed > free {
        guard fills else {
          plan.missingSpace = min(plan.missingSpace + (needed - free), most)
          free = 0
          continue
        }
        complaint = "there is no room for it"
      }
      if let complaint {
        if step.action == .add { objects -= 1 }
        plan.steps[index].action = .refuse
        plan.steps[index].bytes = 0
        plan.steps[index].reason = complaint
        continue
      }
      free -= needed
      // The old one goes when the new one is there.
      if step.action == .replace {
        free = min(free + min(stored[step.place]?.size ?? 0, most), most)
      }
    }
    plan.steps = order.flatMap { plan.steps($0) }
    plan.spareSpace = free
    return plan
  }
}
