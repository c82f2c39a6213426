"""Manualdesk's retrieval for LlamaIndex users: the same passages as nodes with scores.

retriever = ManualdeskRetriever(build_retriever(load_settings()), scope)
nodes = retriever.retrieve("How do I reset the T200?")

`docs/llamaindex.md` has an example that runs.
"""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from ingest.index.contract import Scope
from retrieval.passages import Passage
from retrieval.retriever import Retriever


class ManualdeskRetriever(BaseRetriever):
    """Reads what `scope` may read, and nothing else."""

    def __init__(self, retriever: Retriever, scope: Scope, *, limit: int = 10) -> None:
        self._retriever = retriever
        self._scope = scope
        self._limit = limit
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._retriever.retrieve(query_bundle.query_str, scope=self._scope, limit=self._limit)
        return [NodeWithScore(node=_node(passage), score=passage.score) for passage in found.passages]


def _node(passage: Passage) -> TextNode:
    """The text is the manual's own; all else of the contract's passage is metadata, left out of prompts and vectors."""
    metadata = passage.to_json()
    text = str(metadata.pop("text"))
    hidden = sorted(metadata)
    return TextNode(
        id_=passage.chunk_ids[0],
        text=text,
        metadata=metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
    )
