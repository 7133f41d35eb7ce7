#!/usr/bin/env python3
"""Decodes an event from hexadecimal text, as schemas/ describes it, and checks its id.

Usage: decode_event.py [--frame] FILE.hex...   (with --frame the bytes begin with a frame)

Written from the pages of schemas/ alone; shares nothing with the Swift sources. The tables of the
columns are read from schemas/events/ and the types from schemas/registry.tsv. Exit 1 if any byte is
not as described.
"""
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


def decode_json(payload):
    value = json.loads(payload)
    # Python's order of members is by code point, RFC 8785's by UTF-16: alike below U+10000.
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {"json": value, "isCanonicalHere": text.encode() == payload}


def decode(data):
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
    need(known is not None, f"type {kind} version {schema} is not registered")
    type_name, encoding, page = known
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
    event.update(decode_columns(payload, page) if encoding == "columns" else decode_json(payload))
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
