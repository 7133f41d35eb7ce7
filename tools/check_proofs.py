"""Run by tools/check_proofs COMMAND DIRECTORY: proofs of the command, checked by two others.

The public verifier is sigstore's: its reader of notes, its check of signatures and its check of
inclusion, as they stand in the package. Consistency it does not know; that is checked by
verify_store.py, and the command's own check has the reference implementation's test vectors.
"""
import base64
import contextlib
import gzip
import hashlib
import io
import json
import pathlib
import shutil
import struct
import subprocess
import sys
from types import SimpleNamespace

import lmdb
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint, verify_checkpoint
from sigstore._internal.trust import Keyring
from sigstore.errors import VerificationError
from sigstore_models.common import v1

import verify_store
from decode_event import canonical

COMMAND, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
ROOT = pathlib.Path(__file__).resolve().parent.parent
STORE = WORK / "store"
KLINES = ROOT / "Tests/Fixtures/labels/klines-gaps.csv"
SYMBOL = ["--symbol", "BTC/USDT:USDT"]
refusals = 0


def run(*words, store=STORE, code=0):
    done = subprocess.run(
        [COMMAND, *map(str, words)], capture_output=True, cwd=WORK,
        env={"MECHANIC_STORE": str(store), "NO_COLOR": "1", "PATH": "/usr/bin:/bin"})
    if done.returncode != code:
        sys.exit(f"{words}: exit {done.returncode}, expected {code}\n{done.stderr.decode()}")
    return done.stdout


def keep(name, data):
    (WORK / name).write_bytes(data)
    return WORK / name


def ours(*arguments):
    """What tools/verify_store says: 0 if everything holds."""
    sys.argv = ["verify_store", *map(str, arguments)]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as why:
        status = verify_store.main()
    return status, why.getvalue()


def sigstore(file, key):
    """What sigstore says of a tlog-proof: the same two checks that it makes of a log's entry."""
    frame, index, path, note = verify_store.read_text_proof(pathlib.Path(file).read_bytes())
    _, id, public = verify_store.read_key(str(key))
    der = Ed25519PublicKey.from_public_bytes(public).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    keyring = Keyring([v1.PublicKey(
        raw_bytes=base64.b64encode(der), key_details=v1.PublicKeyDetails.PKIX_ED25519)])
    checkpoint = SignedCheckpoint.from_text(note.decode()).checkpoint
    proof = SimpleNamespace(
        log_index=index, tree_size=checkpoint.log_size, hashes=path,
        root_hash=bytes.fromhex(checkpoint.log_hash),
        checkpoint=SimpleNamespace(envelope=note.decode()))
    entry = SimpleNamespace(_inner=SimpleNamespace(
        canonicalized_body=frame, inclusion_proof=proof, log_id=SimpleNamespace(key_id=id)))
    verify_merkle_inclusion(entry)
    verify_checkpoint(keyring, entry)


def accepted(*arguments):
    status, why = ours(*arguments)
    if status != 0:
        sys.exit(f"tools/verify_store refuses what is right: {arguments}\n{why}")


def refused(what, *arguments, text=None, key=None):
    """Both verifiers, and the command, must refuse what was damaged."""
    global refusals
    status, why = ours(*arguments)
    if status != 1 or not why:
        sys.exit(f"tools/verify_store passes over {what}")
    if text:
        run("prove", "check", text, "--public-key", key, code=1)
        try:
            sigstore(text, key)
        except VerificationError:
            pass
        else:
            sys.exit(f"sigstore passes over {what}")
    refusals += 1


def flipped(data, old, new=None):
    """Another text where `old` stood: its first letter another one of base 64."""
    new = new or ("B" if old[:1] == b"A" else "A").encode() + old[1:]
    if data.count(old) != 1:
        sys.exit(f"{old} stands {data.count(old)} times")
    return data.replace(old, new)


# Short enough that a day of candles holds baselines, checks and alerts.
DRIFT = """preset = "scalp"
drift_baseline_days = 1
drift_check_hours = 1
drift_current_days = 1
drift_minimum_labels = 20
drift_minimum_rows = 50
"""


def make():
    run("init", "--clock", "simulated")
    keep("drift.toml", DRIFT.encode())
    presets = ["--config", "drift.toml", "--config", "runner"]
    run("backfill", KLINES, "--every", "1h", *presets, *SYMBOL)
    # A candle that changes late: revisions of candles and labels.
    lines = KLINES.read_text().splitlines()
    row = lines[len(lines) - 30].split(",")
    row[2] = str(float(row[2]) * 1.01)
    keep("late.csv", ("\n".join([lines[0], ",".join(row)]) + "\n").encode())
    run("update", "--candles", "late.csv", *SYMBOL)
    run("keygen", "store.key")


