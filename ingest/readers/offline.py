"""unstructured without the network: no notice, no analytics, and no spaCy model fetched on first use.

unstructured 0.27 downloads and installs a model when its text classifier is first asked; a blank English pipeline
that splits sentences is all its partitioners need for the formats read here.
"""

import os
from functools import cache


@cache
def keep_offline() -> None:
    """Call before importing any partitioner of unstructured."""
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    os.environ["SCARF_NO_ANALYTICS"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    import spacy
    from unstructured.nlp import tokenize

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    tokenize._load_spacy_model = lambda: pipeline
