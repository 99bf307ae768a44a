import PinstripeMTP
import Testing

/// A dataset as the tests see it: how to read it, and how to write what was read.
struct DatasetCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Whole datasets, small and with every field at its maximum.
  let samples: [[UInt8]]
  /// Reads a dataset and writes what it read.
  let rewrite: @Sendable ([UInt8]) throws(DatasetError) -> [UInt8]

  static let longest = String(repeating: "語", count: 254)

  static var deviceInfo: DatasetCase {
    var full = DeviceInfo()
    full.standardVersion = .max
    full.vendorExtensionID = .max
    full.vendorExtensionVersion = .max
    full.functionalMode = .max
    full.vendorExtensionDescription = longest
    full.operations = (UInt16.max - 50...UInt16.max).map(OperationCode.init)
    full.events = [EventCode(rawValue: .max)]
    full.deviceProperties = [.max, 0]
    full.captureFormats = [ObjectFormat(rawValue: .max)]
    full.playbackFormats = [.mp3, .flac]
    full.manufacturer = longest
    full.model = longest
    full.deviceVersion = longest
    full.serialNumber = longest
    var small = DeviceInfo()
    small.operations = [.getDeviceInfo, .openSession]
    small.serialNumber = "1"
    return DatasetCase(
      testDescription: "DeviceInfo", samples: [small.encoded, full.encoded]
    ) { dataset throws(DatasetError) in try DeviceInfo(parsing: dataset).encoded }
  }

  static var storageInfo: DatasetCase {
    var full = StorageInfo()
    full.storageType = .max
    full.filesystemType = .max
    full.accessCapability = .max
    full.capacity = .max
    full.freeSpace = .max
    full.storageDescription = longest
    full.volumeIdentifier = longest
    return DatasetCase(
      testDescription: "StorageInfo", samples: [StorageInfo().encoded, full.encoded]
    ) { dataset throws(DatasetError) in try StorageInfo(parsing: dataset).encoded }
  }

  static var objectInfo: DatasetCase {
    var full = ObjectInfo(filename: longest, format: ObjectFormat(rawValue: .max), size: .max)
    full.storage = .all
    full.protectionStatus = .max
    full.thumbnailFormat = .max
    full.thumbnailSize = .max
    full.thumbnailWidth = .max
    full.thumbnailHeight = .max
    full.imageWidth = .max
    full.imageHeight = .max
    full.imageBitDepth = .max
    full.parent = .root
    full.associationType = .max
    full.associationDescription = .max
    full.sequenceNumber = .max
    full.captureDate = longest
    full.modificationDate = longest
    full.keywords = longest
    let small = ObjectInfo(filename: "a.mp3", format: .mp3, size: 5)
    return DatasetCase(
      testDescription: "ObjectInfo", samples: [small.encoded, full.encoded]
    ) { dataset throws(DatasetError) in try ObjectInfo(parsing: dataset).encoded }
  }

  static var handles: DatasetCase {
    DatasetCase(
      testDescription: "array of UINT32",
      samples: [CodeArray.encode([UInt32]()), CodeArray.encode([1, 0xFFFF_FFFF] as [UInt32])]
    ) { dataset throws(DatasetError) in CodeArray.encode(try CodeArray.parse32(dataset)) }
  }

  static var codes: DatasetCase {
    DatasetCase(
      testDescription: "array of UINT16", samples: [CodeArray.encode([1, 0xFFFF] as [UInt16])]
    ) { dataset throws(DatasetError) in CodeArray.encode(try CodeArray.parse16(dataset)) }
  }

  static var values: [DatasetCase] {
    let values: [PropertyValue] = [
      .int8(.min), .uint8(.max), .int16(.min), .uint16(.max), .int32(.min), .uint32(.max),
      .int64(.min), .uint64(.max), .int128(.min), .uint128(.max), .string(longest),
      .array(element: .uint8, bytes: [1, 2, 3]), .array(element: .uint128, bytes: pattern(32)),
    ]
    return values.map { value in
      DatasetCase(
        testDescription: "value of type \(value.type.rawValue)", samples: [value.encoded]
      ) { dataset throws(DatasetError) in
        try PropertyValue(parsing: dataset, as: value.type).encoded
      }
    }
  }

  static var descriptions: DatasetCase {
    let forms: [ObjectPropertyDescription.Form] = [
      .any, .range(minimum: .uint16(0), maximum: .uint16(.max), step: .uint16(1)),
      .enumeration([.uint16(1), .uint16(.max)]), .date, .fixedLength(.max), .expression(longest),
      .byteArray(.max), .longString(.max), .unknown(0x77),
    ]
    return DatasetCase(
      testDescription: "ObjectPropDesc",
      samples: forms.map {
        ObjectPropertyDescription(
          property: ObjectPropertyCode(rawValue: .max), isSettable: true,
          defaultValue: .uint16(.max), group: .max, form: $0
        ).encoded
      }
    ) { dataset throws(DatasetError) in try ObjectPropertyDescription(parsing: dataset).encoded }
  }

  static var list: DatasetCase {
    let entries: [ObjectPropertyList.Entry] = [
      .init(object: .root, property: .objectSize, value: .uint64(.max)),
      .init(object: .none, property: .name, value: .string(longest)),
      .init(object: .none, property: .objectFormat, value: .uint16(1)),
    ]
    return DatasetCase(
      testDescription: "ObjectPropList",
      samples: [ObjectPropertyList.encode([]), ObjectPropertyList.encode(entries)]
    ) { dataset throws(DatasetError) in
      ObjectPropertyList.encode(try ObjectPropertyList.parse(dataset))
    }
  }

  static var all: [DatasetCase] {
    [deviceInfo, storageInfo, objectInfo, handles, codes, descriptions, list] + values
  }
}

