"""Bodies: texts, bytes, forms, JSON."""

from .case import case, get, post, step

case("body", "a text", post("/p", body={"text": "plain"}))
case("body", "a text of other letters", post("/p", body={"text": "é→"}))
case("body", "an empty text", post("/p", body={"text": ""}))
case("body", "bytes", post("/p", body={"bytes": "\x00\xff\x80"}))
case("body", "of a GET", get("/p", body={"text": "a"}))
case("body", "of a DELETE", step("DELETE", "/p", body={"text": "a"}))

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
