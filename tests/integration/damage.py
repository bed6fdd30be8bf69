# SPDX-License-Identifier: MIT
"""Ways to damage a trace, for damaged-traces.py.

A way takes what to pick with and the directory of a trace, changes files there, and says in a few words what it did.
"""

import importlib.util
import os
import re
import struct

METADATA_HEADER = 37
# In the header and context of LTTng's packets, in bytes: content and packet size, each 64 bits.
SIZES_AT = (48, 56)
NUMBERS = ("0", "1", "7", "63", "65", "4096", "2147483648", "18446744073709551615", "18446744073709551616", "-1",
           "-9223372036854775808", "99999999999999999999999", "0x", "1e9")
SWAPS = (("byte_order = le", "byte_order = be"), ("size = 64", "size = 8"), ("size = 32", "size = 64"), ("size = 8", "size = 32"),
         ("signed = 0", "signed = 1"), ("string ", "integer { size = 8; align = 8; signed = 0; } "),
         ("encoding = none", "encoding = UTF8"), ("base = 10", "base = 16"), ("align = 8", "align = 64"),
         ("_ptr", "_pointer"), ("_group_id", "_group"), ("_tags", "_marks"), ("_size", "_extent"), ("_span_id", "_span"),
         ("_records", "_notes"), ("_groups", "_owners"), ("_vpid", "_cpid"), ("_vtid", "_ctid"), ("allocspan:", "alocspan:"),
         ('"', ""), (";", ""), ("{", ""), ("}", ""), ("struct", "variant"), ("header", "context"), ("hostname", "hostnam"))


def report_json():
    """report-json.py as a module, whose name is no name of Python."""
    if not hasattr(report_json, "module"):
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "report-json.py")
        spec = importlib.util.spec_from_file_location("report_json", path)
        report_json.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(report_json.module)
    return report_json.module


def find(trace, is_wanted):
    """Files of a trace that are not empty, in an order that is always the same."""
    found = [os.path.join(place, name) for place, _, names in os.walk(trace) for name in names]
    return sorted(path for path in found if is_wanted(path) and os.path.getsize(path))


def is_stream(path):
    return "/index/" not in path and os.path.basename(path) != "metadata"


def read(path):
    with open(path, "rb") as file:
        return bytearray(file.read())


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def pick_file(pick, trace, is_wanted):
    path = pick.choice(find(trace, is_wanted))
    return path, read(path)


def packets(content):
    """Where each packet begins and how long it is."""
    found, at = [], 0
    while at + 64 <= len(content):
        size = struct.unpack_from("<Q", content, at + SIZES_AT[1])[0] // 8
        if size < 64 or at + size > len(content):
            break
        found.append((at, size))
        at += size
    return found


def place_in(pick, content):
    """Packets are mostly padding: rather where there is something."""
    starts = [at for at, _ in packets(content)] or [0]
    return min(len(content) - 1, pick.choice(starts) + int(pick.expovariate(1 / 700)))


def flip_bits(pick, trace):
    path, content = pick_file(pick, trace, is_stream)
    count = pick.choice((1, 1, 2, 5, 20, 200))
    for _ in range(count):
        content[place_in(pick, content)] ^= 1 << pick.randrange(8)
    write(path, content)
    return f"{count} bits of {os.path.basename(path)} flipped"


def cut(pick, trace):
    path, content = pick_file(pick, trace, is_stream)
    size = pick.choice((pick.randrange(len(content)), place_in(pick, content)))
    write(path, content[:size])
    return f"{os.path.basename(path)} cut to {size} bytes"


def change_packets(pick, trace):
    path, content = pick_file(pick, trace, is_stream)
    parts = [content[at:at + size] for at, size in packets(content)]
    if not parts:
        return "nothing"
    one, other = pick.randrange(len(parts)), pick.randrange(len(parts))
    how = pick.choice(("swapped", "duplicated", "removed"))
    if how == "swapped":
        parts[one], parts[other] = parts[other], parts[one]
    elif how == "duplicated":
        parts.insert(other, parts[one])
    else:
        del parts[one]
    write(path, b"".join(parts))
    return f"packet {one} of {os.path.basename(path)} {how} ({other})"


def fill_range(pick, trace):
    path, content = pick_file(pick, trace, is_stream)
    at, size = place_in(pick, content), pick.choice((1, 4, 8, 64, 1000, 10000))
    fill = pick.choice((b"\0", b"\xff", b"\x80", b"A"))
    content[at:at + size] = fill * len(content[at:at + size])
    write(path, content)
    return f"{size} bytes at {at} of {os.path.basename(path)} are {fill!r}"