struct DatasetTests {
  @Test(arguments: DatasetCase.all)
  func whatWasWrittenIsRead(_ dataset: DatasetCase) throws {
    for sample in dataset.samples {
      #expect(try dataset.rewrite(sample) == sample)
      // Bytes behind the dataset change nothing.
      #expect(try dataset.rewrite(sample + [1, 2, 3]) == sample)
    }
  }

  @Test(arguments: DatasetCase.all)
  func aDatasetCutAtAnyByteIsRefused(_ dataset: DatasetCase) {
    for sample in dataset.samples {
      // An expectation for each of some 10,000 ends would take longer than the parsing.
      let read = sample.indices.filter { (try? dataset.rewrite(Array(sample[..<$0]))) != nil }
      #expect(read == [], "\(dataset.testDescription) cut there")
    }
  }

  /// Overwrites each byte, and each four of them, with the values that break length arithmetic.
  @Test(arguments: DatasetCase.all)
  func lengthsAtTheirExtremesDoNotTrap(_ dataset: DatasetCase) {
    for sample in dataset.samples {
      // The samples with the longest strings are long for those, which are alike all the way.
      let isShort = sample.count < 200
      let places = isShort ? Array(sample.indices) : Self.edges(of: sample)
      for position in places {
        for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
          for width in isShort ? [1, 2, 4] : [1, 4] where position + width <= sample.count {
            var changed = sample
            for index in position..<(position + width) { changed[index] = value }
            guard let once = try? dataset.rewrite(changed) else { continue }
            // What is read can be written, and reads the same.
            let again = try? dataset.rewrite(once)
            guard again != once else { continue }
            Issue.record("\(dataset.testDescription), byte \(position) := \(value) × \(width)")
          }
        }
      }
    }
  }

  /// The bytes where units end to be alike, among them all counts, and a stride through the others.
  private static func edges(of sample: [UInt8]) -> [Int] {
    func differs(_ index: Int, _ other: Int) -> Bool {
      sample.indices.contains(other) && sample[index] != sample[other]
    }
    return sample.indices.filter { index in
      index % 61 == 0 || differs(index, index - 2) || differs(index, index + 2)
    }
  }

  @Test func errorsNameTheFieldAndItsPlace() {
    let error = #expect(throws: DatasetError.self) { try ObjectInfo(parsing: [0, 0, 0, 0, 1]) }
    #expect(error == DatasetError(.truncated, field: "ObjectFormat", offset: 4))
    #expect(error?.description == "it ends inside ObjectFormat at byte 4")
  }

  @Test func aDeviceInfoWithEveryCodeThereIs() throws {
    var info = DeviceInfo()
    info.operations = (0...UInt16.max).map(OperationCode.init)
    #expect(try DeviceInfo(parsing: info.encoded) == info)
  }

  @Test func unknownCodesSurvive() throws {
    var info = DeviceInfo()
    info.operations = [OperationCode(rawValue: 0x9ABC)]
    let read = try DeviceInfo(parsing: info.encoded)
    #expect(read.operations.first?.description == "0x9ABC")
    #expect(OperationCode.getObjectPropValue.description == "GetObjectPropValue")
    #expect(ResponseCode.storeFull.description == "StoreFull")
  }

  @Test func sizesBeyond32BitsAreAnnouncedAsAllOnes() {
    for (size, announced) in [
      (0, 0), (0xFFFF_FFFE, 0xFFFF_FFFE), (0xFFFF_FFFF, 0xFFFF_FFFF), (0x1_0000_0000, 0xFFFF_FFFF),
      (.max, 0xFFFF_FFFF),
    ] as [(UInt64, UInt32)] {
      let info = ObjectInfo(filename: "a", format: .mp3, size: size)
      #expect(info.compressedSize == announced, "\(size)")
    }
    for (payload, length) in [
      (0, 12), (0xFFFF_FFF2, 0xFFFF_FFFE), (0xFFFF_FFF3, 0xFFFF_FFFF), (1 << 40, 0xFFFF_FFFF),
      (.max, 0xFFFF_FFFF),
    ] as [(UInt64, UInt32)] {
      let header = ContainerHeader(
        kind: .data, code: 0, transaction: .outsideSession, payload: payload)
      #expect(header.length == length, "\(payload)")
    }
  }
}
