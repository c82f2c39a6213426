"""What is stored with a point: everything comes back, and what an older index does not hold is empty."""

from ingest.index.payload import from_payload, to_document, to_payload
from tests.conformance.synthetic import full_point

ADDED_LATER = ("recognised", "model", "valid_from", "valid_until", "origins")


def test_an_index_made_before_a_field_was_there_can_be_read() -> None:
    chunk = full_point().chunk
    payload = to_payload(chunk)
    assert from_payload(payload) == chunk
    older = {name: value for name, value in payload.items() if name not in ADDED_LATER}
    read = from_payload(older)
    assert (read.text, read.product) == (chunk.text, chunk.product)
    assert (read.recognised, read.model, read.valid_from, read.valid_until, read.origins) == (False, "", "", "", ())
    assert to_document(older).model == ""


def test_a_document_is_told_by_its_first_chunk() -> None:
    chunk = full_point().chunk
    document = to_document(to_payload(chunk))
    assert (document.model, document.valid_until, document.origins) == (
        chunk.model,
        chunk.valid_until,
        chunk.origins,
    )
