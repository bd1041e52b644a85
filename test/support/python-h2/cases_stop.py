"""The router is told to stop; it is no use to other cases then."""

import os
import signal

from h2.errors import ErrorCodes

from cases_transfers import check_echo
from client import window

cases = {}


def stops(site):
    client = site.client(settings=window(1000), renew=False)
    key = os.urandom(8).hex()
    download = client.request("/bytes?n=300000")
    held = client.request(f"/hold?key={key}")
    upload = client.request("/echo", "POST", end=False)
    client.send(upload, b"first ")
    site.until_member(f"/state?key={key}", "begun")
    client.until(lambda: client.streams[download].length == 1000)
    idle = site.client()
    os.kill(site.pid, signal.SIGTERM)
    idle.until_closed()
    assert idle.goaway is not None and idle.goaway.error_code == ErrorCodes.NO_ERROR, idle.goaway
    client.until(lambda: client.goaway is not None)
    assert client.goaway.error_code == ErrorCodes.NO_ERROR, client.goaway
    assert client.goaway.last_stream_id >= upload, client.goaway
    client.send(upload, b"last")
    client.h2.end_stream(upload)
    client.h2.increment_flow_control_window(300_000, download)
    client.flush()
    check_echo(client.answer(upload), b"first last")
    client.answer(download).check_bytes(300_000)
    site.until_member(f"/go?key={key}", "gone")
    client.answer(held).check_ok()
    client.until_closed()


cases["SIGTERM: a GOAWAY, what runs is finished, then the connection ends"] = stops
