import CLinux
import Glibc

/// The kernel under this process, as far as it tells what it is.
package enum LinuxKernel {
  /// `6.1.0-18-amd64`.
  package static var release: String {
    var names = utsname()
    guard uname(&names) == 0 else { return "" }
    return withUnsafeBytes(of: names.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// `x86_64`, or `arm64` as providers of machines have it.
  package static var platform: String {
    var names = utsname()
    guard uname(&names) == 0 else { return "" }
    let machine = withUnsafeBytes(of: names.machine) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return machine == "aarch64" ? "arm64" : machine
  }

  /// The version of Landlock's rules; 0 where it is missing or switched off.
  package static var landlockABI: Int { max(0, Int(linux_landlock_abi())) }
}
