import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// What malicious players did to other initiators.
///
/// Each is a typed error here, and the session goes on.
struct HostileTests {
  /// Little-endian bytes, for datasets written by hand.
  private func le<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
  }

  // MARK: Datasets

  @Test func cve20179831AnObjectPropertyListThatCountsMoreThanItHolds() {
    for count in [1, 0x1000_0000, 0x2492_4925, 0x8000_0000, 0xFFFF_FFFF] as [UInt32] {
      #expect(throws: DatasetError.self, "\(count) entries") {
        try ObjectPropertyList.parse(le(count) + [1, 2, 3])
      }
    }
  }

  @Test func cve20179832AnObjectPropertyListThatEndsInsideAnEntry() {
    let entry = ObjectPropertyList.Entry(object: .root, property: .name, value: .string("abc"))
    let list = ObjectPropertyList.encode([entry, entry])
    for end in list.indices {
      #expect(throws: DatasetError.self, "cut at \(end)") {
        try ObjectPropertyList.parse(Array(list[..<end]))
      }
    }
  }

  @Test func cve202640340AnObjectInfoShorterThanItsFields() {
    for length in 0..<52 {
      #expect(throws: DatasetError.self, "\(length) bytes") {
        try ObjectInfo(parsing: [UInt8](repeating: 0xFF, count: length))
      }
    }
  }

  @Test func cve202640335ACut128BitValue() {
    for type in [DataType.int128, .uint128] {
      for length in 0..<16 {
        #expect(throws: DatasetError.self, "\(length) bytes") {
          try PropertyValue(parsing: [UInt8](repeating: 0xFF, count: length), as: type)
        }
      }
    }
  }

  @Test func cve202640334ANameWithoutTerminator() throws {
    var info = ObjectInfo(filename: "abcdef", format: .mp3, size: 1).encoded
    // The name's 7 units lose their terminator. It is read to its count and no further: with long names,
    // umtp-responder's other texts have none either.
    info[52 + 1 + 12] = 0x41
    #expect(try ObjectInfo(parsing: info).filename == "abcdefA")
    // The name claims all that follows, and more.
    info[52] = 0xFF
    #expect(throws: DatasetError(.countTooLarge, field: "Filename", offset: 52)) {
      try ObjectInfo(parsing: info)
    }
  }

  @Test func cve202640333And40341DatasetsWithoutLengthChecks() {
    for length in 0..<64 {
      let bytes = [UInt8](repeating: 0xFF, count: length)
      #expect(throws: DatasetError.self) { try DeviceInfo(parsing: bytes) }
      #expect(throws: DatasetError.self) { try ObjectPropertyDescription(parsing: bytes) }
      #expect(throws: DatasetError.self) { try CodeArray.parse16(bytes) }
      #expect(throws: DatasetError.self) { try CodeArray.parse32(bytes) }
      #expect(throws: DatasetError.self) { try ObjectPropertyList.parse(bytes) }
    }
  }

  @Test func cve202640336And40338And40339EnumerationsAndFormsThatLie() throws {
    // Property, type, settable, default value, group.
    let start =
      le(UInt16(0xDC07)) + le(DataType.uint16.rawValue) + [1] + le(UInt16(0)) + le(UInt32(0))
    #expect(throws: DatasetError.self) {
      try ObjectPropertyDescription(parsing: start + [0x02] + le(UInt16.max) + le(UInt16(1)))
    }
    for form in 0...255 as ClosedRange<UInt8> {
      do {
        let read = try ObjectPropertyDescription(parsing: start + [form])
        switch read.form {
        case .any: #expect(form == 0)
        case .date: #expect(form == 3)
        case .unknown(let flag): #expect(flag == form)
        default: Issue.record("form \(form) has no content")
        }
      } catch {
        #expect([1, 2, 4, 5, 6, 0xFF].contains(form), "form \(form)")
      }
    }
    let unknown = le(UInt16(0xDC07)) + le(UInt16(0x1234)) + [UInt8](repeating: 0, count: 40)
    #expect(throws: DatasetError(.unknownType, field: "DefaultValue", offset: 5)) {
      try ObjectPropertyDescription(parsing: unknown)
    }
  }

  /// libmtp issue 369: count × size overflowed.
  @Test func libmtpIssue369CountTimesSizeOverflows() {
    for (element, count) in [
      (DataType.uint128, 0x1000_0001), (.uint64, 0x2000_0001), (.uint32, 0x4000_0001),
      (.uint16, 0x8000_0001), (.uint8, 0xFFFF_FFFF),
    ] as [(DataType, UInt32)] {
      #expect(throws: DatasetError.self, "\(count) elements of \(element.rawValue)") {
        try PropertyValue(parsing: le(count) + pattern(64), as: .array(of: element))
      }
    }
    for count in [0x4000_0000, 0x4000_0001, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32] {
      #expect(throws: DatasetError.self) { try CodeArray.parse32(le(count) + pattern(64)) }
      #expect(throws: DatasetError.self) { try CodeArray.parse16(le(count) + pattern(64)) }
    }
  }

  // MARK: A session with a player that cuts its datasets

  // Of lists of properties, and of what is no dataset: CutAnswerTests.
  @Test func everyDatasetCutAtEveryByteLeavesAUsableSession() async throws {
    let rig = try await Rig()
    let object = try await rig.upload("a.mp3", pattern(10))
    let session = rig.session
    try await session.setObjectReferences(of: object, to: [object, object])
    let operations: [(OperationCode, () async throws -> Void)] = [
      (.getDeviceInfo, { _ = try await session.getDeviceInfo() }),
      (.getStorageIDs, { _ = try await session.storageIDs() }),
      (.getStorageInfo, { _ = try await session.storageInfo(Rig.storage) }),
      (.getObjectHandles, { _ = try await session.objectHandles(storage: Rig.storage) }),
      (.getObjectInfo, { _ = try await session.objectInfo(object) }),
      (.getObjectPropsSupported, { _ = try await session.objectProperties(of: .mp3) }),
      (
        .getObjectPropDesc,
        { _ = try await session.objectPropertyDescription(.name, of: .mp3) }
      ),
      (
        .getObjectPropValue,
        { _ = try await session.objectPropertyValue(.objectSize, of: object, as: .uint64) }
      ),
      (.getObjectReferences, { _ = try await session.objectReferences(of: object) }),
    ]
    for (operation, run) in operations {
      var length = 0
      while true {
        let end = length
        rig.player.tamper { tampered, dataset in
          if tampered == operation { dataset = Array(dataset.prefix(end)) }
        }
        do {
          try await run()
          break
        } catch {
          let code = (error as? MTPError)?.code
          #expect(code == .malformedDataset, "\(operation) cut at \(length): \(error)")
        }
        length += 1
      }
      rig.player.tamper(nil)
      #expect(length > 3, "\(operation)")
      try await run()
    }
  }

  @Test func aPlayerWithoutValidDeviceInfoIsNotOpened() async throws {
    let player = MemoryResponder()
    player.tamper { operation, dataset in
      if operation == .getDeviceInfo { dataset = [1] }
    }
    await #expect(throws: MTPError(.malformedDataset)) {
      try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
    }
    #expect(!player.isSessionOpen)
  }

  // MARK: Containers

  /// A session with a player that answers OpenSession and GetDeviceInfo as it should and all else as
  /// a script says.
  private func scripted(
    chunkSize: Int = 4096, _ script: @escaping ScriptedPlayer.Script
  ) async throws -> (Session, ScriptedPlayer) {
    let player = ScriptedPlayer { command, queue in
      switch OperationCode(rawValue: command.header.code) {
      case .openSession, .closeSession: queue.append(command.response())
      case .getDeviceInfo:
        var info = DeviceInfo()
        info.operations = MemoryResponder.implemented
        queue.append(command.data(info.encoded))
        queue.append(command.response())
      default: script(command, &queue)
      }
    }
    let pipe = LoopbackPipe(to: player, chunkSize: chunkSize)
    return (try await Session.open(on: pipe, profile: .careful), player)
  }

  /// libmtp issue 406: the player's word was the size of the allocation.
  @Test func libmtpIssue406ALengthThatNobodyWouldAllocate() async throws {
    for length in [0x7FFF_FFFF, 0xFFFF_FFF0, 0xFFFF_FFFE] as [UInt32] {
      let (session, _) = try await scripted { command, queue in
        var bytes = command.data(pattern(20))
        withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
        queue.append(bytes)
        queue.append(command.response())
      }
      await #expect(throws: MTPError(.dataPhaseTooLong)) { try await session.storageIDs() }
      try await session.close()
    }
  }

  @Test func aWrongTransactionIsATypedErrorAndTheNextOneWorks() async throws {
    for wrong in [0, 1, 2, 99, 0xFFFF_FFFF] as [UInt32] {
      let (session, player) = try await scripted { command, queue in
        // The first question is answered for another transaction, the second one well.
        let isFirst = command.header.transaction.rawValue == 2
        var lie = command
        if isFirst { lie.header.transaction = TransactionID(rawValue: wrong) }
        queue.append(lie.data(CodeArray.encode([0x0001_0001] as [UInt32])))
        queue.append(lie.response())
      }
      if wrong != 2 {
        await #expect(throws: MTPError(.unexpectedTransaction), "\(wrong)") {
          try await session.storageIDs()
        }
      } else {
        _ = try await session.storageIDs()
      }
      #expect(try await session.storageIDs() == [Rig.storage], "after \(wrong)")
      #expect(player.commands.count == 4)
    }
  }

  @Test func aLateResponseIsPassedOver() async throws {
    let (session, _) = try await scripted { command, queue in
      // Nothing at first; then both answers at once.
      guard command.header.transaction.rawValue > 2 else { return }
      var late = command
      late.header.transaction = TransactionID(rawValue: 2)
      queue.append(late.response(.generalError))
      queue.append(command.data(CodeArray.encode([0x0001_0001] as [UInt32])))
      queue.append(command.response())
    }
    await #expect(throws: MTPError(.transfer, transfer: .timedOut)) {
      try await session.storageIDs()
    }
    #expect(try await session.storageIDs() == [Rig.storage])
  }

  @Test func anEndlessDataPhaseIsBoundedByWhatWasAskedFor() async throws {
    let (session, _) = try await scripted { command, queue in
      var header = command.data([])
      header.replaceSubrange(0..<4, with: [0xFF, 0xFF, 0xFF, 0xFF])
      let start = header
      queue.append(length: .max) { offset, buffer in
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        if offset == 0 { buffer.copyBytes(from: start) }
      }
    }
    var count = 0
    await #expect(throws: MTPError(.dataPhaseTooLong)) {
      try await session.getPartialObject(ObjectHandle(rawValue: 1), at: 0, count: 10_000) {
        count += $0.count
      }
    }
    #expect(count <= 10_000)
    // It would never stop, so the session is lost and says so.
    await #expect(throws: MTPError(.sessionLost)) { try await session.storageIDs() }
    #expect(!session.isOpen)
    try await session.close()
  }

  @Test func anEndlessDatasetIsBounded() async throws {
    let (session, _) = try await scripted(chunkSize: 1 << 20) { command, queue in
      var header = command.data([])
      header.replaceSubrange(0..<4, with: [0xFF, 0xFF, 0xFF, 0xFF])
      let start = header
      queue.append(length: .max) { offset, buffer in
        if offset == 0 { buffer.copyBytes(from: start) }
      }
    }
    await #expect(throws: MTPError(.dataPhaseTooLong)) { try await session.storageIDs() }
  }

  @Test func aShortDataPhaseIsATypedErrorAndTheNextOneWorks() async throws {
    let (session, _) = try await scripted { command, queue in
      if command.header.code == OperationCode.getObject.rawValue {
        queue.append(Array(command.data(pattern(100)).prefix(60)))
        queue.append(command.response(command.parameter(0) == 1 ? .ok : .incompleteTransfer))
      } else {
        queue.append(command.data(CodeArray.encode([0x0001_0001] as [UInt32])))
        queue.append(command.response())
      }
    }
    await #expect(throws: MTPError(.dataPhaseTooShort, response: .ok)) {
      try await session.getObject(ObjectHandle(rawValue: 1), size: 100) { _ in }
    }
    await #expect(throws: MTPError(.refused, response: .incompleteTransfer)) {
      try await session.getObject(ObjectHandle(rawValue: 2), size: 100) { _ in }
    }
    #expect(try await session.storageIDs() == [Rig.storage])
  }

  @Test func anObjectOfAnotherSizeThanListedIsNoticed() async throws {
    let rig = try await Rig()
    let object = try await rig.upload("a", pattern(100))
    for size in [0, 1, 99, 101, 5000] {
      await #expect(throws: MTPError.self, "\(size)") {
        try await rig.download(object, size: size)
      }
      #expect(try await rig.download(object, size: 100) == pattern(100), "after \(size)")
    }
  }

  @Test func storagesAndHandlesByTheThousandAreEachNamedOnce() async throws {
    let (session, _) = try await scripted(chunkSize: 65_536) { command, queue in
      let numbers = (0..<65_535).map { UInt32($0 % 1000) << 16 | 1 }
      queue.append(command.data(CodeArray.encode(numbers)))
      queue.append(command.response())
    }
    #expect(try await session.storageIDs().count == 1000)
    #expect(try await session.objectHandles(storage: .all).count == 1000)
  }

  @Test func nonsenseInsteadOfAnswers() async throws {
    var random = SplitMix(seed: 7)
    for round in 0..<300 {
      let bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let (session, _) = try await scripted { _, queue in queue.append(bytes) }
      await #expect(throws: MTPError.self, "round \(round)") { try await session.storageIDs() }
      try? await session.close()
      #expect(!session.isOpen)
    }
  }

  @Test func silence() async throws {
    let player = ScriptedPlayer { _, _ in }
    await #expect(throws: MTPError(.transfer, transfer: .timedOut)) {
      try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
    }
    // It was told once to forget what it may be waiting for, and asked again.
    #expect(player.commands.count == 2)
  }
}
