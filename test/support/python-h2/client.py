"""A strict HTTP/2 client: Debian's python3-h2 over TLS. Whatever the server does against RFC 9113 raises in `receive`."""

import hashlib
import json
import socket
import ssl
import time
import urllib.request
from http.client import HTTPConnection

import h2.config
import h2.connection
import h2.events as events
import h2.settings
from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hyperframe.frame import Frame

HOST = "mail.example.test"
PATIENCE = 20
BIG_WINDOW = 1 << 24


class Site:
    """What the cases talk to: the router, its admin API and, past it, the member that stands behind it."""

    def __init__(self, options):
        self.port = options["port"]
        self.pid = options["pid"]
        self.admin_url = options["adminUrl"]
        self.member_port = options["memberPort"]

    def tls(self, name=HOST, alpn=("h2",)):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(list(alpn))
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(raw, server_hostname=name)

    def client(self, **options):
        return Client(self.tls(), **options)

    def member(self, path):
        """Tells the member something, or asks it, without the router."""
        connection = HTTPConnection("127.0.0.1", self.member_port, timeout=PATIENCE)
        connection.request("GET", path)
        answer = connection.getresponse().read().decode()
        connection.close()
        return answer

    def until_member(self, path, wanted):
        end = time.monotonic() + PATIENCE
        while (answer := self.member(path)) != wanted:
            assert time.monotonic() < end, f"the member says {answer!r} to {path}, not {wanted!r}"
            time.sleep(0.01)

    def members(self):
        with urllib.request.urlopen(self.admin_url + "/api/v1/farms", timeout=PATIENCE) as response:
            return [member for farm in json.load(response) for member in farm["members"]]


class Stream:
    """What has come on one stream."""

    def __init__(self):
        self.interim = []
        self.fields = None
        self.length = 0
        self.digest = hashlib.sha256()
        self.start = b""
        self.ended = False
        self.reset = None

    @property
    def status(self):
        return None if self.fields is None else int(self.fields[":status"])

    @property
    def over(self):
        return self.ended or self.reset is not None

    def take(self, data):
        self.length += len(data)
        self.digest.update(data)
        if len(self.start) < 65536:
            self.start += data

    def check_bytes(self, length):
        """The member names the digest of its random bytes in the response's head."""
        assert self.ended and self.status == 200, f"status {self.status}, reset {self.reset}"
        assert self.length == length, f"{self.length} bytes of {length}"
        assert self.digest.hexdigest() == self.fields["x-sha256"], "other bytes than the member has sent"

    def check_ok(self):
        assert self.ended and self.status == 200 and self.start == b"ok", f"{self.status} {self.start!r} {self.reset}"


class Connection(h2.connection.H2Connection):
    """Running streams go on behind a GOAWAY (RFC 9113 6.8); h2 takes the connection for closed."""

    def _receive_goaway_frame(self, frame):
        result = super()._receive_goaway_frame(frame)
        self.state_machine.state = h2.connection.ConnectionState.CLIENT_OPEN
        return result

    def _handle_data_on_closed_stream(self, events, exc, frame):
        """h2 lets it pass; only behind a reset of ours may it still come."""
        if not self._stream_is_closed_by_reset(frame.stream_id):
            raise exc
        return super()._handle_data_on_closed_stream(events, exc, frame)


