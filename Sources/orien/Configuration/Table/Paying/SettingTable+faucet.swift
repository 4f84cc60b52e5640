import OrienModel
import OrienSystem

// Of where a test network's money is to be had. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let faucets: [Setting] = [
    Setting(
      "FAUCET_URL", \.faucet.url, .optional(.url),
      "The faucet that `orien wallet faucet-l2` asks", fallback: "the network's own"),
    Setting(
      "CAPTCHA_URL", \.faucet.captchaURL, .optional(.url), "The captcha that stands before it",
      fallback: "the network's own"),
    Setting(
      "CAPTCHA_API_KEY", \.faucet.captchaKey, .optional(.text), "By which it knows the faucet",
      fallback: "the network's own"),
    Setting(
      "L2_FAUCET_URL", \.faucet.l2URL, .optional(.url), "The same, of the second layer: it counts",
      fallback: "FAUCET_URL"),
    Setting(
      "L2_CAPTCHA_URL", \.faucet.l2CaptchaURL, .optional(.url), "The same",
      fallback: "CAPTCHA_URL"),
    Setting(
      "L2_CAPTCHA_API_KEY", \.faucet.l2CaptchaKey, .optional(.text), "The same",
      fallback: "CAPTCHA_API_KEY"),
  ]
}
