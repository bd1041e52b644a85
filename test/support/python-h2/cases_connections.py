"""Frames, settings, header compression, and what concerns a whole connection."""

import os
import struct

from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hyperframe.frame import ContinuationFrame, DataFrame, GoAwayFrame, HeadersFrame, PriorityFrame, SettingsFrame

from cases_transfers import MB, check_echo
from client import window

cases = {}


def case(name):
    def add(function):
        cases[name] = function
        return function

    return add


def frame(kind, flags, stream_id, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream_id) + payload


def in_pieces(size):
    """HEADERS that go on in CONTINUATION frames."""

    def reshape(frames):
        for one in frames:
            if not isinstance(one, HeadersFrame):
                yield one
                continue
            rest = b"".join(part.data for part in frames if isinstance(part, (HeadersFrame, ContinuationFrame)))
            one.data, rest = rest[:size], rest[size:]
            one.flags.discard("END_HEADERS")
            yield one
            while rest:
                more = ContinuationFrame(one.stream_id)
                more.data, rest = rest[:size], rest[size:]
                if not rest:
                    more.flags.add("END_HEADERS")
                yield more
            return

    return reshape


@case("padded HEADERS")
def _(site):
    def pad(frames):
        for one in frames:
            one.flags.add("PADDED")
            one.pad_length = 255
            yield one

    client = site.client()
    for _ in range(3):
        client.get(reshape=pad).check_ok()


@case("HEADERS with a priority")
def _(site):
    def prioritize(frames):
        for one in frames:
            one.flags.add("PRIORITY")
            one.depends_on, one.stream_weight, one.exclusive = 0, 100, True
            yield one

    client = site.client()
    client.get(reshape=prioritize).check_ok()


@case("padded DATA counts in the windows as a whole")
def _(site):
    client = site.client()
    body = os.urandom(500_000)
    stream = client.request("/echo", "POST", end=False)
    for at in range(0, len(body), 1000):
        # The state machine knows that the padding needs room too.
        while client.h2.local_flow_control_window(stream) < 1256:
            client.receive()
        client.h2.send_data(stream, body[at : at + 1000], pad_length=255)
        client.flush()
    client.h2.end_stream(stream)
    client.flush()
    check_echo(client.answer(stream), body)


@case("PRIORITY frames, for idle, running and finished streams")
def _(site):
    client = site.client()
    for stream_id in (1, 3, 101):
        client.write(PriorityFrame(stream_id, depends_on=0, stream_weight=5))
    client.lives()
    client.write(PriorityFrame(1, depends_on=3, stream_weight=255, exclusive=True))
    client.lives()


@case("CONTINUATION of a large header")
def _(site):
    client = site.client()
    fields = [(f"x-{index}", os.urandom(500).hex()) for index in range(60)]
    stream = client.request("/echo", "POST", fields, reshape=in_pieces(12_000))
    headers = check_echo(client.answer(stream), b"")
    for name, value in fields:
        assert headers[name] == value, name
    client.get(reshape=in_pieces(5)).check_ok()
    client.lives()


@case("a header over the limit: 431 or a reset, and the connection lives")
def _(site):
    client = site.client()
    limit = client.h2.remote_settings.max_header_list_size
    assert limit is not None
    for fields in ([(f"x-{at}", "a" * 30_000) for at in range(5)], [(f"x-{at}", "") for at in range(500)]):
        answer = client.get(fields=fields)
        assert answer.status == 431 or answer.reset is not None, answer.status
        client.lives()


@case("a :path over the limit: 414")
def _(site):
    client = site.client()
    assert client.get("/" + "a" * 20_000).status == 414
    client.lives()


@case("PINGs are answered with what they carry")
def _(site):
    client = site.client()
    data = [os.urandom(8) for _ in range(20)]
    for one in data:
        client.h2.ping(one)
    client.flush()
    client.until(lambda: len(client.pongs) == 20)
    assert client.pongs == data


@case("PING is answered during a download that stands still")
def _(site):
    client = site.client(settings=window(0), renew=False)
    stream = client.request("/bytes?n=5000")
    for _ in range(5):
        client.settle()
    client.h2.increment_flow_control_window(5_000, stream)
    client.flush()
    client.answer(stream).check_bytes(5_000)


@case("every SETTINGS is acknowledged, once")
def _(site):
    client = site.client()
    before = client.acknowledged
    for size in range(20):
        client.h2.update_settings(window(70_000 + size))
    client.flush()
    client.until(lambda: client.acknowledged == before + 20)
    client.settle()
    assert client.acknowledged == before + 20
    client.lives()


