"""Language: from a text to a parsed Doc, at a fraction of what spaCy's own pipeline costs.

    parser = open_parser(model, wanted)     # the model, loaded once per process; which sentences to parse
    doc = parse(parser, text)               # sentences; names, tags, lemmas and trees where wanted
    doc = find_names(parser, text)          # only the names

Pure: the same text gives the same Doc, whatever was read before.
"""

from dateline.language.model import load_model
from dateline.language.parser import Parser, Wanted, find_names, open_parser, parse, whole_characters
from dateline.language.tokens import Doc, Span, Token

__all__ = ["Doc", "Parser", "Span", "Token", "Wanted", "find_names", "load_model", "open_parser", "parse", "whole_characters"]
