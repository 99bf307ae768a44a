import PinstripeMTP

/// Sizes, and the operations that some players have.
extension Suite {
  /// Capabilities that are an operation.
  private static let operations: [(capability: String, operation: OperationCode)] = [
    ("delete", .deleteObject), ("rename", .setObjectPropValue), ("move", .moveObject),
    ("property-lists", .getObjectPropList), ("partial-reads", .getPartialObject),
    ("partial-reads-64", .getPartialObject64), ("references", .setObjectReferences),
    ("edit", .beginEditObject),
  ]

  /// The table is not believed where the player says it itself.
  func compareWithTable(_ rig: Rig) {
    for (capability, operation) in Self.operations {
      let offers = rig.session.deviceInfo.operations.contains(operation)
      let isRight = abilities[capability].map { ($0.reason == nil) == offers } ?? false
      report(
        isRight ? "ok" : "FAIL",
        "the table is right: \(capability) is \(offers ? "offered" : "not offered")")
    }
  }

  /// k · {64, 512, 1024, 8192, 65536} ± {0, 1, 12}, for k of 1 and 3; the 12 are those of the header,
  /// which comes in the same transfer as the first bytes.
  func sizes(_ rig: Rig) async throws {
    let sizes = [64, 512, 1024, 8192, 65_536].flatMap { unit in
      [1, 3].flatMap { factor in [-12, -1, 0, 1, 12].map { unit * factor + $0 } }
    }
    await check("every size arrives and comes back", needs: ["any-size", "delete"]) {
      var failed: [Int] = []
      for size in [0, 1] + sizes where try await !rig.returns(pattern(size)) { failed.append(size) }
      if !failed.isEmpty { report("info", "other bytes came back: \(failed)") }
      return failed.isEmpty
    }
  }

  func features(_ rig: Rig) async throws {
    let session = rig.session
    await check("an object that is deleted is gone", needs: ["delete"]) {
      let object = try await rig.upload("gone", pattern(3000))
      let before = try await rig.names().contains("gone")
      try await session.deleteObject(object)
      let after = try await rig.names().contains("gone")
      return before && !after
    }
    await check("an object gets another name", needs: ["rename", "delete"]) {
      let object = try await rig.upload("before", pattern(3000))
      try await session.rename(object, to: "after")
      let names = try await rig.names()
      let back = try await rig.download(object, size: 3000)
      try await session.deleteObject(object)
      return names.contains("after") && !names.contains("before") && back == pattern(3000)
    }
    await check("ranges of an object are read", needs: ["partial-reads", "delete"]) {
      let bytes = pattern(100_000)
      let object = try await rig.upload("ranges", bytes)
      var isRight = true
      for range in [0..<1, 1..<513, 511..<1537, 500..<66_036, 99_999..<100_000] {
        var part: [UInt8] = []
        let count = UInt32(range.count)
        _ = try await session.getPartialObject(object, at: UInt64(range.lowerBound), count: count) {
          part += $0
        }
        isRight = isRight && part == Array(bytes[range])
      }
      try await session.deleteObject(object)
      return isRight
    }
    await check("folders hold objects and folders", needs: ["folders", "delete"]) {
      let outer = try await session.makeFolder("outer", on: rig.storage)
      let inner = try await session.makeFolder("inner", on: rig.storage, in: outer)
      let object = try await rig.upload("in it", pattern(3000), in: inner)
      let names = try await (rig.names(in: outer), rig.names(in: inner))
      for made in [object, inner, outer] { try await session.deleteObject(made) }
      let rest = try await rig.names()
      return names == (["inner"], ["in it"]) && !rest.contains("outer")
    }
    await check("an object goes to another folder", needs: ["move", "folders", "delete"]) {
      let folder = try await session.makeFolder("there", on: rig.storage)
      let object = try await rig.upload("moved", pattern(3000))
      try await session.moveObject(object, to: folder, of: rig.storage)
      let names = try await rig.names(in: folder)
      for made in [object, folder] { try await session.deleteObject(made) }
      return names == ["moved"]
    }
    await check("an object refers to others", needs: ["references", "delete"]) {
      let objects = [
        try await rig.upload("a", pattern(100)), try await rig.upload("b", pattern(100)),
      ]
      try await session.setObjectReferences(of: objects[0], to: [objects[1]])
      let found = try await session.objectReferences(of: objects[0])
      for made in objects { try await session.deleteObject(made) }
      return found == [objects[1]]
    }
  }
}