@case("frames of unknown types are ignored, on the connection and on streams")
def _(site):
    client = site.client()
    stream = client.request("/echo", "POST", end=False)
    for kind in (0x0A, 0x0C, 0x10, 0x42, 0xFF):
        client.write(frame(kind, 0xFF, 0, os.urandom(50)), frame(kind, 0, stream, b""))
    client.send(stream, b"body")
    client.h2.end_stream(stream)
    client.flush()
    check_echo(client.answer(stream), b"body")
    client.lives()


@case("unknown settings are ignored and acknowledged")
def _(site):
    client = site.client(settings={0x9: 1, 0xF0F0: 1})
    client.update({0xF0F0: 77, 0xFFFF: (1 << 32) - 1})
    client.lives()


@case("push is never made")
def _(site):
    # ENABLE_PUSH is 1 by default: a PUSH_PROMISE would be an event that nobody expects.
    client = site.client()
    for _ in range(10):
        client.lives()


for size in (0, 1, 100, 4096, 65_536):

    @case(f"SETTINGS_HEADER_TABLE_SIZE of {size}")
    def _(site, size=size):
        client = site.client(settings={SettingCodes.HEADER_TABLE_SIZE: size})
        for _ in range(3):
            client.get("/many-fields").check_ok()
            client.lives()


@case("the size of the router's table changes in the middle")
def _(site):
    client = site.client()
    for size in (0, 4096, 1, 65_536, 200, 0, 4096):
        client.update({SettingCodes.HEADER_TABLE_SIZE: size})
        for _ in range(3):
            client.get("/many-fields").check_ok()
            client.lives()


@case("the size of the client's table changes in the middle")
def _(site):
    client = site.client()
    assert client.h2.remote_settings.header_table_size >= 4096
    for size in (0, 4096, 50, 1000, 0, 4096):
        client.h2.encoder.header_table_size = size
        for _ in range(3):
            fields = [(f"x-{index}", str(index) * 20) for index in range(30)]
            headers = check_echo(client.get("/echo", method="POST", fields=fields), b"")
            for name, value in fields:
                assert headers[name] == value, name


@case("fields that are never indexed")
def _(site):
    from hpack import NeverIndexedHeaderTuple

    client = site.client()
    for _ in range(3):
        secret = [NeverIndexedHeaderTuple("authorization", "Basic eDp5"), NeverIndexedHeaderTuple("x-secret", "s")]
        headers = check_echo(client.get("/echo", method="POST", fields=secret), b"")
        assert (headers["authorization"], headers["x-secret"]) == ("Basic eDp5", "s"), headers


@case("crumbs of a cookie arrive in one line")
def _(site):
    client = site.client()
    crumbs = [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("cookie", "c=3")]
    assert check_echo(client.get("/echo", method="POST", fields=crumbs), b"")["cookie"] == "a=1; b=2; c=3"


@case("trailers of a request end it and are dropped")
def _(site):
    client = site.client()
    stream = client.request("/echo", "POST", end=False)
    client.send(stream, b"with trailers")
    client.h2.send_headers(stream, [("x-checksum", "1"), ("x-more", "2")], end_stream=True)
    client.flush()
    headers = check_echo(client.answer(stream), b"with trailers")
    assert "x-checksum" not in headers
    client.lives()


@case("trailers of a response are dropped, and it ends")
def _(site):
    client = site.client()
    client.get("/trailers").check_ok()
    client.lives()


@case("GOAWAY by the client: what runs is finished, then the connection ends")
def _(site):
    client = site.client(settings=window(1000), renew=False)
    stream = client.request("/bytes?n=2000000")
    client.until(lambda: client.streams[stream].length == 1000)
    client.write(GoAwayFrame(0, last_stream_id=0, error_code=ErrorCodes.NO_ERROR))
    client.h2.increment_flow_control_window(2_000_000, stream)
    client.flush()
    client.answer(stream).check_bytes(2_000_000)
    client.until_closed()


@case("DATA behind the client's own RST_STREAM is ignored and gives the connection's window back")
def _(site):
    client = site.client()
    for _ in range(100):
        stream = client.request("/echo", "POST", end=False)
        client.reset(stream)
        late = DataFrame(stream, bytes(16_000))
        client.write(late)
    # 1.6 MB, and the connection's window is 1 MiB: those bytes were counted there by nobody but the router.
    body = os.urandom(2 * MB)
    check_echo(client.answer(client.request("/echo", "POST", [], body)), body)


@case("a SETTINGS with a wrong value: a connection error")
def _(site):
    client = site.client()
    client.write(SettingsFrame(0, settings={SettingCodes.MAX_FRAME_SIZE: 5}))
    client.until(lambda: client.goaway is not None)
    # node:http2 says INTERNAL_ERROR.
    assert client.goaway.error_code in (ErrorCodes.PROTOCOL_ERROR, ErrorCodes.INTERNAL_ERROR), client.goaway.error_code
    site.client().lives()
