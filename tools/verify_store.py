"""Checks a store without the program that wrote it: every byte that schemas/ describes.

Usage: verify_store [STORE] [--note FILE]... [--key FILE|TEXT] [--proof FILE]...

Opens the LMDB file of STORE for reading and derives everything anew from the events: hashes, ids,
chains, commits, every entry of the index in both directions, the rows of the tree, root, head and
identity; decodes every payload by schemas/events; computes baselines, drift checks, monitors,
decisions and alerts anew from the rows (verify_drift.py), all but p-values. --note compares checkpoints with the store,
--key checks who signed them, --proof checks what `mechanic-replay prove` printed, with or without a
store. Follows the pages of schemas/ and shares nothing with the Swift sources.

Exit 0 if all is as described, 1 if something is not, 2 if nothing could be checked.
"""
import argparse
import base64
import binascii
import hashlib
import json
import os
import pathlib
import re
import struct
import sys

from decode_event import Wrong, decode, decode_frame, need
from verify_drift import Drift

HASH = 32


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# The tree: frame.v1.md and keys.v1.md.

def leaf(frame):
    return sha256(b"\0", frame)


def node(left, right):
    return sha256(b"\1", left, right)


class Tree:
    """Leaves in order; keeps the hashes of every height."""

    def __init__(self):
        self.heights = [[]]

    def append(self, hash):
        self.heights[0].append(hash)
        height = 0
        while len(self.heights[height]) % 2 == 0:
            pair = node(*self.heights[height][-2:])
            height += 1
            if height == len(self.heights):
                self.heights.append([])
            self.heights[height].append(pair)

    def peaks(self, size=None):
        size = len(self.heights[0]) if size is None else size
        peaks, start = [], 0
        for height in reversed(range(size.bit_length())):
            if size >> height & 1:
                peaks.append(self.heights[height][start >> height])
                start += 1 << height
        return peaks

    def root(self, size=None):
        peaks = self.peaks(size)
        if not peaks:
            return sha256()
        hash = peaks.pop()
        while peaks:
            hash = node(peaks.pop(), hash)
        return hash

    def rows(self):
        rows = {}
        for level in range(0, len(self.heights), 8):
            hashes = self.heights[level]
            for row in range(0, len(hashes), 32):
                key = struct.pack(">BQ", level // 8, row // 32)
                rows[key] = b"".join(hashes[row:row + 32])
        return rows


# The log: envelope.v1.md, frame.v1.md, keys.v1.md, columns.v1.md.

def check_rows(event, configuration):
    """What the pages of events/ say of rows, beyond the layout."""
    name, columns = event["type"], event["columns"]
    first = next(iter(columns.values()))
    if name != "candles.revised":
        need(all(a < b for a, b in zip(first, first[1:])), "rows do not ascend")
    if name.startswith("candles."):
        need(configuration == bytes(HASH), "candles depend on a configuration")
    else:
        need(event["stream"].endswith("/" + configuration.hex()[:16]),
             "the rows are of another configuration than the stream")
    for column in ("reason", "previous_reason"):
        need(all(1 <= value <= 3 for value in columns.get(column, ())), f"a {column} is unknown")
    for column in ("flags", "previous_flags"):
        need(all(value < 8 for value in columns.get(column, ())), f"a bit of {column} is unknown")
    if name == "candles.revised":
        need(all(kind in (1, 2) for kind in columns["kind"]), "a kind is unknown")
        for column, values in columns.items():
            if column.startswith("previous_"):
                need(all(kind == 1 or struct.pack("<d", value) == bytes(8)
                         for kind, value in zip(columns["kind"], values)),
                     "a late candle replaces something")


class Log:
    """Everything that follows from the events."""

    def __init__(self, skips):
        self.tree = Tree()
        self.skips = skips
        self.index = {}
        self.passed_over = set()
        self.hashes = {}
        self.tags = {}
        self.drift = Drift()
        self.streams = {}
        self.previous = None
        self.bytes = 0

    def add(self, position, value):
        frame, data = decode_frame(value), value[64:]
        skip = self.skips.get(sha256(data))
        event = decode(data, is_passed_over=skip is not None)
        if skip == (event["stream"], event["streamVersion"]):
            self.passed_over.add(position)
            self.drift.pass_over(event["stream"])
        elif skip:
            event = decode(data)
        need(frame["position"] == position, f"the frame claims position {frame['position']}")
        self.check_commit(frame)
        self.tree.append(leaf(value[:64]))
        self.bytes += len(data)
        name = event["stream"]
        number, version, _, chain = self.streams.get(name, (len(self.streams), 0, 0, bytes(HASH)))
        need(event["streamVersion"] == version + 1, f"version {event['streamVersion']} of {name}")
        need(bytes.fromhex(event["previousHash"]) == chain, f"the chain of {name} is broken")
        here = struct.pack("<Q", position)
        self.index[b"V" + struct.pack(">IQ", number, version + 1)] = here
        if "day" in event:
            day = (event["day"] & 0xFFFFFFFF) ^ 0x80000000
            self.index[b"D" + struct.pack(">IIQ", number, day, position)] = b""
            start = 112 + (len(name) + 7) // 8 * 8
            check_rows(event, data[start + 16:start + 48])
        if not event["idFollowsFromContent"]:
            self.index[b"I" + bytes.fromhex(event["id"])] = here
        self.streams[name] = (number, version + 1, position, sha256(data))
        if position not in self.passed_over:
            self.drift.add(event)
            if event["type"] == "tag.set":
                self.check_tag(event)
        self.hashes[name, version + 1] = event["eventHash"]

    def check_tag(self, event):
        """tag.set.v1.md: what a name stands for is in the log before it."""
        tag, name = event["json"], event["json"]["name"]
        need(event["stream"] == "tags", "a tag is in another stream")
        need(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name) and not re.fullmatch("[0-9]+", name),
             f"no tag has the name {name}")
        need(tag["replaces"] == self.tags.get(name), f"{name} replaces another event")
        target = [tag["stream"], tag["version"], tag["event_hash"]]
        if target == [None, None, None]:
            need(self.tags.pop(name, None), f"{name} is given up and was not set")
            return
        need(self.hashes.get((target[0], target[1])) == target[2],
             f"{name} names an event that the log does not hold before it")
        self.tags[name] = event["streamVersion"]

    def check_commit(self, frame):
        commit, index, count = frame["commit"], frame["indexInCommit"], frame["eventsInCommit"]
        if self.previous is None:
            need((commit, index) == (1, 0), "the first event does not begin commit 1")
        else:
            need(frame["appendedAt"] > self.previous["appendedAt"], "appendedAt does not ascend")
            if self.is_whole():
                expected = (self.previous["commit"] + 1, 0, count)
            else:
                expected = (self.previous["commit"], self.previous["indexInCommit"] + 1,
                            self.previous["eventsInCommit"])
            need((commit, index, count) == expected,
                 f"event {index} of {count} in commit {commit}, expected {expected}")
        self.previous = frame

    def is_whole(self):
        return (self.previous is None
                or self.previous["indexInCommit"] + 1 == self.previous["eventsInCommit"])

    def finish(self):
        need(self.is_whole(), "the last commit is not complete")
        for name, (number, version, position, hash) in self.streams.items():
            self.index[b"S" + name.encode()] = struct.pack(
                "<IIQQ", number, 0, version, position) + hash

    def head(self):
        peaks = self.tree.peaks()
        last = self.previous or {"commit": 0, "appendedAt": -2**63}
        return struct.pack(
            "<QQqII", len(self.tree.heights[0]), last["commit"], last["appendedAt"],
            len(self.streams), len(peaks)) + self.tree.root() + b"".join(peaks)


