package import OrienModel

/// Where adverts go: a discovery server, or a backend of `advertise/1`. Each question is answered once,
/// on the loop and never before the asking returns.
package protocol Advertiser: AnyObject {
  /// For people.
  var name: String { get }
  /// The same provider's advert before it is replaced. `invalid` and `denied`: the same would be
  /// refused again.
  func publish(_ advert: Advert, then answer: @escaping (Result<Void, Failure>) -> Void)
  /// Answers once nobody hears of the provider any more; also where nobody had.
  func withdraw(_ advert: Advert, then answer: @escaping (Result<Void, Failure>) -> Void)
  func close()
}
