# pragma version 0.4.3
# pragma nonreentrancy off
"""
@title Payment by the second, as the network's contract has it
@notice Its interface, selectors, events, rules and refusals are those that a node meets in the
        field, and so are the holes in them. StreamPayment2 closes those that a contract can close.
"""

interface Token:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(owner: address, to: address, amount: uint256) -> bool: nonpayable

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

@deploy
def __init__(oracle: address):
    assert oracle != empty(address), "oracle=0"
    self.oracle = oracle

@internal
@view
def _vested(stream: Stream) -> uint256:
    start: uint256 = convert(stream.startTime, uint256)
    until: uint256 = max(start, min(block.timestamp, convert(stream.stopTime, uint256)))
    return min((until - start) * convert(stream.ratePerSecond, uint256), stream.deposit)

@external
@payable
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
        assert extcall Token(token).transferFrom(msg.sender, self, deposit), "transferFrom failed"
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
def withdraw(streamId: uint256):
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    assert msg.sender == stream.recipient, "not recipient"
    amount: uint256 = self._vested(stream) - stream.withdrawn
    assert amount > 0, "nothing to withdraw"
    self.streams[streamId].withdrawn += amount
    if stream.token == empty(address):
        paid: bool = raw_call(stream.recipient, b"", value=amount, revert_on_failure=False)
        assert paid, "eth transfer failed"
    else:
        assert extcall Token(stream.token).transfer(stream.recipient, amount), "transfer failed"
    log Withdraw(streamId=streamId, recipient=stream.recipient, amount=amount)

@external
def terminate(streamId: uint256):
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    assert msg.sender == stream.sender or msg.sender == stream.recipient, "not authorized"
    vested: uint256 = self._vested(stream)
    payout: uint256 = vested - stream.withdrawn
    refund: uint256 = stream.deposit - vested
    # The end stays where it was: whoever looks at that alone takes the stream to be running.
    self.streams[streamId].recipient = empty(address)
    self.streams[streamId].deposit = vested
    self.streams[streamId].withdrawn = vested
    done: bool = False
    if stream.token == empty(address):
        if payout > 0:
            done = raw_call(stream.recipient, b"", value=payout, revert_on_failure=False)
            assert done, "eth payout failed"
        if refund > 0:
            done = raw_call(stream.sender, b"", value=refund, revert_on_failure=False)
            assert done, "eth refund failed"
    else:
        if payout > 0:
            done = extcall Token(stream.token).transfer(stream.recipient, payout)
            assert done, "transfer payout failed"
        if refund > 0:
            done = extcall Token(stream.token).transfer(stream.sender, refund)
            assert done, "transfer refund failed"
    log Terminated(streamId=streamId, senderRefund=refund, recipientPayout=payout)

@external
def haltStream(streamId: uint256):
    assert msg.sender == self.oracle, "not oracle"
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    if stream.halted:
        return
    self.streams[streamId].halted = True
    self.streams[streamId].stopTime = min(stream.stopTime, convert(block.timestamp, uint128))
    log Halted(streamId=streamId)

@external
@payable
def topUp(streamId: uint256, amount: uint256):
    stream: Stream = self.streams[streamId]
    assert stream.sender != empty(address), "no-stream"
    assert not stream.halted, "halted"
    assert msg.sender == stream.sender, "not sender"
    assert amount > 0, "amount=0"
    if stream.token == empty(address):
        assert msg.value == amount, "value != amount"
    else:
        assert extcall Token(stream.token).transferFrom(
            msg.sender, self, amount), "transferFrom failed"
    delta: uint256 = amount // convert(stream.ratePerSecond, uint256)
    assert delta > 0, "delta=0"
    # Vesting counts from the start, so after a pause all of the pause vests at once.
    stop: uint256 = max(convert(stream.stopTime, uint256), block.timestamp) + delta
    self.streams[streamId].deposit += amount
    self.streams[streamId].stopTime = convert(stop, uint128)
    log ToppedUp(streamId=streamId, amount=amount, newStop=convert(stop, uint128))