def set_sizes(pick, trace):
    path, content = pick_file(pick, trace, is_stream)
    at, _ = pick.choice(packets(content) or [(0, 0)])
    where = at + pick.choice((32, 40, *SIZES_AT, 64, 72))
    if where + 8 > len(content):
        return "nothing"
    value = pick.choice((0, 1, 8, 512, 1 << 31, 1 << 40, (1 << 63) - 8, 1 << 63, (1 << 64) - 1))
    struct.pack_into("<Q", content, where, value)
    write(path, content)
    return f"the number at {where} of {os.path.basename(path)} is {value:#x}"


def set_number(pick, trace):
    """A length or an address anywhere in an event."""
    path, content = pick_file(pick, trace, is_stream)
    at = place_in(pick, content)
    value = pick.choice((b"\xff" * 8, b"\0" * 7 + b"\x80", b"\xff\xff\xff\x7f", b"\xff\xff", b"\xfe\xff\xff\xff\xff\xff\xff\x7f"))
    content[at:at + len(value)] = value[:len(content) - at]
    write(path, content)
    return f"{value.hex()} at {at} of {os.path.basename(path)}"


def damage_index(pick, trace):
    found = find(trace, lambda path: "/index/" in path)
    if not found:
        return "nothing"
    path = pick.choice(found)
    content = read(path)
    if pick.random() < 0.5:
        content = content[:pick.randrange(len(content))]
    else:
        content[pick.randrange(len(content))] ^= 1 << pick.randrange(8)
    write(path, content)
    return f"{os.path.basename(path)} damaged"


def without_index(pick, trace):
    for path in find(trace, lambda path: "/index/" in path):
        os.unlink(path)
    return "no index; " + pick.choice((flip_bits, cut, set_sizes, change_packets))(pick, trace)


def flip_metadata(pick, trace):
    path, content = pick_file(pick, trace, lambda path: not is_stream(path) and path.endswith("metadata"))
    for _ in range(pick.choice((1, 3, 30))):
        content[pick.randrange(len(content))] ^= 1 << pick.randrange(8)
    write(path, content)
    return "bits of the metadata flipped"


def metadata_text(content):
    """What is in the packets."""
    text, at = "", 0
    while at + METADATA_HEADER <= len(content):
        used, size = struct.unpack_from("<II", content, at + 24)
        text += content[at + METADATA_HEADER:at + used // 8].decode("latin-1")
        at += max(size // 8, METADATA_HEADER)
    return text


def change_number(pick, text):
    one = pick.choice(list(re.finditer(r"\b\d+\b", text)))
    number = pick.choice(NUMBERS)
    return text[:one.start()] + number + text[one.end():], f"{one.group()} at {one.start()} became {number}"


def change_line(pick, text):
    lines = text.split("\n")
    at, how = pick.randrange(1, len(lines)), pick.choice(("removed", "doubled", "swapped with the next"))
    line = lines.pop(at)
    if how != "removed":
        lines[at:at] = [line, line] if how == "doubled" else []
        if how.startswith("swapped"):
            lines.insert(at + 1, line)
    return "\n".join(lines), f"line {at} {how}: {line.strip()}"


def swap_words(pick, text):
    """One, or all of them."""
    old, new = pick.choice([swap for swap in SWAPS if swap[0] in text])
    if pick.random() < 0.3:
        return text.replace(old, new), f"each {old!r} became {new!r}"
    one = pick.choice(list(re.finditer(re.escape(old), text)))
    return text[:one.start()] + new + text[one.end():], f"{old!r} at {one.start()} became {new!r}"


def cut_text(pick, text):
    size = pick.randrange(20, len(text))
    return text[:size], f"cut to {size} characters"


def spoil_text(pick, text):
    at = pick.randrange(12, len(text))
    return text[:at] + chr(pick.randrange(256)) + text[at + 1:], f"another character at {at}"


def change_metadata(pick, trace):
    """As plain text, which is metadata too."""
    path, content = pick_file(pick, trace, lambda path: path.endswith("/metadata"))
    text = metadata_text(content)
    said = []
    for _ in range(pick.choice((1, 1, 1, 2, 4))):
        way = pick.choice((change_number, change_number, change_line, change_line, swap_words, swap_words, spoil_text, cut_text))
        text, what = way(pick, text)
        said.append(what)
        if way is cut_text:
            break
    write(path, text.encode("latin-1"))
    return "metadata: " + ", ".join(said)


WAYS = (flip_bits, flip_bits, cut, change_packets, fill_range, set_sizes, set_number, set_number, damage_index, without_index,
        flip_metadata, change_metadata, change_metadata, change_metadata)


def damage(pick, trace):
    """Damages the trace in one way or two; what was done."""
    ways = pick.choices(WAYS, k=pick.choice((1, 1, 1, 2)))
    # Metadata that is text already is not changed as packets.
    return [way(pick, trace) for way in dict.fromkeys(ways)]
