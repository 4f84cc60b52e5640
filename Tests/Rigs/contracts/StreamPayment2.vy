# pragma version 0.4.3
# pragma nonreentrancy off
"""
@title Payment by the second, with the holes closed that a contract can close
@notice Interface, selectors, events and refusals are those of StreamPayment, and more is refused.
        A stream that is over says so: it is halted, its stop is not ahead, and its recipient stays,
        so that what was earned can still be withdrawn. A pause earns nothing. At its stop all of a
        deposit has vested, also what does not make a whole second. Tokens are counted as they
        arrive, need not return anything, and nobody comes in twice.
"""

interface Token:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(owner: address, to: address, amount: uint256) -> bool: nonpayable
    def balanceOf(owner: address) -> uint256: view

struct Stream:
    token: address
    sender: address
    recipient: address
    startTime: uint128
    stopTime: uint128
    ratePerSecond: uint128
    deposit: uint256
    withdrawn: uint256
    halted: bool

event StreamCreated:
    streamId: indexed(uint256)
    sender: indexed(address)
    recipient: indexed(address)
    token: address
    deposit: uint256
    ratePerSecond: uint256
    startTime: uint256
    stopTime: uint256

event Withdraw:
    streamId: indexed(uint256)
    recipient: indexed(address)
    amount: uint256

event Terminated:
    streamId: indexed(uint256)
    senderRefund: uint256
    recipientPayout: uint256

event Halted:
    streamId: indexed(uint256)

event ToppedUp:
    streamId: indexed(uint256)
    amount: uint256
    newStop: uint128

streams: public(HashMap[uint256, Stream])
nextStreamId: public(uint256)
oracle: public(address)
version: public(constant(uint256)) = 2

@deploy
def __init__(oracle: address):
    assert oracle != empty(address), "oracle=0"
    self.oracle = oracle

@internal
@view
def _vested(stream: Stream) -> uint256:
    start: uint256 = convert(stream.startTime, uint256)
    stop: uint256 = convert(stream.stopTime, uint256)
    # Of a halted stream the rest is the sender's; of one that ran to its end there is none.
    if block.timestamp >= stop and not stream.halted:
        return stream.deposit
    until: uint256 = max(start, min(block.timestamp, stop))
    return min((until - start) * convert(stream.ratePerSecond, uint256), stream.deposit)

@internal
@view
def _unpaid(stream: Stream) -> uint256:
    vested: uint256 = self._vested(stream)
    # A remainder that was paid at an earlier stop is ahead of the clock for less than a second.
    return vested - min(vested, stream.withdrawn)

@internal
@payable
def _take(token: address, amount: uint256):
    assert msg.value == 0, "value != 0"
    before: uint256 = staticcall Token(token).balanceOf(self)
    taken: bool = extcall Token(token).transferFrom(
        msg.sender, self, amount, default_return_value=True)
    after: uint256 = staticcall Token(token).balanceOf(self)
    # One that keeps a fee would have later streams pay for earlier ones.
    assert taken and after - before == amount, "transferFrom failed"

@external
@payable
@nonreentrant
def createStream(
    token: address, recipient: address, deposit: uint256, ratePerSecond: uint128
) -> uint256:
    assert recipient != empty(address), "recipient=0"
    assert deposit > 0, "deposit=0"
    assert ratePerSecond > 0, "rate=0"
    duration: uint256 = deposit // convert(ratePerSecond, uint256)
    assert duration > 0, "duration=0"
    if token == empty(address):
        assert msg.value == deposit, "value != deposit"
    else:
        self._take(token, deposit)
    self.nextStreamId += 1
    stop: uint256 = block.timestamp + duration
    self.streams[self.nextStreamId] = Stream(
        token=token, sender=msg.sender, recipient=recipient,
        startTime=convert(block.timestamp, uint128), stopTime=convert(stop, uint128),
        ratePerSecond=ratePerSecond, deposit=deposit, withdrawn=0, halted=False)
    log StreamCreated(
        streamId=self.nextStreamId, sender=msg.sender, recipient=recipient, token=token,
        deposit=deposit, ratePerSecond=convert(ratePerSecond, uint256),
        startTime=block.timestamp, stopTime=stop)
    return self.nextStreamId

