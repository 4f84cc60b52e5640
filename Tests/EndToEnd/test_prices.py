"""A node whose prices in GLM follow a price source, and those that hear of them."""

import json
import unittest

from discovery import Discovery
from machines_case import KEY, MachinesCase
from node import until
from outsider import Outsider

PATH = "/simple/price?ids=golem,golem-network-tokens&vs_currencies=usd"


class Market(Outsider):
    """Says what a GLM costs, in the words that it is given."""

    def __init__(self, price):
        super().__init__(self._say)
        self.price = price

    def _say(self, _, path, __):
        if path != PATH:
            return 404, {}
        if self.price is None:
            return 500, {}
        return 200, b'{"golem":{"usd":' + self.price.encode() + b"}}"


class Followed(MachinesCase):
    key = {"PROVIDER_API_KEY": KEY}

    def follow(self, price, **environment):
        market = self.enterContext(Market(price))
        self.start(COINGECKO_API_URL=market.url + "/", PRICING_UPDATE_INTERVAL_SECONDS="10",
                   **environment)
        return market

    def pricing(self):
        return self.ask("GET", "/provider/info").json["pricing"]

    def test_everybody_hears_of_a_change(self):
        discovery = Discovery().start()
        self.addCleanup(discovery.close)
        market = self.follow("0.25", DISCOVERY_URL=discovery.url)
        until(lambda: self.pricing()["known"], 20, lambda: str(self.node.lines[-5:]))
        pricing = self.pricing()
        self.assertEqual((pricing["glm_per_core_month"], pricing["usd_per_glm"],
                          pricing["source"]), (20, 0.25, "market"))
        self.assertEqual(self.ask("GET", "/summary").json["pricing"]["glm_per_gb_ram_month"], 8)

        def advertised():
            return [json.loads(body)["pricing"]["glm_per_core_month"]
                    for _, _, _, body in discovery.calls("POST")]

        until(lambda: 20 in advertised(), 20, lambda: str(advertised()))
        market.price = "0.5"
        until(lambda: self.pricing()["glm_per_core_month"] == 10, 30,
              lambda: str(self.pricing()))
        until(lambda: advertised()[-1] == 10, 20, lambda: str(advertised()))
        answer = self.node.ask("GET", "/metrics", None, {"Authorization": f"Bearer {KEY}"})
        metrics = answer.body.decode()
        self.assertIn('orien_price_month{currency="glm",part="core"} 10.0\n', metrics)
        self.assertIn("orien_price_usd_per_glm 0.5\n", metrics)

    def test_the_command_line_says_what_the_node_has(self):
        self.follow("0.287655")
        until(lambda: self.pricing()["known"], 20, lambda: str(self.node.lines[-5:]))
        done = self.node.command("pricing", "show", "--json", environment=self.key)
        self.assertEqual(done.returncode, 0, done)
        said = json.loads(done.stdout)
        self.assertEqual((said["of"], said["source"], said["usd_per_glm"]),
                         ("node", "market", 0.287655))
        medium = next(one for one in said["sizes"] if one["size"] == "medium")
        self.assertEqual(medium["wei_per_second"], "26456519330289")
        total = self.ask("GET", "/summary").json["resources"]["total"]
        self.assertEqual(said["estimate"]["resources"], total)
        text = self.node.command("pricing", "show", environment=self.key)
        self.assertEqual(text.returncode, 0, text)
        self.assertIn("a GLM costs 0.287655 USD", text.stdout)

    def test_a_source_that_lies_or_fails_changes_nothing(self):
        market = self.follow("0.25")
        until(lambda: self.pricing()["known"], 20, lambda: str(self.node.lines[-5:]))
        before = self.pricing()
        market.price = "1e9"
        self.node.said("prices in GLM stay as they are", 30)
        self.assertEqual(self.pricing(), before)
        self.executes()

    def test_nobody_is_asked_unless_he_is_named(self):
        with Market("0.25") as market:
            self.start()
            self.assertFalse(self.pricing()["known"])
            self.assertEqual(market.asked, [])


if __name__ == "__main__":
    unittest.main()
