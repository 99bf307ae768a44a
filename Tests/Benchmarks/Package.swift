// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  // Without the tool's trait nothing but Pinstripe is fetched.
  dependencies: [.package(name: "pinstripe", path: "../..", traits: [])],
  targets: [
    .executableTarget(
      name: "ChunkTagBenchmark", dependencies: [.product(name: "Pinstripe", package: "pinstripe")]),
    .executableTarget(
      name: "StripeBenchmark", dependencies: [.product(name: "Pinstripe", package: "pinstripe")]),
  ],
  swiftLanguageModes: [.v6]
)
