import OrienModel
import OrienNode

// How machines are reached, and found. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let reach: [Setting] = [
    Setting(
      "PUBLIC_IP", \.machines.address.host, .publicHost,
      "By which address machines are reached; auto: as PUBLIC_IP_SERVICES say, or the one of this"
        + " machine that leads to who asks"),
    Setting(
      "PUBLIC_IP_SERVICES", \.machines.address.services, .urls,
      "Where to ask for that address, in turn; empty: nowhere"),
    Setting(
      "PORT_CHECK_SERVERS", \.machines.portChecks.servers, .urls,
      "Port checkers that try from outside whether the ports are reached; empty: nobody does"),
    Setting(
      "PORT_CHECK_INTERVAL", \.machines.portChecks.interval, .within(60...604_800),
      "How often they are asked"),
    Setting(
      "SKIP_PORT_VERIFICATION", \.machines.portChecks.isSkipped, .flag,
      "The ports are known to be reached: nobody is asked"),
    Setting(
      "DISCOVERY_URL", \.machines.adverts.url, .optional(.url),
      "The discovery server that is told which machines can be had"),
    Setting(
      "ADVERTISEMENT_INTERVAL", \.machines.adverts.interval, .within(10...86_400),
      "How often it is told so again, beside whenever that changes"),
    Setting(
      "ADVERTISER_TYPE", \.machines.adverts.kind,
      .choice(["discovery_server": .server, "golem_base": .golemBase, "both": .both]),
      "Where machines are advertised, unless a backend of advertise/1 does that"),
  ]
}
