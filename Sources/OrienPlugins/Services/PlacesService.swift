import COrienABI
import OrienModel

/// `orien.places/1`: where a call's workspace is shown to who has mounted that place before.
enum PlacesService {
  static var table: orien_places {
    orien_places(
      size: ServiceTables.bytes(of: orien_places.self),
      make: { call, path in
        path?.pointee = orien_bytes(data: nil, size: 0)
        return CallFunctions.withHost(call) { running, host in
          guard let path else { return .invalid }
          return PlacesService.ask(.make, of: host, for: running) {
            path.pointee = running.plugin.lend($0)
          }
        }
      },
      show: { call, path, flags in
        CallFunctions.withHost(call) { running, host in
          guard let path = PlacesService.copy(path), flags & ~UInt32(ORIEN_READS_ONLY) == 0 else {
            return .invalid
          }
          return PlacesService.ask(.show(path, readsOnly: flags != 0), of: host, for: running)
        }
      },
      clear: { call, keep in
        CallFunctions.withHost(call) { running, host in
          guard
            let keep = PluginText.copyAll(
              keep, atMost: PlaceRequest.mostKept, bytes: PlaceRequest.keptBytes)
          else { return .invalid }
          return PlacesService.ask(.clear(keeping: keep), of: host, for: running)
        }
      })
  }

  private static func copy(_ path: UnsafePointer<CChar>?) -> String? {
    (try? PluginText.copy(path, atMost: PlaceRequest.pathBytes)) ?? nil
  }

  private static func ask(
    _ request: PlaceRequest, of host: any CallHost, for running: RunningCall,
    _ take: ([UInt8]) -> Void = { _ in }
  ) -> CallStatus {
    if host.isCancelled { return .cancelled }
    do throws(Failure) {
      take(Array(try host.place(request).utf8))
      return .ok
    } catch {
      running.note(refusal: error)
      return CallStatus(error.code)
    }
  }
}
