"""Requests that RFC 9113 8 forbids: answered with 400 or PROTOCOL_ERROR on their stream; the connection lives."""

from h2.errors import ErrorCodes

from cases_transfers import check_echo
from client import HOST

cases = {}
method, scheme, authority, path = (":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", "/never")
whole = [method, scheme, authority, path]
post = [(":method", "POST"), scheme, authority, path]


def refused(answer):
    refusal = (answer.status or 0) // 100 == 4 or answer.reset == ErrorCodes.PROTOCOL_ERROR
    assert refusal, f"status {answer.status}, reset {answer.reset}"


def add(name, fields, body=None, trailers=None):
    def case(site):
        client = site.client()
        other = client.request("/bytes?n=100000")
        stream = client.request(pseudo=fields, body=body, end=None if trailers is None else False)
        if trailers is not None:
            client.send(stream, b"body")
            client.h2.send_headers(stream, trailers, end_stream=True)
            client.flush()
        refused(client.answer(stream))
        # h2 holds streams that were reset for closed; the others go on.
        client.answer(other).check_bytes(100_000)
        client.lives()
        # Where a body follows the head, a member may have been asked before the mistake came.
        if body is None and trailers is None:
            assert site.member("/asked") == "no", "a member was asked"

    cases[name] = case


add("an upper-case name", [*whole, ("X-Upper", "1")])
add("a mixed-case name", [*whole, ("x-uPper", "1")])
for name, value in (
    ("connection", "close"),
    ("connection", "keep-alive, x-hop"),
    ("keep-alive", "timeout=5"),
    ("proxy-connection", "keep-alive"),
    ("transfer-encoding", "chunked"),
    ("upgrade", "websocket"),
    ("te", "gzip"),
):
    add(f"{name}: {value}", [*whole, (name, value)])
for left_out in (method, scheme, path):
    add(f"no {left_out[0]}", [field for field in whole if field != left_out])
add("neither :authority nor host", [method, scheme, path])
for twice in whole:
    add(f"two {twice[0]}", [*whole, twice])
add("two :path that differ", [*whole, (":path", "/other")])
add("a pseudo-header field behind a regular one", [method, scheme, authority, ("x", "y"), path])
add("an unknown pseudo-header field", [*whole, (":unknown", "1")])
add("a response's pseudo-header field", [*whole, (":status", "200")])
add(":protocol without CONNECT", [*whole, (":protocol", "websocket")])
add("an empty :path", [method, scheme, authority, (":path", "")])
add("an absolute :path", [method, scheme, authority, (":path", "http://elsewhere.test/")])
add("a :path without a slash", [method, scheme, authority, (":path", "never")])
add("a blank in :path", [method, scheme, authority, (":path", "/never HTTP/1.1")])
add("a line break in :path", [method, scheme, authority, (":path", "/never\r\nx: y")])
add("* as :path of a GET", [method, scheme, authority, (":path", "*")])
add("a blank in :method", [(":method", "GET /x"), scheme, authority, path])
add("http as :scheme", [method, (":scheme", "http"), authority, path])
add("a blank in :authority", [method, scheme, (":authority", "a b"), path])
add("user information in :authority", [method, scheme, (":authority", f"user@{HOST}"), path])
add("host that differs from :authority", [*whole, ("host", "elsewhere.test")])
add("two host", [method, scheme, path, ("host", HOST), ("host", HOST)])


def add_left_out(name, field):
    """nghttp2 drops such a field without a word, and the request goes on: it must never arrive."""

    def case(site):
        client = site.client()
        plain = check_echo(client.get("/echo", method="POST"), b"")
        answer = client.get("/echo", method="POST", fields=[field])
        if answer.status == 200:
            assert check_echo(answer, b"").keys() == plain.keys(), answer.start
        else:
            refused(answer)
        client.lives()

    cases[name] = case


add_left_out("a name with a blank", ("x y", "1"))
add_left_out("a name with a colon", ("x:y", "1"))
add_left_out("an empty name", ("", "1"))
add_left_out("a line break in a value", ("x", "1\r\ny: 2"))
add_left_out("a NUL in a value", ("x", "1\x002"))
add_left_out("a blank before a value", ("x", " 1"))
add_left_out("a blank behind a value", ("x", "1\t"))
add("content-length of a request that has ended", [*post, ("content-length", "5")])
add("content-length that is no number", [*post, ("content-length", "5x")], b"12345")
add("content-length with a sign", [*post, ("content-length", "+5")], b"12345")
add("two content-length that differ", [*post, ("content-length", "5"), ("content-length", "6")], b"12345")
add("less than content-length", [*post, ("content-length", "10")], b"12345")
add("more than content-length", [*post, ("content-length", "3")], b"12345")
add("a pseudo-header field in trailers", post, trailers=[("x", "1"), (":path", "/x")])
add("an upper-case name in trailers", post, trailers=[("X-Upper", "1")])
add("transfer-encoding in trailers", post, trailers=[("transfer-encoding", "chunked")])
