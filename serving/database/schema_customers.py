"""Tables of the sites that carry the chat, and of what is handed over to people."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from serving.database.naming import metadata

sites = Table(
    "sites",
    metadata,
    # Stands in the site's script tag: public.
    Column("id", String(64), primary_key=True),
    Column("name", String(255), nullable=False),
    # One origin a line, as https://shop.example.
    Column("origins", Text, nullable=False),
    # One product a line; null: all that is public.
    Column("products", Text),
    # Colour, position, greeting and privacy note by language, as JSON.
    Column("look", Text, nullable=False),
    # Where a hand-over goes: https://..., or mailto:...; empty: kept for the editors' page only.
    Column("hand_over_to", Text, nullable=False),
    # Signs a webhook's body, so that its receiver knows who sent it.
    Column("hand_over_secret", Text, nullable=False),
    # Questions that all its visitors together may ask in a day (UTC); 0: no limit.
    Column("daily_questions", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("disabled_at", String(32), nullable=False),
)

site_days = Table(
    "site_days",
    metadata,
    Column("site", String(64), ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    # 2026-01-31, UTC.
    Column("day", String(10), primary_key=True),
    Column("questions", Integer, nullable=False),
)

hand_overs = Table(
    "hand_overs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("site", String(64), ForeignKey("sites.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("conversation", String(64), nullable=False),
    # What lists show of it: the customer's last question.
    Column("title", Text, nullable=False),
    # Transcript, product, passages and how to reach the customer, as JSON.
    Column("body", Text, nullable=False),
    # waiting, sent, failed (given up) or kept (the site names nobody to send it to).
    Column("state", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", String(32), nullable=False),
    # The process that is sending it, until when nobody else may; empty: nobody is.
    Column("claimed_by", String(32), nullable=False),
    Column("claimed_until", String(32), nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("sent_at", String(32), nullable=False),
    # When somebody marked it done, and who.
    Column("done_at", String(32), nullable=False),
    Column("done_by", String(255), nullable=False),
    Index("ix_hand_overs_state_next_try_at", "state", "next_try_at"),
)