def skips_of(values):
    """Event hash → stream and version of the events that are passed over: event.skipped.v1.md."""
    skips = {}
    for value in values:
        data = value[64:]
        # Only its type is looked at here: what is no skip is checked with the others.
        if data[2:4] == struct.pack("<H", 9):
            skip = decode(data)["json"]
            skips[bytes.fromhex(skip["event_hash"])] = (skip["stream"], skip["version"])
    return skips


def compare(name, stored, expected, ignored=lambda key: False):
    """Entries of a database against those that follow from the events, both ways."""
    for key, value in stored:
        if ignored(key):
            continue
        need(key in expected, f"{name}: the entry {key.hex()} follows from no event")
        need(expected.pop(key) == value, f"{name}: the entry {key.hex()} is not what events give")
    missing = next(iter(expected), b"").hex()
    need(not expected, f"{name}: {len(expected)} entries are missing, {missing} first")


def check_identity(data):
    need(len(data) == 64, "the identity has another length")
    version, clock = struct.unpack_from("<IB", data)
    need(version == 1 and clock in (1, 2) and data[5:8] == bytes(3), "the identity is damaged")
    need(data[32:] == sha256(data[:32]), "the identity's check is wrong")
    return "mechanic-replay/" + data[8:24].hex()


def check_store(path):
    import lmdb
    need(os.path.exists(f"{path}/data.mdb"), f"there is no store at {path}")
    with lmdb.open(path, readonly=True, lock=False, create=False, max_dbs=8) as environment:
        names = [b"events", b"index", b"meta", b"projections", b"tree"]
        opened = {name: environment.open_db(name, create=False) for name in names}
        with environment.begin() as transaction:
            need([key for key, _ in transaction.cursor()] == names, "the databases are others")
            meta = dict(transaction.cursor(opened[b"meta"]))
            need(set(meta) == {b"store", b"head"}, f"meta holds {sorted(meta)}")
            origin = check_identity(meta[b"store"])
            position = 0
            log = Log(skips_of(value for _, value in transaction.cursor(opened[b"events"])))
            for key, value in transaction.cursor(opened[b"events"]):
                position += 1
                try:
                    need(key == struct.pack(">Q", position), f"the key is {key.hex()}")
                    log.add(position, value)
                except (Wrong, ValueError, struct.error, UnicodeDecodeError) as error:
                    raise Wrong(f"position {position}: {error}") from error
            log.finish()
            # What days an unreadable event holds is not known.
            days = {struct.pack(">Q", position) for position in log.passed_over}
            compare("index", transaction.cursor(opened[b"index"]), dict(log.index),
                    lambda key: key[:1] == b"D" and key[9:] in days)
            compare("tree", transaction.cursor(opened[b"tree"]), log.tree.rows())
            need(meta[b"head"] == log.head(), "the head is not what the events give")
    if log.passed_over:
        print(f"{len(log.passed_over)} events are passed over: {sorted(log.passed_over)}")
    print(f"store ok: {position} events, {log.bytes} bytes, {len(log.streams)} streams, "
          f"{len(log.index)} index entries, {log.drift.checked} events of drift, root {log.tree.root().hex()}")
    return origin, log


