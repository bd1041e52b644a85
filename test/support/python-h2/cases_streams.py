"""Many streams at once, resets, answers that come early, interim responses, WebSockets."""

import os
import struct

from h2.errors import ErrorCodes

from cases_transfers import MB, check_echo
from client import HOST, window

cases = {}


def case(name):
    def add(function):
        cases[name] = function
        return function

    return add


@case("100 downloads at once")
def _(site):
    client = site.client(settings=window(20_000))
    streams = [client.request(f"/bytes?n={100_000 + index}") for index in range(100)]
    client.answer(*streams)
    for index, stream in enumerate(streams):
        client.streams[stream].check_bytes(100_000 + index)


@case("100 uploads at once, each to its own member's connection")
def _(site):
    client = site.client()
    bodies = [os.urandom(50_000 + index) for index in range(100)]
    streams = [client.request("/echo", "POST", end=False) for _ in bodies]
    # In pieces of 5000 in turn, so that they mingle on the wire.
    for at in range(0, 50_000, 5_000):
        for stream, body in zip(streams, bodies):
            client.send(stream, body[at : at + 5_000])
    for stream, body in zip(streams, bodies):
        client.uploads[stream] = memoryview(body)[50_000:]
    client.upload()
    client.answer(*streams)
    for stream, body in zip(streams, bodies):
        check_echo(client.streams[stream], body)


@case("1000 requests on a connection, 50 at once")
def _(site):
    client = site.client()
    for _ in range(20):
        streams = [client.request("/ok") for _ in range(50)]
        client.answer(*streams)
        for stream in streams:
            client.streams[stream].check_ok()


@case("100 requests at once are announced; of more, sent before that was known, the rest is refused")
def _(site):
    assert site.client().h2.remote_settings.max_concurrent_streams == 100
    client = site.client(wait=False)
    key = os.urandom(8).hex()
    streams = [client.request(f"/hold?key={key}{index}") for index in range(110)]
    client.answer(*streams[100:])
    for stream in streams[100:]:
        assert client.streams[stream].reset == ErrorCodes.REFUSED_STREAM, client.streams[stream].reset
    for index in range(100):
        site.until_member(f"/go?key={key}{index}", "gone")
    client.answer(*streams[:100])
    for stream in streams[:100]:
        client.streams[stream].check_ok()
    client.lives()


@case("RST_STREAM in the middle of downloads")
def _(site):
    client = site.client(settings=window(30_000), renew=False)
    other = client.request("/bytes?n=30000")
    for _ in range(10):
        key = os.urandom(8).hex()
        stream = client.request(f"/bytes?n={20 * MB}&key={key}")
        client.until(lambda: client.streams[stream].length == 30_000)
        client.reset(stream)
        site.until_member(f"/state?key={key}", "closed")
    client.answer(other).check_bytes(30_000)
    client.lives()


@case("RST_STREAM in the middle of uploads")
def _(site):
    client = site.client()
    body = os.urandom(3 * MB)
    other = client.request("/echo", "POST", [], body)
    for _ in range(10):
        key = os.urandom(8).hex()
        stream = client.request(f"/echo?key={key}", "POST", end=False)
        client.h2.send_data(stream, b"x" * 1_000)
        client.flush()
        site.until_member(f"/state?key={key}", "begun")
        client.reset(stream)
        site.until_member(f"/state?key={key}", "closed")
    check_echo(client.answer(other), body)
    client.lives()


@case("RST_STREAM before the response")
def _(site):
    client = site.client()
    for _ in range(10):
        key = os.urandom(8).hex()
        stream = client.request(f"/hold?key={key}")
        site.until_member(f"/state?key={key}", "begun")
        client.reset(stream)
        site.until_member(f"/state?key={key}", "closed")
    client.lives()


@case("RST_STREAM right behind the request")
def _(site):
    client = site.client()
    for _ in range(20):
        client.reset(client.request("/bytes?n=100000"))
    client.lives()


def check_broken(site):
    client = site.client()
    for path in ("/break?n=1000", "/break?n=1000&chunked"):
        answer = client.get(path)
        assert (answer.status, answer.ended) == (200, False), (answer.status, answer.ended)
        assert answer.reset == ErrorCodes.INTERNAL_ERROR, answer.reset
    client.lives()


@case("a response that the member breaks is reset, never ended")
def _(site):
    check_broken(site)


for status in (413, 401):

    @case(f"an upload that is answered early with {status}")
    def _(site, status=status):
        client = site.client()
        stream = client.request(f"/early?status={status}", "POST", [], bytes(20 * MB))
        answer = client.answer(stream)
        assert (answer.status, answer.start) == (status, b"early"), (answer.status, answer.start)
        assert answer.ended
        # RFC 9113 8.1: behind the whole response, and only so.
        client.until(lambda: answer.reset is not None or stream not in client.uploads)
        assert answer.reset in (None, ErrorCodes.NO_ERROR), answer.reset
        client.lives()


