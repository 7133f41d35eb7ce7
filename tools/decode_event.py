#!/usr/bin/env python3
"""Decodes an event from hexadecimal text, as schemas/ describes it, and checks its id.

Usage: decode_event.py [--frame] FILE.hex...   (with --frame the bytes begin with a frame)

Written from the pages of schemas/ alone; shares nothing with the Swift sources. The tables of the
columns are read from schemas/events/ and the types from schemas/registry.tsv. Exit 1 if any byte is
not as described.
"""
import decimal
import functools
import hashlib
import json
import pathlib
import re
import struct
import sys

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent / "schemas"
DAY = 86_400_000


class Wrong(Exception):
    """A byte that is not as the schema says."""


def need(condition, text):
    if not condition:
        raise Wrong(text)


def padded(count):
    return (count + 7) // 8 * 8


@functools.lru_cache
def registry():
    types = {}
    for line in (SCHEMAS / "registry.tsv").read_text().splitlines():
        if not line.startswith("#"):
            number, name, version, encoding, fingerprint = line.split("\t")
            page = SCHEMAS / "events" / f"{name}.v{version}.md"
            need(hashlib.sha256(page.read_bytes()).hexdigest() == fingerprint,
                 f"{page} has another fingerprint")
            types[int(number), int(version)] = (name, encoding, page.read_text())
    return types


@functools.lru_cache
def columns_of(page):
    rows = re.findall(r"^\| ([wb])(\d+) \| `(\w+)` \| [^|]* \| (\w+) \|", page, re.M)
    words = [(name, kind) for letter, _, name, kind in rows if letter == "w"]
    return words, [name for letter, _, name, _ in rows if letter == "b"]