# Keys and checkpoints: checkpoint.v1.md.

def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, f"not the base 64 of its bytes: {text}")
    return data


def is_name(name):
    return name != "" and not any(letter == "+" or letter.isspace() for letter in name)


def read_key(argument):
    text = pathlib.Path(argument).read_text() if os.path.exists(argument) else argument
    parts = text.removesuffix("\n").split("+", 2)
    need(len(parts) == 3 and is_name(parts[0]), "a public key is <name>+<id>+<base 64>")
    name, id, data = parts[0], parts[1], unbase64(parts[2])
    need(len(data) == 33 and data[0] == 1, "the key is not Ed25519")
    need(sha256(name.encode(), b"\n", data)[:4].hex() == id, "the key's id is not its own")
    return name, bytes.fromhex(id), data[1:]


def read_checkpoint(text):
    need(text.endswith("\n"), "a checkpoint ends with a newline")
    lines = text[:-1].split("\n")
    need(len(lines) >= 3 and all(lines), "a checkpoint has three lines, none empty")
    need(re.fullmatch("0|[1-9][0-9]*", lines[1], re.ASCII), "the size is no number")
    root = unbase64(lines[2])
    need(len(root) == HASH, "the root has not 32 bytes")
    return lines[0], int(lines[1]), root


def read_note(data):
    """The checkpoint of a note and its signatures; none if it is not signed."""
    text = data.decode()
    need(not any(ord(letter) < 0x20 and letter != "\n" for letter in text), "control characters")
    body, divider, lines = text.rpartition("\n\n")
    if not divider:
        return *read_checkpoint(text), text, []
    need(lines.endswith("\n"), "a note ends with a newline")
    signatures = []
    for line in lines[:-1].split("\n"):
        match = re.fullmatch(r"— ([^ ]+) ([^ ]+)", line)
        need(match and is_name(match[1]), f"no line of a signature: {line}")
        signature = unbase64(match[2])
        need(len(signature) > 4, "a signature is too short")
        signatures.append((match[1], signature[:4], signature[4:]))
    return *read_checkpoint(body + "\n"), body + "\n", signatures


def check_signature(body, signatures, key):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    name, id, public = key
    own = [signature for who, which, signature in signatures if (who, which) == (name, id)]
    need(own, f"{name} did not sign it")
    try:
        for signature in own:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, body.encode())
    except InvalidSignature as error:
        raise Wrong(f"the signature of {name} is wrong") from error


def check_note(file, data, key, store):
    origin, size, root, body, signatures = read_note(data)
    if key:
        check_signature(body, signatures, key)
    if store:
        own, log = store
        need(origin == own, f"the note is of {origin}, the store is {own}")
        events = len(log.tree.heights[0])
        need(size <= events, f"the log had {size} events, now it ends at {events}")
        need(log.tree.root(size) == root, f"the root of {size} events is another")
    print(f"{file} ok: {size} events, root {root.hex()}, "
          + (f"signed by {key[0]}" if key else "signature not checked"))
    return origin, size, root


