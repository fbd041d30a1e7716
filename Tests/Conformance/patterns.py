"""What an expectation says: lines with `{...}` masks, and JSON of which some paths are looked at."""

import fnmatch
import json
import re

_MASK = re.compile(r"\\([{}\\])|\{([^{}]*)\}")


class LinePattern:
    """A line in which `{*}` is any text without a blank, `{**}` any text, `{a|b}` one of several, and `{name:GLOB}`
    any of these kept under a name. `\\{` and `\\}` are braces."""

    def __init__(self, text):
        self.text = text
        self.is_literal = True
        built, position = "", 0
        for found in _MASK.finditer(text):
            built += re.escape(text[position:found.start()])
            position = found.end()
            if found[1]:
                built += re.escape(found[1])
                continue
            self.is_literal = False
            name, colon, glob = found[2].partition(":")
            if colon and name.isidentifier():
                built += f"(?P<{name}>{self._glob(glob)})"
            else:
                built += f"(?:{self._glob(found[2])})"
        self._expression = re.compile(built + re.escape(text[position:]), re.DOTALL)

    @staticmethod
    def _glob(text):
        parts = []
        for choice in text.split("|"):
            pieces = re.split(r"(\*\*|\*)", choice)
            parts.append("".join({"**": ".*", "*": "[^ ]*"}.get(piece, re.escape(piece)) for piece in pieces))
        return "|".join(parts)

    def match(self, line):
        """The texts kept by name, or None if the line is another one."""
        found = self._expression.fullmatch(line)
        return None if found is None else found.groupdict()


def json_fault(expected, actual, path=""):
    """What is wrong with JSON of which only what is expected is looked at, or None.

    A text `(any)` stands for any value, `(absent)` for none, `(string)`, `(number)`, `(list)` and `(object)` for any of
    that kind, and `(like GLOB)` for a text that fits. Lists have exactly as many elements as expected, in that order,
    unless their first is `(some)`: then each of the others is found somewhere.
    """
    shown = path or "/"
    if isinstance(expected, str) and expected.startswith("(") and expected.endswith(")"):
        kinds = {"(string)": str, "(list)": list, "(object)": dict, "(number)": (int, float), "(any)": object}
        if expected in kinds:
            return None if isinstance(actual, kinds[expected]) else f"{shown} is {json.dumps(actual)}, not {expected}"
        if expected.startswith("(like "):
            if isinstance(actual, str) and fnmatch.fnmatchcase(actual, expected[6:-1]):
                return None
            return f"{shown} is {json.dumps(actual)}, not {expected}"
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return f"{shown} is {json.dumps(actual)}, not an object"
        for name, value in expected.items():
            if value == "(absent)":
                if name in actual:
                    return f"{path}/{name} is there: {json.dumps(actual[name])}"
            elif name not in actual:
                return f"{path}/{name} is missing from {json.dumps(actual)[:2000]}"
            elif fault := json_fault(value, actual[name], f"{path}/{name}"):
                return fault
        return None
    if isinstance(expected, list):
        if not isinstance(actual, list):
            return f"{shown} is {json.dumps(actual)}, not a list"
        if expected[:1] == ["(some)"]:
            for value in expected[1:]:
                if all(json_fault(value, element) for element in actual):
                    return f"{shown} has no element like {json.dumps(value)}: {json.dumps(actual)[:2000]}"
            return None
        if len(expected) != len(actual):
            return f"{shown} has {len(actual)} elements, not {len(expected)}: {json.dumps(actual)[:2000]}"
        for index, (value, element) in enumerate(zip(expected, actual)):
            if fault := json_fault(value, element, f"{path}/{index}"):
                return fault
        return None
    return None if expected == actual else f"{shown} is {json.dumps(actual)}, not {json.dumps(expected)}"
