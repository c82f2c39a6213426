"""The script tag that a site puts into its pages."""

from html import escape


def script_tag(desk: str, site: str) -> str:
    """`desk`: the address that browsers reach Manualdesk under; a placeholder where it is not known."""
    source = f"{desk.rstrip('/') or 'https://DESK'}/widget.js"
    return f'<script src="{escape(source)}" data-site="{escape(site)}" data-product="" data-language="" defer></script>'
