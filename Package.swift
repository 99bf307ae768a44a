// swift-tools-version: 6.2
import PackageDescription

// Floors of Sources (an arrow only goes down, siblings never import each other):
//   4  PinstripeCommand
//   3  Pinstripe, PinstripeTestSupport
//   2  PinstripeUSB, PinstripeMTP, PinstripeKeys, PinstripeProfiles
//   1  PinstripeCore (Embedded-clean), PinstripePipe, PinstripeProfile
//   0  CPinstripe, CProviderOpenSSL, system libraries

let common: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let memorySafe: [SwiftSetting] = common + [.strictMemorySafety()]
let embeddable: [SwiftSetting] =
  memorySafe + [.treatWarning("EmbeddedRestrictions", as: .error)]

let package = Package(
  name: "pinstripe",
  products: [
    .library(name: "PinstripeCore", targets: ["PinstripeCore"]),
    .library(
      name: "PinstripeMTP", targets: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile"]),
    .library(name: "PinstripeTestSupport", targets: ["PinstripeTestSupport"]),
  ],
  targets: [
    // Floor 0
    .target(name: "CPinstripe"),
    .systemLibrary(
      name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
    .systemLibrary(
      name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),

    // Floor 1
    .target(name: "PinstripeCore", dependencies: ["CPinstripe"], swiftSettings: embeddable),
    .target(name: "PinstripePipe", swiftSettings: common),
    .target(name: "PinstripeProfile", swiftSettings: common),

    // Floor 2
    .target(
      name: "PinstripeMTP", dependencies: ["PinstripePipe", "PinstripeProfile"],
      swiftSettings: common),

    // Floor 3
    .target(
      name: "PinstripeTestSupport",
      dependencies: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile"], swiftSettings: common),

    .testTarget(
      name: "PinstripeMTPTests",
      dependencies: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeTestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeTestSupportTests",
      dependencies: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeTestSupport"],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
