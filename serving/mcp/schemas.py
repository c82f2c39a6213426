"""What the tools take and give, as JSON Schemas. The fields are those of the command line's JSON."""

from typing import Any, Final

from serving.assistant import LONGEST_QUESTION

MOST_PASSAGES: Final = 20
FEW_PASSAGES: Final = 5
"""Passages where nothing else is asked for: they fill the context of the model that asked."""

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}
_PAGE: Final[Schema] = {"type": ["integer", "null"], "description": "PDF page from 1; null where there are no pages."}


def _closed(properties: Schema, *, required: tuple[str, ...] | None = None) -> Schema:
    """An object; what it gives it always gives, unless `required` says less."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def _opened(properties: Schema) -> Schema:
    """An object that may get more fields later: a client that checks must not stumble over them."""
    return {"type": "object", "properties": properties, "required": list(properties)}


_QUESTION: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_QUESTION,
    "description": "A whole question that can be understood by itself, in any language, with the product or model "
    "name and any error code or part number in it.",
}
_PRODUCT: Final[Schema] = {
    "type": "string",
    "description": "Only manuals of this product, by its name in the index (`product` of a passage). "
    "Leave it out unless passages of other products get in the way.",
}

SEARCH_INPUT: Final = _closed(
    {
        "question": _QUESTION,
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_PASSAGES,
            "default": FEW_PASSAGES,
            "description": "Most passages to give.",
        },
        "product": _PRODUCT,
    },
    required=("question",),
)

SEARCH_OUTPUT: Final = _opened(
    {
        "passages": {
            "type": "array",
            "description": "Best first.",
            "items": _opened(
                {
                    "document": _TEXT,
                    "revision": _TEXT,
                    "title": _TEXT,
                    "section": _TEXTS,
                    "page": _PAGE,
                    "text": {"type": "string", "description": "The manual's own text."},
                    "score": {"type": "number"},
                    "product": _TEXT,
                    "language": _TEXT,
                    "audience": {"type": "string", "enum": ["public", "internal"]},
                    "uri": {"type": "string", "description": "Resource with the text of that page."},
                }
            ),
        },
        "ms": {"type": "number"},
    }
)

ASK_INPUT: Final = _closed({"question": _QUESTION, "product": _PRODUCT}, required=("question",))

ASK_OUTPUT: Final = _opened(
    {
        "question": _TEXT,
        "answer": {"type": "string", "description": "With marks such as [1], each the number of a citation."},
        "refused": {"type": "boolean", "description": "The manuals do not tell."},
        "clarify": {
            "description": "The question to put to the user where the answer depends on the product; else null.",
            "anyOf": [{"type": "null"}, _opened({"question": _TEXT, "options": _TEXTS})],
        },
        "source": {"type": "string", "description": "Who wrote it: model, quotes, curated or cache."},
        "notice": {"type": "string", "description": "Why the answer is not the language model's; else empty."},
        "citations": {
            "type": "array",
            "items": _opened(
                {
                    "number": {"type": "integer", "minimum": 1},
                    "document": _TEXT,
                    "revision": _TEXT,
                    "title": _TEXT,
                    "section": _TEXTS,
                    "page": _PAGE,
                    "quote": {"type": "string", "description": "Word for word from that page."},
                    "uri": {"type": "string", "description": "Resource with the text of that page."},
                }
            ),
        },
        "timings_ms": {"type": "object"},
    }
)