def right():
    """Everything as it is: nobody has anything to say. Returns the last tlog-proof and its note."""
    key = WORK / "store.key.pub"
    size = int(run("checkpoint", "--format", "csv", "--quiet").decode().split("\n")[1].split(",")[1])
    early = keep("early.note", run("checkpoint", "--key", "store.key", "--as-of", size // 3))
    late = keep("late.note", run("checkpoint", "--key", "store.key"))
    proofs = []
    places = sorted({1, 2, size // 2, size - 1, size})
    for place in places:
        for end in (place, size):
            words = ["inclusion", place, "--size", end]
            name = f"{place}-of-{end}"
            proofs.append(keep(f"{name}.json", run("prove", *words, "--format", "json")))
            text = keep(f"{name}.tlog-proof",
                        run("prove", *words, "--tlog-proof", "--key", "store.key"))
            proofs.append(text)
            sigstore(text, key)
            run("prove", "check", text, "--public-key", key)
        proofs.append(keep(f"{place}-to-{size}.json",
                           run("prove", "consistency", place, size, "--format", "json")))
    pairs = [word for proof in proofs for word in ("--proof", proof)]
    accepted(STORE, "--note", early, "--note", late, "--key", key, *pairs)
    run("verify", "--against", early, "--against", late, "--public-key", key)
    return key, WORK / f"2-of-{size}.tlog-proof", late, len(proofs)


def wrong_proofs(key, text, note):
    data = text.read_bytes()
    lines = data.split(b"\n")
    for what, old, new in [
        ("a wrong hash in a path", lines[3], None), ("a wrong frame", lines[1][-60:], None),
        ("a path that is cut", lines[3] + b"\n", b"\n"[:0]),
        ("a wrong root", lines[-4], None),
        ("a wrong signature", lines[-2][-80:], None),
    ]:
        changed = data.replace(old, new) if new is not None else flipped(data, old)
        refused(what, "--key", key, "--proof", keep("changed", changed), text=WORK / "changed",
                key=key)
    proof = (WORK / text.name.replace("tlog-proof", "json")).read_bytes()
    changed = keep("changed.json", flipped(proof, proof[-10:-4], b"0a1b2c"))
    refused("a wrong hash in JSON", "--proof", changed)
    run("prove", "check", changed, code=1)
    root = note.read_bytes().split(b"\n")[2]
    changed = keep("changed.note", flipped(note.read_bytes(), root))
    refused("a wrong root in a note", STORE, "--note", changed)
    refused("a note whose text was changed", "--note", changed, "--key", key)
    run("verify", "--against", changed, code=1)
    run("verify", "--against", note, "--public-key", key)


def wrong_stores():
    """One byte of a value at a time, of every database that the log covers."""
    for name, place, offset in [
        ("events", 3, 200), ("events", 0, 24), ("events", 5, 40), ("events", -1, 20),
        ("index", 0, 0), ("index", -1, 7), ("tree", 0, 500), ("tree", 1, 31),
        ("meta", 0, 40), ("meta", 1, 9),
    ]:
        damaged = WORK / "damaged"
        shutil.rmtree(damaged, ignore_errors=True)
        damaged.mkdir()
        shutil.copy(STORE / "data.mdb", damaged)
        with lmdb.open(str(damaged), max_dbs=8) as environment:
            database = environment.open_db(name.encode(), create=False)
            with environment.begin(database, write=True) as transaction:
                entries = [entry for entry in transaction.cursor() if entry[1]]
                key, value = entries[place]
                value = bytearray(value)
                value[offset] ^= 1
                transaction.put(key, bytes(value))
        refused(f"byte {offset} of {name} {key.hex()}", damaged)
        run("verify", store=damaged, code=1)


def forged(log, position, change):
    """The values of a log whose event at a position has another payload, hashed and chained anew."""
    values, chains = [], {}
    for at, value in enumerate(log, 1):
        data = bytearray(value[64:])
        length, = struct.unpack_from("<H", data, 6)
        name, start = bytes(data[112:112 + length]), 112 + (length + 7) // 8 * 8
        size, = struct.unpack_from("<I", data, 104)
        payload = bytes(data[start:start + size])
        if at == position:
            payload = change(payload)
            data[104:108] = struct.pack("<I", len(payload))
        if position <= at:
            data[72:104] = chains.get(name, bytes(32))
            data[start:] = payload + bytes(-len(payload) % 8)
            content = struct.pack("<H", length) + name + data[8:16] + data[2:6] + payload
            data[24:40] = hashlib.sha256(content).digest()[:16]
        chains[name] = hashlib.sha256(data).digest()
        values.append(value[:32] + chains[name] + bytes(data))
    return values


def write(store, values, log):
    """Lets a store hold these events, and everything that follows from them."""
    with lmdb.open(str(store), max_dbs=8) as environment:
        opened = {name: environment.open_db(name, create=False)
                  for name in (b"events", b"index", b"tree", b"meta")}
        with environment.begin(write=True) as transaction:
            for position, value in enumerate(values, 1):
                transaction.put(struct.pack(">Q", position), value, db=opened[b"events"])
            for database, entries in ((b"index", log.index), (b"tree", log.tree.rows())):
                for key, value in entries.items():
                    transaction.put(key, value, db=opened[database])
            transaction.put(b"head", log.head(), db=opened[b"meta"])


class Credulous(verify_store.Log):
    """A log that believes what events of drift say."""

    def __init__(self):
        super().__init__({})
        self.drift = SimpleNamespace(add=lambda event: None)


def wrong_drift():
    """Numbers of drift that no row gives, under hashes that are right."""
    with lmdb.open(str(STORE), readonly=True, max_dbs=8) as environment:
        database = environment.open_db(b"events", create=False)
        with environment.begin(database) as transaction:
            log = [value for _, value in transaction.cursor()]
    kinds = [struct.unpack_from("<H", value, 66)[0] for value in log]
    for kind, what, path, new in [
        (10, "a baseline's digest", "basis digest", "f00d" * 16),
        (10, "a baseline's volatility", "returns volatility_bps", 1.5),
        (10, "a baseline's cause", "cause", "fixed"),
        (12, "a check's digest", "current digest", "f00d" * 16),
        (12, "a check's cause", "cause", "data"),
        (12, "closes outside", "outside", 77),
        (13, "a monitor's gaps", "gaps", 99),
        (14, "a decision's end", "end_ms", 60_000),
    ]:
        def change(payload):
            value = json.loads(payload)
            part = value
            *outer, last = path.split()
            for name in outer:
                part = part[name]
            part[last] = new
            return canonical(value).encode()

        position = len(kinds) - kinds[::-1].index(kind)
        values, believed = forged(log, position, change), Credulous()
        for at, value in enumerate(values, 1):
            believed.add(at, value)
        believed.finish()
        store = WORK / "forged"
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir()
        shutil.copy(STORE / "data.mdb", store)
        write(store, values, believed)
        refused(what, store)
        run("verify", "--recompute", store=store, code=1)


def of_a_later_program():
    """A store with an event of a type that nobody here knows: refused until it is passed over."""
    later = WORK / "later"
    later.mkdir()
    shutil.copy(STORE / "data.mdb", later)
    with lmdb.open(str(later), max_dbs=8) as environment:
        database = environment.open_db(b"events", create=False)
        with environment.begin(database) as transaction:
            values = [value for _, value in transaction.cursor()]
            before = verify_store.Log({})
            for position, value in enumerate(values, 1):
                before.add(position, value)
            name = next(iter(before.streams))
            _, version, _, chain = before.streams[name]
            length, time = len(values), before.previous["appendedAt"] + 1
            content = (struct.pack("<H", len(name)) + name.encode()
                       + struct.pack("<QHH", version + 1, 77, 2) + b"{}")
            padding = b"\0" * (-len(name) % 8)
            data = (struct.pack("<HHHHQq", 1, 77, 2, len(name), version + 1, time)
                    + hashlib.sha256(content).digest()[:16] + bytes(32) + chain
                    + struct.pack("<II", 2, 0) + name.encode() + padding + b"{}" + bytes(6))
            hash = hashlib.sha256(data).digest()
            frame = struct.pack(
                "<QQIIq", length + 1, before.previous["commit"] + 1, 0, 1, time) + hash
            values.append(frame + data)
            log = verify_store.Log({hash: (name, version + 1)})
            for position, value in enumerate(values, 1):
                log.add(position, value)
            log.finish()
    write(later, values, log)
    refused("an event of an unknown type", later)
    run("verify", store=later, code=1)
    run("skip", length + 1, "--reason", "of a later program", store=later)
    accepted(later)
    run("verify", store=later)


def main():
    make()
    key, text, note, proofs = right()
    wrong_proofs(key, text, note)
    wrong_stores()
    wrong_drift()
    of_a_later_program()
    old = WORK / "old"
    old.mkdir()
    (old / "data.mdb").write_bytes(
        gzip.decompress((ROOT / "Tests/Fixtures/stores/v1/data.mdb.gz").read_bytes()))
    accepted(old)
    print(f"three stores, {proofs} proofs and 2 checkpoints hold; {refusals} changes were refused")


main()