# Proofs: proofs.v1.md, verified as RFC 9162 says in words.

def check_inclusion(index, size, hash, path, root):
    """RFC 9162 §2.1.3.2."""
    need(index < size, "the index is beyond the tree")
    fn, sn, r = index, size - 1, hash
    for p in path:
        need(sn != 0, "the path is too long")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the path is too short")
    need(r == root, "the path leads to another root")


def check_consistency(first, second, first_hash, second_hash, path):
    """RFC 9162 §2.1.4.2, and equal sizes as proofs.v1.md has them."""
    need(1 <= first <= second, "the sizes are no growth")
    if first == second:
        need(not path and first_hash == second_hash, "equal sizes, but not equal logs")
        return
    need(path, "the path is empty")
    if first & (first - 1) == 0:
        path = [first_hash] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        need(sn != 0, "the path is too long")
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "the path is too short")
    need(fr == first_hash, "the path leads to another older root")
    need(sr == second_hash, "the path leads to another newer root")


def check_frame(frame, index):
    need(len(frame) == 64, "the frame has not 64 bytes")
    need(struct.unpack_from("<Q", frame)[0] == index + 1, "the frame is of another position")


def read_text_proof(data):
    """A tlog-proof: frame, index, path and the note's bytes."""
    head, _, note = data.partition(b"\n\n")
    lines = head.decode().split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "another version")
    need(lines and lines[0].startswith("extra "), "there is no frame")
    frame = unbase64(lines.pop(0)[6:])
    need(lines and re.fullmatch("index (0|[1-9][0-9]*)", lines[0], re.ASCII), "there is no index")
    index = int(lines.pop(0)[6:])
    path = [unbase64(line) for line in lines]
    need(all(len(hash) == HASH for hash in path), "a hash has not 32 bytes")
    return frame, index, path, note


def check_proof(file, data, key, notes):
    if data.startswith(b"c2sp.org/tlog-proof@"):
        frame, index, path, note = read_text_proof(data)
        origin, size, root = check_note(file, note, key, None)
        check_frame(frame, index)
        check_inclusion(index, size, leaf(frame), path, root)
        ends = {size: root}
    else:
        proof = json.loads(data)
        origin = proof["origin"]
        path = [bytes.fromhex(hash) for hash in proof["path"]]
        need(all(len(hash) == HASH for hash in path), "a hash has not 32 bytes")
        if proof["proof"] == "inclusion":
            frame, root = bytes.fromhex(proof["frame"]), bytes.fromhex(proof["root"])
            index, size = proof["index"], proof["size"]
            check_frame(frame, index)
            need(proof["position"] == index + 1, "the position is not the index's")
            need(proof["event_hash"] == frame[32:].hex(), "the event hash is not the frame's")
            need(proof["leaf_hash"] == leaf(frame).hex(), "the leaf hash is not the frame's")
            check_inclusion(index, size, leaf(frame), path, root)
            ends = {size: root}
        else:
            need(proof["proof"] == "consistency", "a proof of something else")
            first, second = proof["first"], proof["second"]
            roots = [bytes.fromhex(proof[end]) for end in ("first_root", "second_root")]
            check_consistency(first, second, *roots, path)
            ends = {first: roots[0], second: roots[1]}
    for of, size, root in notes:
        need(of == origin, f"the proof is of {origin}, a note of {of}")
        need(size not in ends or ends[size] == root, f"a note has another root at {size}")
    print(f"{file} ok: proof to " + " and ".join(f"{size} events" for size in ends))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", nargs="?")
    parser.add_argument("--note", action="append", default=[])
    parser.add_argument("--key")
    parser.add_argument("--proof", action="append", default=[])
    arguments = parser.parse_args()
    if not (arguments.store or arguments.note or arguments.proof):
        parser.print_usage()
        return 2
    status, notes, store, key = 0, [], None, None
    try:
        key = read_key(arguments.key) if arguments.key else None
        if arguments.store:
            store = check_store(arguments.store)
    except (Wrong, ValueError, OSError) as error:
        print(f"{arguments.store or arguments.key}: {error}", file=sys.stderr)
        return 1
    for file in arguments.note + arguments.proof:
        try:
            data = pathlib.Path(file).read_bytes()
            if file in arguments.note:
                notes.append(check_note(file, data, key, store))
            else:
                check_proof(file, data, key, notes)
        except (Wrong, ValueError, KeyError, TypeError, OSError, binascii.Error) as error:
            print(f"{file}: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