@case("NTLM of a member: HTTP_1_1_REQUIRED")
def _(site):
    client = site.client()
    assert client.get("/ntlm").reset == ErrorCodes.HTTP_1_1_REQUIRED
    client.lives()


@case("103 Early Hints")
def _(site):
    client = site.client()
    answer = client.get("/hints")
    answer.check_ok()
    assert [fields[":status"] for fields in answer.interim] == ["103", "103"], answer.interim
    assert answer.interim[0]["link"] == "</a.css>; rel=preload", answer.interim


@case("Expect: 100-continue")
def _(site):
    client = site.client()
    stream = client.request("/echo", "POST", [("expect", "100-continue")], end=False)
    client.until(lambda: client.streams[stream].interim)
    assert client.streams[stream].interim[0][":status"] == "100"
    client.uploads[stream] = memoryview(b"continued")
    client.upload()
    check_echo(client.answer(stream), b"continued")


@case("Expect: 100-continue that is refused")
def _(site):
    client = site.client()
    stream = client.request("/early?status=417", "POST", [("expect", "100-continue")], end=False)
    answer = client.answer(stream)
    assert (answer.status, answer.ended) == (417, True), answer.status
    if answer.reset is None:
        client.reset(stream, ErrorCodes.NO_ERROR)
    client.lives()


def masked(opcode, text):
    mask = os.urandom(4)
    size = struct.pack(">B", 0x80 | len(text)) if len(text) < 126 else struct.pack(">BQ", 0xFF, len(text))
    whole = (mask * (len(text) // 4 + 1))[: len(text)]
    mingled = (int.from_bytes(text, "big") ^ int.from_bytes(whole, "big")).to_bytes(len(text), "big")
    return bytes([0x80 | opcode]) + size + mask + mingled


def web_socket(client):
    pseudo = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https")]
    pseudo += [(":authority", HOST), (":path", "/chat/" + os.urandom(4).hex())]
    stream = client.request(pseudo=pseudo, fields=[("sec-websocket-version", "13")], end=False)
    client.until(lambda: client.streams[stream].fields is not None)
    assert client.streams[stream].status == 200, client.streams[stream].status
    return stream


@case("extended CONNECT: a WebSocket's echo and its close")
def _(site):
    client = site.client()
    assert client.h2.remote_settings.enable_connect_protocol == 1
    stream = web_socket(client)
    client.h2.send_data(stream, masked(1, b"hello"))
    client.flush()
    client.until(lambda: client.streams[stream].start == b"\x81\x05hello")
    client.h2.send_data(stream, masked(8, struct.pack(">H", 1000)))
    client.flush()
    client.until(lambda: client.streams[stream].start == b"\x81\x05hello\x88\x02\x03\xe8")
    client.h2.end_stream(stream)
    client.flush()
    assert client.answer(stream).reset in (None, ErrorCodes.NO_ERROR), client.streams[stream].reset
    client.lives()


@case("extended CONNECT: 2 MB echoed through windows of 5000")
def _(site):
    client = site.client(settings=window(5_000))
    stream = web_socket(client)
    text = os.urandom(2 * MB)
    client.send(stream, masked(2, text))
    got = client.streams[stream]
    client.until(lambda: got.length == 10 + 2 * MB or got.over)
    assert got.length == 10 + 2 * MB and not got.over, (got.length, got.reset)
    client.reset(stream)
    client.lives()


@case("extended CONNECT to what is no WebSocket")
def _(site):
    client = site.client()
    pseudo = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https")]
    pseudo += [(":authority", HOST), (":path", "/status?status=404")]
    stream = client.request(pseudo=pseudo, fields=[("sec-websocket-version", "13")], end=False)
    assert client.answer(stream).status == 404
    client.lives()


@case("CONNECT without :protocol")
def _(site):
    client = site.client()
    stream = client.request(pseudo=[(":method", "CONNECT"), (":authority", HOST)], end=False)
    answer = client.answer(stream)
    assert answer.reset is not None or answer.status >= 400, answer.status
    client.lives()


@case("421 for a name that pins, on another name's connection")
def _(site):
    client = site.client()
    pseudo = [(":method", "GET"), (":scheme", "https"), (":authority", "ews.example.test"), (":path", "/ok")]
    assert client.get(pseudo=pseudo).status == 421
    client.lives()


@case("a name that pins is offered HTTP/1.1 alone")
def _(site):
    assert site.tls("ews.example.test", ("h2", "http/1.1")).selected_alpn_protocol() == "http/1.1"
    assert site.tls(HOST, ("h2", "http/1.1")).selected_alpn_protocol() == "h2"
    assert site.tls(HOST, ("http/1.1",)).selected_alpn_protocol() == "http/1.1"
