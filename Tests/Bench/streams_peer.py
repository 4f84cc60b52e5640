"""Looks at streams one after the other with web3, as often as a line comes in:

    streams_peer.py URL CONTRACT RECIPIENT STREAMS
"""

import sys

from web3 import HTTPProvider, Web3

NAMES = ["token", "sender", "recipient", "startTime", "stopTime", "ratePerSecond", "deposit",
         "withdrawn", "halted"]
TYPES = ["address", "address", "address", "uint128", "uint128", "uint128", "uint256", "uint256",
         "bool"]
ABI = [{
    "type": "function", "name": "streams", "stateMutability": "view",
    "inputs": [{"name": "", "type": "uint256"}],
    "outputs": [{"name": name, "type": kind} for name, kind in zip(NAMES, TYPES)]}]


def tick(web3, contract, recipient, count):
    block = web3.eth.get_block("latest")
    good = 0
    for number in range(1, count + 1):
        stream = contract.functions.streams(number).call(block_identifier=block["number"])
        _, _, to, start, stop, rate, deposit, withdrawn, halted = stream
        vested = min(max(min(block["timestamp"], stop) - start, 0) * rate, deposit)
        good += (to == recipient and deposit > 0 and start <= block["timestamp"] and not halted
                 and stop > block["timestamp"] and vested >= withdrawn)
    if good != count:
        raise RuntimeError(f"{good} of {count} pay")


def main():
    url, contract, recipient, count = sys.argv[1:]
    web3 = Web3(HTTPProvider(url))
    contract = web3.eth.contract(address=Web3.to_checksum_address(contract), abi=ABI)
    for _ in sys.stdin:
        tick(web3, contract, Web3.to_checksum_address(recipient), int(count))
        print("done", flush=True)


if __name__ == "__main__":
    main()
