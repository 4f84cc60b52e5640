import OrienHTTPClient

/// Where a little of a test network's money is to be had, as an operator says; nil where the network's
/// own is meant.
struct FaucetSettings: Sendable {
  var url: String?
  var captchaURL: String?
  var captchaKey: String?
  /// Of the second layer, over the others.
  var l2URL: String?
  var l2CaptchaURL: String?
  var l2CaptchaKey: String?
}

/// The same once it is whole.
struct FaucetPlace: Sendable, Equatable {
  let url: String
  let captcha: String
  let key: String

  /// What is known of a network's before anybody sets anything.
  private static let usual = [
    "l2.holesky": FaucetPlace(
      url: "https://l2.holesky.golemdb.io/faucet", captcha: "https://cap.gobas.me",
      key: "05381a2cef5e")
  ]
  /// Has one where somebody names it.
  private static let local = "dev"

  private init(url: String, captcha: String, key: String) {
    self.url = url
    self.captcha = captcha
    self.key = key
  }

  /// Nil where a network has none: money of worth comes from nowhere.
  init?(on network: String?, _ settings: FaucetSettings) {
    guard let network, Self.usual[network] != nil || network == Self.local else { return nil }
    let usual = Self.usual[network]
    guard let url = settings.l2URL ?? settings.url ?? usual?.url,
      let captcha = settings.l2CaptchaURL ?? settings.captchaURL ?? usual?.captcha,
      let key = settings.l2CaptchaKey ?? settings.captchaKey ?? usual?.key
    else { return nil }
    self.init(
      url: WebAddress.base(of: url), captcha: WebAddress.base(of: captcha), key: key)
  }
}
