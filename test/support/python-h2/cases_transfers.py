"""Bodies, both ways, through windows of all sizes."""

import hashlib
import json
import os

from h2.settings import SettingCodes

from client import window

MB = 1024 * 1024
cases = {}


def case(name):
    def add(function):
        cases[name] = function
        return function

    return add


def check_echo(stream, body, method="POST"):
    assert stream.ended and stream.status == 200, f"{stream.status}, reset {stream.reset}"
    seen = json.loads(stream.start)
    assert seen["method"] == method, seen
    assert seen["length"] == len(body), f"the member got {seen['length']} of {len(body)}"
    assert seen["sha256"] == hashlib.sha256(body).hexdigest(), "the member got other bytes"
    return seen["headers"]


@case("GET")
def _(site):
    site.client().get().check_ok()


@case("HEAD: a length and no body")
def _(site):
    client = site.client()
    answer = client.get("/bytes?n=1000", method="HEAD")
    assert (answer.status, answer.length, answer.fields["content-length"]) == (200, 0, "1000")
    client.lives()


for status in (204, 304):

    @case(f"{status}: no body")
    def _(site, status=status):
        client = site.client()
        answer = client.get(f"/status?status={status}")
        assert (answer.status, answer.length, answer.ended) == (status, 0, True)
        client.lives()


@case("no connection-specific field in a response")
def _(site):
    # h2 refuses them all but Keep-Alive's like; the member sends each.
    client = site.client()
    answer = client.get("/hop-by-hop")
    assert answer.status == 200 and answer.start == b"ok"
    wrong = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "x-hop"} & set(answer.fields)
    assert not wrong, wrong


@case("POST with content-length")
def _(site):
    body = os.urandom(100_000)
    client = site.client()
    stream = client.request("/echo", "POST", [("content-length", str(len(body)))], body)
    headers = check_echo(client.answer(stream), body)
    assert headers["content-length"] == "100000" and "transfer-encoding" not in headers, headers


@case("POST without content-length")
def _(site):
    body = os.urandom(100_000)
    client = site.client()
    headers = check_echo(client.answer(client.request("/echo", "POST", [], body)), body)
    assert headers["transfer-encoding"] == "chunked" and "content-length" not in headers, headers


@case("POST of nothing, with and without an empty DATA frame")
def _(site):
    client = site.client()
    for fields in ([], [("content-length", "0")]):
        check_echo(client.answer(client.request("/echo", "POST", fields)), b"")
        check_echo(client.answer(client.request("/echo", "POST", fields, b"")), b"")


@case("an unknown method and a query arrive as they are")
def _(site):
    client = site.client()
    check_echo(client.answer(client.request("/echo?a=%20b&c", "PROPFIND", [], b"<x/>")), b"<x/>", "PROPFIND")


@case("20 MB up")
def _(site):
    body = os.urandom(20 * MB)
    client = site.client()
    check_echo(client.answer(client.request("/echo", "PUT", [], body)), body, "PUT")


@case("20 MB up in DATA of up to 100 bytes at first")
def _(site):
    body = os.urandom(2 * MB)
    client = site.client()
    stream = client.request("/echo", "POST", end=False)
    for at in range(0, 50_000, 100):
        client.h2.send_data(stream, body[at : at + 100])
    client.flush()
    client.uploads[stream] = memoryview(body)[50_000:]
    client.upload()
    check_echo(client.answer(stream), body)


for size in (65_535, 1 << 20, (1 << 31) - 1):

    @case(f"20 MB down, windows of {size}")
    def _(site, size=size):
        client = site.client(settings=window(size))
        client.get(f"/bytes?n={20 * MB}").check_bytes(20 * MB)


@case("20 MB down through the connection's window of 65535")
def _(site):
    client = site.client(settings=window((1 << 31) - 1), wide=False)
    client.get(f"/bytes?n={20 * MB}").check_bytes(20 * MB)


