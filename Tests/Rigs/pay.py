#!/usr/bin/env python3
"""A renter's money on the rig's chain, by commands: for whoever tries payments without a wallet.

    pay.py --chain FILE deployment FILE | fund ADDRESS [--wei COUNT] | balance ADDRESS
                      | open --recipient ADDRESS [--rate WEI] [--hours COUNT]
                      | topup STREAM [--hours COUNT] | terminate STREAM | pass SECONDS

The chain's file is what chain.py has printed.
"""

import argparse
import json
import pathlib

from chain import Chain
from payers import NATIVE, Payers

# A few times what the smallest machine costs at the usual prices.
RATE = 5 * 10 ** 12


class Given(Chain):
    """A chain that somebody else runs."""

    def __init__(self, file):
        told = json.loads(pathlib.Path(file).read_text())
        self.url, self.chain_id = told["url"], told["chainId"]
        self.accounts, self.contracts = told["accounts"], told["contracts"]
        self.port = int(self.url.rsplit(":", 1)[1])


def deployment(payers, options):
    """Where the contract is, as GOLEM_DEPLOYMENTS_DIR has it."""
    file = pathlib.Path(options.file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(
        {"network": "dev", "StreamPayment": {"address": payers.contract, "glmToken": NATIVE}}))
    return file


def fund(payers, options):
    payers.send(payers.sender, options.address, value=options.wei)
    return f"{options.wei} wei"


def balance(payers, options):
    return int(payers.chain.ask("eth_getBalance", options.address, "latest"), 16)


def open_stream(payers, options):
    return payers.open(rate=options.rate, seconds=options.hours * 3600,
                       recipient=options.recipient)


def topup(payers, options):
    rate = int(payers.chain.ask(
        "eth_call", {"to": payers.contract, "data": f"0x64d60d91{options.stream:064x}"},
        "latest")[2:][5 * 64:6 * 64], 16)
    payers.top_up(options.stream, rate * options.hours * 3600)
    return f"{options.hours} hours more"


def terminate(payers, options):
    payers.terminate(options.stream)
    return "terminated"


def pass_time(payers, options):
    payers.pass_time(options.seconds)
    # Only a new block has the new time.
    payers.mine()
    return f"{options.seconds} seconds later"


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("--chain", required=True)
    commands = parser.add_subparsers(required=True)

    def command(name, run, *options):
        one = commands.add_parser(name)
        one.set_defaults(run=run)
        for names, form in options:
            one.add_argument(names, **form)
    hours = ("--hours", {"type": int, "default": 1})
    stream = ("stream", {"type": int})
    command("deployment", deployment, ("file", {}))
    command("fund", fund, ("address", {}), ("--wei", {"type": int, "default": 10 ** 18}))
    command("balance", balance, ("address", {}))
    command("open", open_stream, ("--recipient", {"required": True}),
            ("--rate", {"type": int, "default": RATE}), hours)
    command("topup", topup, stream, hours)
    command("terminate", terminate, stream)
    command("pass", pass_time, ("seconds", {"type": int}))
    options = parser.parse_args()
    print(options.run(Payers(Given(options.chain)), options))


if __name__ == "__main__":
    main()