@external
@nonreentrant
def withdraw(streamId: uint256):
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    assert msg.sender == stream.recipient, "not recipient"
    amount: uint256 = self._unpaid(stream)
    assert amount > 0, "nothing to withdraw"
    self.streams[streamId].withdrawn += amount
    if stream.token == empty(address):
        paid: bool = raw_call(stream.recipient, b"", value=amount, revert_on_failure=False)
        assert paid, "eth transfer failed"
    else:
        assert extcall Token(stream.token).transfer(
            stream.recipient, amount, default_return_value=True), "transfer failed"
    log Withdraw(streamId=streamId, recipient=stream.recipient, amount=amount)

@external
@nonreentrant
def terminate(streamId: uint256):
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    assert msg.sender == stream.sender or msg.sender == stream.recipient, "not authorized"
    # A remainder that was paid at an earlier stop is ahead of the clock for less than a second.
    vested: uint256 = max(self._vested(stream), stream.withdrawn)
    payout: uint256 = vested - stream.withdrawn
    refund: uint256 = stream.deposit - vested
    # What vests from here on is this deposit, whatever the clock says.
    self.streams[streamId].halted = True
    self.streams[streamId].stopTime = min(stream.stopTime, convert(block.timestamp, uint128))
    self.streams[streamId].deposit = vested
    if stream.token == empty(address):
        if payout > 0:
            # A recipient that takes nothing must not keep the sender from the refund: it stays
            # there to be withdrawn.
            if raw_call(
                stream.recipient, b"", gas=50000, value=payout, revert_on_failure=False):
                self.streams[streamId].withdrawn = vested
            else:
                payout = 0
        if refund > 0:
            back: bool = raw_call(stream.sender, b"", value=refund, revert_on_failure=False)
            assert back, "eth refund failed"
    else:
        self.streams[streamId].withdrawn = vested
        if payout > 0:
            assert extcall Token(stream.token).transfer(
                stream.recipient, payout, default_return_value=True), "transfer payout failed"
        if refund > 0:
            assert extcall Token(stream.token).transfer(
                stream.sender, refund, default_return_value=True), "transfer refund failed"
    log Terminated(streamId=streamId, senderRefund=refund, recipientPayout=payout)

@external
def haltStream(streamId: uint256):
    assert msg.sender == self.oracle, "not oracle"
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    if stream.halted:
        return
    # One that is over has vested whole, and keeps that.
    assert block.timestamp < convert(stream.stopTime, uint256), "ended"
    self.streams[streamId].halted = True
    self.streams[streamId].stopTime = convert(block.timestamp, uint128)
    log Halted(streamId=streamId)

@external
@payable
@nonreentrant
def topUp(streamId: uint256, amount: uint256):
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    assert not stream.halted, "halted"
    assert msg.sender == stream.sender, "not sender"
    assert amount > 0, "amount=0"
    if stream.token == empty(address):
        assert msg.value == amount, "value != amount"
    else:
        self._take(stream.token, amount)
    rate: uint256 = convert(stream.ratePerSecond, uint256)
    assert amount // rate > 0, "delta=0"
    deposit: uint256 = stream.deposit + amount
    start: uint256 = convert(stream.startTime, uint256)
    stop: uint256 = convert(stream.stopTime, uint256)
    if block.timestamp > stop:
        # The start moves by as much as the pause was long. What had vested is what was deposited,
        # down to a whole second, and it goes on from there.
        start += block.timestamp - stop
    stop = start + deposit // rate
    self.streams[streamId].deposit = deposit
    self.streams[streamId].startTime = convert(start, uint128)
    self.streams[streamId].stopTime = convert(stop, uint128)
    log ToppedUp(streamId=streamId, amount=amount, newStop=convert(stop, uint128))
