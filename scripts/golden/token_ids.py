"""Ids of Hugging Face `tokenizers` for the texts of a test.

Reads {"tokenizer": the text of a tokenizer.json, "cases": [{"text", "pair", "special", "truncation": {...}}]} from
standard input and writes a list of {"ids", "types", "offsets"} for the cases; offsets count code points.
"""

import json
import re
import sys

from tokenizers import Tokenizer

LONE = re.compile("[\ud800-\udfff]")


def whole(text):
    return None if text is None else LONE.sub("\ufffd", text)


request = json.load(sys.stdin)
tokenizer = Tokenizer.from_str(request["tokenizer"])
out = []
for case in request["cases"]:
    if "truncation" in case:
        tokenizer.enable_truncation(**case["truncation"])
    else:
        tokenizer.no_truncation()
    tokenizer.no_padding()
    try:
        made = tokenizer.encode(whole(case["text"]), whole(case.get("pair")), add_special_tokens=case.get("special", True))
    except Exception as error:
        out.append({"error": str(error)})
        continue
    answer = {"ids": made.ids, "types": made.type_ids, "offsets": made.offsets}
    if "decode" in case:
        answer["text"] = tokenizer.decode(made.ids, skip_special_tokens=case["decode"])
    out.append(answer)
json.dump(out, sys.stdout)
