"""A language model server of our own: a card and a model's config go in, a planned, started and watched vLLM comes out.

vLLM lives in an environment of its own (`make vllm`) and is spoken to over HTTP only; nothing of it is imported here.
"""
