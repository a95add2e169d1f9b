"""A server on loopback that notes what it is asked, byte by byte, and answers as the target says.

/redirect/STATUS?to=LOCATION&set=COOKIE   a redirect
/redirect/STATUS/COUNT         a redirect to the same with one less, then to /end
/set?header=NAME:VALUE..       200 with these fields, as often as they are named; also below other paths
/status/STATUS/REASON          an empty response
/text?type=TYPE&hex=BYTES      content of that type
/basic/USER/PASSWORD           401 unless they are brought
/digest/ALGORITHM/QOP/USER/PASSWORD   401 with a challenge unless it is answered; QOP may be `none`
anything else                  200 with `ok`
"""

import hashlib
import re
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote


class Server:
    """Listens on two ports, so that there are two origins; `seen` has the exchanges since it was last cleared."""

    def __init__(self):
        self.seen = []
        self.ports = []
        for _ in range(2):
            listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            listener.daemon_threads = True
            listener.seen = self.seen
            self.ports.append(listener.server_port)
            threading.Thread(target=listener.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def __getattr__(self, name):
        # Any method is answered.
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *_):
        pass

    def answer(self):
        # Not self.path: the module mends it.
        method, target = self.raw_requestline.decode("latin-1").split(" ")[:2]
        fields = [(name, value.strip()) for name, value in self.headers.raw_items()]
        body = self.content()
        self.server.seen.append({"method": method, "target": target, "fields": fields, "body": body.decode("latin-1")})
        path, _, query = target.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
        kind, *parts = [unquote(part) for part in path.strip("/").split("/")]
        responses = {"redirect": self.redirect, "status": self.status, "text": self.text}
        responses |= {"basic": self.basic, "digest": self.digest}
        respond = self.set if path.endswith("/set") else responses.get(kind)
        if {"Transfer-Encoding", "Content-Length"} <= {name.title() for name, _ in fields}:
            respond = self.refuse
        status, reason, fields, content = respond(parts, pairs) if respond else (200, "OK", [], b"ok")
        self.send_response_only(status, reason)
        for name, value in fields:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if method != "HEAD":
            self.wfile.write(content)

    def content(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked" or "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return content

    def refuse(self, *_):
        self.close_connection = True
        return 400, "Ambiguous", [], b""

    def redirect(self, parts, pairs):
        if not parts or not parts[0].isdigit():
            return 200, "OK", [], b"ok"
        location = dict(pairs).get("to")
        if location is None and len(parts) > 1:
            left = int(parts[1])
            location = f"/redirect/{parts[0]}/{left - 1}" if left > 1 else "/end"
        fields = [] if location is None else [("Location", location)]
        fields += [("Set-Cookie", value) for name, value in pairs if name == "set"]
        return int(parts[0]), "Moved", fields, b"moved"

    def set(self, _, pairs):
        return 200, "OK", [tuple(value.split(":", 1)) for name, value in pairs if name == "header"], b"ok"

    def status(self, parts, _):
        return int(parts[0]), parts[1] if len(parts) > 1 else "", [], b""

    def text(self, _, pairs):
        pairs = dict(pairs)
        fields = [("Content-Type", pairs["type"])] if "type" in pairs else []
        return 200, "OK", fields, bytes.fromhex(pairs["hex"])

    def basic(self, parts, _):
        expected = "Basic " + b64encode(":".join(parts).encode()).decode()
        if self.headers.get("Authorization") == expected:
            return 200, "OK", [], b"welcome"
        return 401, "Unauthorized", [("WWW-Authenticate", 'Basic realm="compare"')], b"who is there?"

    def digest(self, parts, _):
        algorithm, qop, user, password = parts
        said = re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]*))', self.headers.get("Authorization", ""))
        brought = {name: quoted or plain for name, quoted, plain in said}
        if brought and self.is_right(brought, algorithm, qop, user, password):
            return 200, "OK", [], b"welcome"
        challenge = f'Digest realm="compare", nonce="n0nce", opaque="0paque", algorithm={algorithm}'
        challenge += "" if qop == "none" else f', qop="{qop}"'
        return 401, "Unauthorized", [("WWW-Authenticate", challenge)], b"who is there?"

    def is_right(self, brought, algorithm, qop, user, password):
        """RFC 7616, section 3.4.1."""
        name = algorithm.removesuffix("-sess").replace("-", "").lower()
        digest = lambda text: hashlib.new(name, text.encode("latin-1")).hexdigest()
        method, target = self.raw_requestline.decode("latin-1").split(" ")[:2]
        secret = digest(f"{user}:compare:{password}")
        if algorithm.endswith("-sess"):
            secret = digest(f"{secret}:{brought.get('nonce')}:{brought.get('cnonce')}")
        asked = digest(f"{method}:{target}")
        between = "" if qop == "none" else f"{brought.get('nc')}:{brought.get('cnonce')}:auth:"
        expected = digest(f"{secret}:{brought.get('nonce')}:{between}{asked}")
        return brought.get("uri") == target and brought.get("response") == expected
