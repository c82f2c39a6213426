"""The tables of the desk's database, by what they are for. A change comes with a step in `migrations/versions`.

Times are UTC texts, as `2026-01-31T12:00:00+00:00` (`engine.written`); what has a form of its own is JSON in a text.
"""

from serving.database import schema_accounts, schema_conversations, schema_customers, schema_editing
from serving.database.naming import metadata

__all__ = ["metadata", "schema_accounts", "schema_conversations", "schema_customers", "schema_editing"]
