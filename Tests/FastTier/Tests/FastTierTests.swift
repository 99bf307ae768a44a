import Pinstripe
import PinstripeMTP
import PinstripeTestSupport
import Testing

/// The real libusb against a player of ours at a device node of umockdev's, without a kernel's USB.
///
/// One after the other: libusb lists what is plugged in in the whole process.
@Suite(.serialized, .enabled(if: NodeLibrary.isMeant, "umockdev is needed: Tests/FastTier/run.sh"))
struct FastTierTests {
}
