// swift-tools-version: 6.2
import PackageDescription

/// A fuzz target is one file, `Targets/NAME/NAME.swift`, and one line below. It has one function:
///
/// ```swift
/// @c(LLVMFuzzerTestOneInput)
/// public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt
/// ```
/// Build and run with `run.sh`; nothing else sets the flags right.
func fuzz(_ name: String, _ dependencies: String...) -> Target {
  .executableTarget(
    name: name,
    dependencies: dependencies.map { .product(name: $0, package: "pinstripe") },
    path: "Targets/\(name)",
    // There is no main: libFuzzer brings it along.
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "pinstripe", path: "../..")],
  targets: [
    fuzz("Descriptor", "PinstripeKeys"),
    fuzz("Frames", "PinstripeFrames"),
    fuzz("Grant", "Pinstripe"),
    fuzz("KeyFiles", "PinstripeKeys"),
    fuzz("KeyStore", "PinstripeKeys"),
    fuzz("Keybox", "Pinstripe"),
    fuzz("MTPDatasets", "PinstripeMTP"),
    fuzz("MTPReplies", "PinstripeMTP"),
    fuzz("Profiles", "PinstripeProfiles"),
    fuzz("SyncFiles", "Pinstripe"),
    fuzz("Tags", "Pinstripe"),
    fuzz("TrackHeader", "Pinstripe"),
    fuzz("TrackMetadata", "Pinstripe"),
    fuzz("USBDescriptors", "PinstripeUSB"),
  ],
  swiftLanguageModes: [.v6]
)