class Client:
    def __init__(self, sock, settings=None, renew=True, wide=True, wait=True):
        """`renew`: windows are renewed as data comes; `wide`: the connection's own window is no limit; `wait`: until the
        router's settings are known."""
        assert sock.selected_alpn_protocol() == "h2", sock.selected_alpn_protocol()
        self.sock = sock
        self.renew = renew
        self.streams = {}
        self.uploads = {}
        self.goaway = None
        self.pongs = []
        self.acknowledged = 0
        self.eof = False
        # Requests go out as the cases write them, wrong ones too. What comes in is held to all that h2 knows.
        config = h2.config.H2Configuration(
            client_side=True,
            header_encoding="latin-1",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.h2 = Connection(config)
        self.h2.local_settings = h2.settings.Settings(client=True, initial_values=settings or {})
        # h2 only knows it of later changes.
        table_size = self.h2.local_settings.header_table_size
        self.h2.decoder.max_allowed_table_size = table_size
        self.h2.initiate_connection()
        if wide:
            self.h2.increment_flow_control_window(BIG_WINDOW)
        self.flush()
        if wait:
            self.until(lambda: self.acknowledged > 0 and self.h2.remote_settings.max_concurrent_streams < 1000)

    def flush(self, reshape=None):
        data = self.h2.data_to_send()
        if reshape is not None:
            data = b"".join(frame.serialize() for frame in reshape(frames_of(data)))
        if data:
            self.sock.sendall(data)

    def write(self, *frames):
        """Frames that the state machine is not to know of."""
        self.flush()
        self.sock.sendall(b"".join(frame if isinstance(frame, bytes) else frame.serialize() for frame in frames))

    def request(self, path="/ok", method="GET", fields=(), body=None, end=None, reshape=None, pseudo=None):
        """Opens a stream. `body` is sent as the windows allow; `pseudo` stands for all of its pseudo-header fields."""
        stream_id = self.h2.get_next_available_stream_id()
        if pseudo is None:
            pseudo = [(":method", method), (":scheme", "https"), (":authority", HOST), (":path", path)]
        self.streams[stream_id] = Stream()
        self.h2.send_headers(stream_id, [*pseudo, *fields], end_stream=body is None if end is None else end)
        self.flush(reshape)
        if body is not None:
            self.uploads[stream_id] = memoryview(body)
            self.upload()
        return stream_id

    def upload(self):
        for stream_id in list(self.uploads):
            while stream_id in self.uploads:
                room = self.h2.local_flow_control_window(stream_id)
                rest = self.uploads[stream_id]
                if room == 0 and len(rest) > 0:
                    break
                size = min(room, self.h2.max_outbound_frame_size, len(rest))
                self.h2.send_data(stream_id, bytes(rest[:size]), end_stream=size == len(rest))
                self.uploads[stream_id] = rest[size:]
                if size == len(rest):
                    del self.uploads[stream_id]
        self.flush()

    def send(self, stream_id, data):
        """All of it, as the windows allow; the stream goes on."""
        rest = memoryview(data)
        while len(rest) > 0:
            size = min(self.h2.local_flow_control_window(stream_id), self.h2.max_outbound_frame_size, len(rest))
            if size == 0:
                self.receive()
            else:
                self.h2.send_data(stream_id, bytes(rest[:size]))
                self.flush()
            rest = rest[size:]

    def receive(self):
        data = self.sock.recv(65536)
        if not data:
            self.eof = True
            return
        try:
            for event in self.h2.receive_data(data):
                self.on_event(event)
        finally:
            self.flush()
        self.upload()

    def on_event(self, event):
        stream = self.streams.get(getattr(event, "stream_id", None))
        if isinstance(event, events.InformationalResponseReceived):
            stream.interim.append(dict(event.headers))
        elif isinstance(event, events.ResponseReceived):
            stream.fields = dict(event.headers)
        elif isinstance(event, events.DataReceived):
            stream.take(event.data)
            if self.renew and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, events.StreamEnded):
            stream.ended = True
        elif isinstance(event, events.StreamReset):
            stream.reset = event.error_code
            self.uploads.pop(event.stream_id, None)
        elif isinstance(event, events.ConnectionTerminated):
            self.goaway = event
        elif isinstance(event, events.PingAckReceived):
            self.pongs.append(event.ping_data)
        elif isinstance(event, events.SettingsAcknowledged):
            self.acknowledged += 1
        elif not isinstance(event, expected):
            raise AssertionError(f"nothing that a server should send: {event}")

    def until(self, condition):
        while not condition():
            assert not self.eof, f"the connection has ended, {self.goaway}"
            self.receive()

    def answer(self, *streams):
        """Waits until the streams are over, one way or the other; the last one."""
        self.until(lambda: all(self.streams[stream].over for stream in streams))
        return self.streams[streams[-1]]

    def get(self, path="/ok", **options):
        return self.answer(self.request(path, **options))

    def settle(self):
        """Until all that was sent was read and answered, as far as the router does so by itself."""
        wanted = len(self.pongs) + 1
        self.h2.ping(b"%08d" % wanted)
        self.flush()
        self.until(lambda: len(self.pongs) >= wanted)

    def update(self, settings):
        wanted = self.acknowledged + 1
        self.h2.update_settings(settings)
        self.flush()
        self.until(lambda: self.acknowledged >= wanted)

    def reset(self, stream_id, code=ErrorCodes.CANCEL):
        self.uploads.pop(stream_id, None)
        self.h2.reset_stream(stream_id, code)
        self.flush()

    def lives(self):
        assert self.goaway is None, self.goaway
        self.get().check_ok()

    def until_closed(self):
        while not self.eof:
            self.receive()


expected = (
    events.RemoteSettingsChanged,
    events.WindowUpdated,
    events.PriorityUpdated,
)


def frames_of(data):
    frames = []
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        frames.append(frame)
        data = data[9 + length :]
    return frames


def window(size):
    return {SettingCodes.INITIAL_WINDOW_SIZE: size}