def decode_columns(payload, page):
    words, singles = columns_of(page)
    need(len(payload) >= 48, "columns are shorter than their header")
    rows, w, b, zero, start = struct.unpack_from("<IBBHq", payload)
    need(1 <= rows <= 1440, f"{rows} rows")
    need((w, b) == (len(words), len(singles)), f"{w} words and {b} bytes a row")
    need(zero == 0, "bytes 6 and 7 are not zero")
    need(start % DAY == 0 and -2**31 <= start // DAY < 2**31, f"the day starts at {start}")
    need(len(payload) == 48 + rows * (8 * w + b), f"{len(payload)} bytes for {rows} rows")
    table = {}
    for i, (name, kind) in enumerate(words):
        code = {"Int64": "q", "Float64": "d"}[kind]
        table[name] = struct.unpack_from(f"<{rows}{code}", payload, 48 + 8 * rows * i)
    for j, name in enumerate(singles):
        at = 48 + 8 * rows * w + rows * j
        table[name] = tuple(payload[at:at + rows])
    first = table[words[0][0]]
    need(all(start <= time < start + DAY for time in first), "a row lies outside its day")
    return {"day": start // DAY, "configuration": payload[16:48].hex(), "columns": table}


def number(value):
    """A number as RFC 8785 writes it: the shortest digits that read back, as ECMAScript sets them."""
    if isinstance(value, int):
        return str(value)
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if value == 0:
        return "0"
    if -6 < point <= 0:
        text = "0." + "0" * -point + text
    elif 0 < point <= 21:
        text = text[:point].ljust(point, "0") + ("." + text[point:] if text[point:] else "")
    else:
        rest = "." + text[1:] if text[1:] else ""
        text = f"{text[0]}{rest}e{point - 1:+d}"
    return ("-" if sign else "") + text


def canonical(value):
    """RFC 8785: members sorted by UTF-16, no blanks, shortest numbers."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


KINDS = {
    "truth value": (bool,), "object": (dict,), "text": (str,), "integer": (int,),
    "array": (list,), "number": (int, float), "null": (type(None),),
}


def is_kind(value, kinds):
    """Whether a value is of a kind as a page names it: `integer or null`."""
    return any(isinstance(value, KINDS[kind]) and isinstance(value, bool) == (kind == "truth value")
               for kind in kinds.split(" or "))


@functools.lru_cache
def keys_of(page):
    """The first table of a page: the payload's members and their kinds."""
    table = page.partition("## Keys\n")[2].strip().partition("\n\n")[0]
    rows = re.findall(r"^\| (`[^|]*`) \| ([^|]*) \|", table, re.M)
    return {key: kind for keys, kind in rows for key in re.findall(r"`(\w+)`", keys)}


@functools.lru_cache
def names_of(page):
    """Everything that a page names, and the pages it refers to; leaves of later programs too."""
    pages = re.findall(r"\]\((?:\.\./)?([\w.]+\.md)\)", page) + ["configuration.v2.md"]
    texts = [path.read_text() for name in pages for path in SCHEMAS.glob(f"**/{name}")]
    return set(re.findall(r"`(\w+)`", "\n".join([page] + texts)))


def members(value):
    """The names of all members, those inside others too."""
    if isinstance(value, dict):
        yield from value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from members(part)


def decode_json(payload, page):
    value = json.loads(payload)
    need(isinstance(value, dict), "the payload is no object")
    need(canonical(value).encode() == payload, "the payload is not canonical JSON")
    keys = keys_of(page)
    need(set(value) == set(keys), f"members {sorted(set(value) ^ set(keys))}")
    for key, kind in keys.items():
        need(is_kind(value[key], kind), f"{key} is no {kind}")
    unknown = set(members(value)) - names_of(page)
    need(not unknown, f"no page says what {sorted(unknown)} is")
    return {"json": value}


def decode(data, is_passed_over=False):
    """An event of an envelope; one that is passed over need not be of a known type or readable."""
    need(len(data) >= 112, "shorter than an envelope")
    version, kind, schema, name_length = struct.unpack_from("<HHHH", data, 0)
    need(version == 1, f"format version {version}")
    need(1 <= name_length <= 255, f"a name of {name_length} bytes")
    stream_version, recorded_at = struct.unpack_from("<Qq", data, 8)
    need(stream_version >= 1, "stream version 0")
    payload_length, zero = struct.unpack_from("<II", data, 104)
    need(zero == 0, "bytes 108 to 111 are not zero")
    name = data[112:112 + name_length]
    need(all(0x21 <= byte <= 0x7E for byte in name), "a name of other characters")
    start = 112 + padded(name_length)
    need(len(data) == start + padded(payload_length), "lengths do not add up")
    payload = data[start:start + payload_length]
    need(not any(data[112 + name_length:start] + data[start + payload_length:]), "padding")
    known = registry().get((kind, schema))
    need(known or is_passed_over, f"type {kind} version {schema} is not registered")
    type_name, encoding, page = known or (f"type {kind}", None, None)
    derived = hashlib.sha256(
        struct.pack("<H", name_length) + name + struct.pack("<QHH", stream_version, kind, schema)
        + payload).digest()[:16]
    event = {
        "stream": name.decode("ascii"), "streamVersion": stream_version, "type": type_name,
        "schemaVersion": schema, "recordedAt": recorded_at, "id": data[24:40].hex(),
        "idFollowsFromContent": derived == data[24:40], "causation": data[40:56].hex(),
        "correlation": data[56:72].hex(), "previousHash": data[72:104].hex(),
        "eventHash": hashlib.sha256(data).hexdigest(),
    }
    if not is_passed_over:
        event.update(
            decode_columns(payload, page) if encoding == "columns" else decode_json(payload, page))
    return event


def decode_frame(data):
    need(len(data) >= 64, "shorter than a frame")
    position, commit, index, count, appended_at = struct.unpack_from("<QQIIq", data)
    need(position >= 1 and commit >= 1 and index < count, "a frame's numbers")
    need(data[32:64] == hashlib.sha256(data[64:]).digest(), "the frame has another event's hash")
    return {
        "position": position, "commit": commit, "indexInCommit": index, "eventsInCommit": count,
        "appendedAt": appended_at, "leafHash": hashlib.sha256(b"\0" + data[:64]).hexdigest(),
    }


def main(arguments):
    has_frame = "--frame" in arguments
    files = [argument for argument in arguments if not argument.startswith("--")]
    if not files:
        print(__doc__)
        return 2
    status = 0
    for file in files:
        try:
            data = bytes.fromhex(pathlib.Path(file).read_text())
            found = {"frame": decode_frame(data)} if has_frame else {}
            found.update(decode(data[64:] if has_frame else data))
            print(json.dumps({"file": file, **found}, ensure_ascii=False))
            if not found["idFollowsFromContent"]:
                print(f"{file}: the id does not follow from the content (a key's, or damage)")
        except (Wrong, ValueError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
