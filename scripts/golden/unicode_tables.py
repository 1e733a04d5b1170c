"""Writes assembly/tokenizers/unicode_tables.ts: what Hugging Face `tokenizers` takes each code point for.

Every property is asked of the library itself, one code point at a time, so the tables are of the Unicode versions that
its parts were built with. Run with a Python that has the `tokenizers` of requirements.txt:

    python scripts/golden/unicode_tables.py > assembly/tokenizers/unicode_tables.ts && npm run format
"""

import sys
import unicodedata
from importlib.metadata import version

from tokenizers import normalizers, pre_tokenizers

LAST = 0x110000
SURROGATES = range(0xD800, 0xE000)
HANGUL = range(0xAC00, 0xD7A4)


def bert(**on):
    flags = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**{**flags, **on}).normalize_str


clean, strip, lower = bert(clean_text=True), bert(strip_accents=True), bert(lowercase=True)
nfd = normalizers.NFD().normalize_str
words = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True).pre_tokenize_str

# A character of each combining class, the lowest first; that of the library may know fewer.
marks = {}
for point in range(LAST):
    character = chr(point)
    order = unicodedata.combining(character)
    if order == 0 or order in marks or nfd(character) != character:
        continue
    if order == 1 or nfd("a" + character + "\u0334") != "a" + character + "\u0334":
        marks[order] = character
orders = sorted(marks)


def combining(character):
    """The class for which the library sorts a character; 0: it is never moved."""
    if nfd("a" + character + marks[1]) == "a" + character + marks[1]:
        moves = nfd("a" + marks[orders[-1]] + character) != "a" + marks[orders[-1]] + character
        return 1 if moves else 0
    return max([1] + [o for o in orders if nfd("a" + marks[o] + character) == "a" + marks[o] + character])


def pieces(split, text):
    return [text[start:end] for _, (start, end) in split(text)]


GONE, SPACE, PUNCTUATION, MARK, STARTER, LETTER, NUMBER, BLANK = (1 << i for i in range(8))


def properties(character):
    found = 0
    cleaned = clean(character)
    if cleaned == "":
        found |= GONE
    parts = pieces(words, f"a{character}a")
    if len(parts) == 3:
        found |= PUNCTUATION
    if len(parts) == 2:
        found |= SPACE
    assert (cleaned == " ") == (found & (GONE | SPACE) == SPACE), hex(ord(character))
    if strip(character) == "" and nfd(character) == character:
        found |= MARK
    if nfd(character) == character and not combining(character):
        found |= STARTER
    parts = pieces(gpt2, f"a{character}1")
    if parts[0] == f"a{character}":
        found |= LETTER
    elif parts[-1] == f"{character}1" and character != " ":
        found |= NUMBER
    elif pieces(gpt2, f"!{character}")[0] == "!":
        found |= BLANK
    return found


def leb(value):
    out = []
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return [*out, value]


def zigzag(value):
    return leb(value * 2 if value >= 0 else -value * 2 - 1)


found = {}
for point in range(LAST):
    if point in SURROGATES:
        found[point] = found[point - 1]
    else:
        found[point] = properties(chr(point))
        # What decomposes is never looked at as itself when marks are sorted.
        if nfd(chr(point)) != chr(point):
            found[point] |= STARTER
kinds = sorted(set(found.values()), key=lambda kind: -sum(1 for value in found.values() if value == kind))
assert len(kinds) <= 16, kinds

runs = []
start = 0
for point in range(1, LAST + 1):
    if point == LAST or found[point] != found[start]:
        runs += leb((point - start) << 4 | kinds.index(found[start]))
        start = point

# Combining classes of what strip_accents leaves.
kept_orders = []
previous = 0
for point in range(LAST):
    if not found[point] & (STARTER | MARK):
        kept_orders += leb(point - previous) + [combining(chr(point))]
        previous = point

# Lower case: stretches of code points with the same distance to it, each one or every second one.
simple, lower_texts = {}, {}
for point in range(LAST):
    if point in SURROGATES:
        continue
    text = lower(chr(point))
    if len(text) != 1:
        lower_texts[point] = text
    elif text != chr(point):
        simple[point] = ord(text) - point
lowers = []
previous = 0
rest = sorted(simple)
while rest:
    first = rest[0]
    best = (1, 1)
    for step in (1, 2):
        count = 1
        while simple.get(first + count * step) == simple[first]:
            count += 1
        best = max(best, (count, step), key=lambda pair: pair[0])
    count, step = best
    if count == 1:
        step = 1
    lowers += leb(first - previous) + leb((count - 1) << 1 | step - 1) + zigzag(simple[first])
    previous = first
    taken = {first + i * step for i in range(count)}
    rest = [point for point in rest if point not in taken]


def mappings(texts):
    """Code points to texts: distance, then zigzag(to - last to) twice for one, or twice and 1 for a count and each."""
    out = []
    previous = last = 0
    for point, text in sorted(texts.items()):
        out += leb(point - previous)
        previous = point
        points = [ord(character) for character in text]
        if len(points) == 1:
            distance = points[0] - last
            out += leb((distance * 2 if distance >= 0 else -distance * 2 - 1) << 1)
            last = points[0]
        else:
            out += leb(len(points) << 1 | 1)
            for to in points:
                out += leb(to)
    return out


stripped = {}
for point in range(LAST):
    if point in SURROGATES or point in HANGUL or found[point] & MARK:
        continue
    text = strip(chr(point))
    if text != chr(point):
        stripped[point] = text

print(
    f"""/**
 * What each code point is to Hugging Face `tokenizers` {version("tokenizers")}, packed. Written by scripts/golden/unicode_tables.py, which
 * describes the forms; unicode.ts reads them. All numbers are LEB128.
 */
"""
)


def table(name, comment, data):
    print(f"/** {comment} */")
    print(f"export const {name}_BYTES: usize = {len(data)};")
    print(f"export const {name}: usize = memory.data<u8>([{', '.join(map(str, data))}]);\n")


table("KINDS", "Bits of unicode.ts for each kind of code point.", kinds)
table("KIND_RUNS", "Stretches of one kind from code point 0 on: length << 4 | kind.", runs)
table("ORDERS", "Combining classes of what is no mark: distance, class.", kept_orders)
table("LOWERS", "Lower case: distance of the first, (count - 1) << 1 | step - 1, zigzag of the change.", lowers)
table("LOWER_TEXTS", "Lower case of several code points, as STRIPPED.", mappings(lower_texts))
table(
    "STRIPPED",
    "Decomposition without marks: distance, then zigzag(to - last to) << 1, or count << 1 | 1 and each.",
    mappings(stripped),
)
print(
    {name: len(data) for name, data in {"runs": runs, "orders": kept_orders, "lowers": lowers}.items()},
    len(kinds), len(stripped), len(mappings(stripped)), lower_texts, file=sys.stderr,
)