for size in (1, 10, 100, 1000, 16_383, 16_385):

    @case(f"windows of {size}")
    def _(site, size=size):
        length = min(MB, size * 300)
        client = site.client(settings=window(size))
        client.get(f"/bytes?n={length}").check_bytes(length)
        client.get(f"/bytes?n={length}&chunked").check_bytes(length)


@case("DATA frames of up to 1 MB")
def _(site):
    client = site.client(settings={**window(1 << 24), SettingCodes.MAX_FRAME_SIZE: MB})
    client.get(f"/bytes?n={4 * MB}").check_bytes(4 * MB)


@case("a window of 0 that is opened later")
def _(site):
    client = site.client(settings=window(0), renew=False)
    stream = client.request("/bytes?n=5000")
    client.until(lambda: client.streams[stream].fields is not None)
    client.settle()
    assert client.streams[stream].length == 0
    for room in (1, 999, 4000):
        before = client.streams[stream].length
        client.h2.increment_flow_control_window(room, stream)
        client.flush()
        client.until(lambda: client.streams[stream].length == before + room)
        client.settle()
        assert client.streams[stream].length == before + room
    client.answer(stream).check_bytes(5000)


@case("a response's end that waits for a window is no reset")
def _(site):
    client = site.client(settings=window(0), renew=False)
    client.get("/bytes?n=0").check_bytes(0)
    stream = client.request("/bytes?n=0&chunked")
    # RFC 9113 6.9 lets an empty DATA frame pass, and nghttp2 keeps it back.
    client.until(lambda: client.streams[stream].fields is not None)
    for _ in range(5):
        client.settle()
    assert client.streams[stream].reset is None, client.streams[stream].reset
    if not client.streams[stream].ended:
        client.h2.increment_flow_control_window(1, stream)
        client.flush()
    client.answer(stream).check_bytes(0)


@case("the connection's window of 0 stops all streams, and opens them")
def _(site):
    client = site.client(settings=window(1 << 20), renew=False, wide=False)
    streams = [client.request("/bytes?n=60000") for _ in range(3)]

    def total():
        return sum(client.streams[stream].length for stream in streams)

    client.until(lambda: total() == 65_535)
    client.settle()
    assert total() == 65_535
    client.h2.increment_flow_control_window(180_000 - 65_535)
    client.flush()
    client.answer(*streams)
    for stream in streams:
        client.streams[stream].check_bytes(60_000)


@case("SETTINGS change the windows in the middle, below zero too")
def _(site):
    client = site.client(settings=window(10_000), renew=False)
    stream = client.request("/bytes?n=30000")
    got = client.streams[stream]
    client.until(lambda: got.length == 10_000)
    # Now it is at -9900 …
    client.update(window(100))
    client.h2.increment_flow_control_window(9_900, stream)
    client.flush()
    client.settle()
    assert got.length == 10_000, got.length
    # … at 0, and at 4900.
    client.update(window(5_000))
    client.until(lambda: got.length == 14_900)
    client.settle()
    assert got.length == 14_900, got.length
    client.update(window(1 << 20))
    client.answer(stream).check_bytes(30_000)


@case("windows that change all the time during 20 MB")
def _(site):
    client = site.client(settings=window(3_000))
    stream = client.request(f"/bytes?n={20 * MB}")
    for size in (1, 200_000, 0, 70_000, 16_384, 1, 1_000_000):
        reached = client.streams[stream].length + 100
        client.update(window(size))
        if size > 0:
            client.h2.increment_flow_control_window(1_100_000, stream)
            client.flush()
            client.until(lambda: client.streams[stream].length >= reached)
    client.answer(stream).check_bytes(20 * MB)


@case("SETTINGS change the frame size in the middle")
def _(site):
    client = site.client(settings=window(1 << 20))
    stream = client.request(f"/bytes?n={8 * MB}")
    for size in (MB, 16_384, 100_000, 16_384):
        client.update({SettingCodes.MAX_FRAME_SIZE: size})
        reached = min(client.streams[stream].length + 200_000, 8 * MB)
        client.until(lambda: client.streams[stream].length >= reached)
    client.answer(stream).check_bytes(8 * MB)
