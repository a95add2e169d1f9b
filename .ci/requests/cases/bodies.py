"""Bodies: texts, bytes, files, forms, multipart, JSON."""

from .case import case, get, post, step

case("body", "a text", post("/p", body={"text": "plain"}))
case("body", "a text of other letters", post("/p", body={"text": "é→"}))
case("body", "an empty text", post("/p", body={"text": ""}))
case("body", "bytes", post("/p", body={"bytes": "\x00\xff\x80"}))
case("body", "of a GET", get("/p", body={"text": "a"}))
case("body", "of a DELETE", step("DELETE", "/p", body={"text": "a"}))

case("body", "a file", post("/p", body={"file": "HOME/full"}))
case(
    "body",
    "an empty file",
    post("/p", body={"file": "HOME/empty"}),
    because="its length is known: none",
    differs={"sent transfer-encoding": ("chunked", None), "sent content-length": (None, "0")},
)
case("body", "a reader", post("/p", body={"reader": "content"}))


def parts(name, filename, *texts):
    """A file between texts: they go first, and a file says that it is bytes."""
    start = "--BOUNDARY\r\nContent-Disposition: form-data; name="
    before = "".join(f'{start}"{field}"\r\n\r\n{text}\r\n' for field, text in texts)
    head = f'{start}"f"; filename="{filename}"\r\n'.replace("\r\nc", "%0D%0Ac").replace('a"b', "a%22b")
    bodies = [before + head + kind + "\r\ncontent\r\n--BOUNDARY--\r\n" for kind in ["", TYPE]]
    body = {"parts": [["f", "content", filename], *map(list, texts)]}
    differs = {"sent body": tuple(it.encode().decode("latin-1") for it in bodies)}
    because = "without a type it would be text/plain (RFC 7578, section 4.4)"
    case("parts", name, post("/p", body=body), because=because, differs=differs)


TYPE = "Content-Type: application/octet-stream\r\n"
parts("a file", "name.bin")
parts("a file and texts", "name.bin", ("a", "1"), ("b", "é"))
parts("a name of other letters", "é.bin")
parts("quotes and line breaks in a name", 'a"b\r\nc')

case("form", "the same name twice", post("/p", body={"form": [["a", "1"], ["a", "2 3"]]}))
case("form", "other letters, signs, nothing", post("/p", body={"form": [["é", "→ &=+%-._"], ["", ""]]}))
case(
    "form",
    "an asterisk and a tilde",
    post("/p", body={"form": [["a", "*~"]]}),
    because="escaped as the URL standard has it for forms; both read the same",
    differs={"sent body": ("a=%2A~", "a=*%7E")},
)
case(
    "form",
    "an empty one",
    post("/p", body={"form": []}),
    because="a form without fields is a form",
    differs={"sent content-type": (None, "application/x-www-form-urlencoded")},
)

case(
    "JSON",
    "an object",
    post("/p", body={"json": {"a": [1, "é"]}}),
    because="the same value in fewer bytes: no blanks, letters as they are",
    differs={
        "sent body": ('{"a": [1, "\\u00e9"]}', '{"a":[1,"é"]}'.encode().decode("latin-1")),
        "sent content-length": ("20", "14"),
    },
)
for value in [0, False, [], {}, "text", 1.5]:
    case("JSON", repr(value), post("/p", body={"json": value}))
case(
    "JSON",
    "null",
    post("/p", body={"json": None}),
    because="null is a value",
    differs={
        "sent body": ("", "null"),
        "sent content-length": ("0", "4"),
        "sent content-type": (None, "application/json"),
    },
)
PROBLEM = [["Content-Type", "application/problem+json"]]
case("JSON", "a type of the caller's", post("/p", headers=PROBLEM, body={"json": 1}))
