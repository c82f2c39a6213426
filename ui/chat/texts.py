"""What the chat's own elements say, by the names that their scripts use; Chinese in `ui/web/texts/zh_chat.json`."""

from typing import Final

from ui.web.texts import translator

FOOT: Final = {
    "sources": "Sources",
    "helpful": "Helpful",
    "unhelpful": "Not helpful",
    "why_not": "What is wrong with it?",
    "wrong": "Wrong",
    "outdated": "Outdated",
    "incomplete": "Incomplete",
    "unclear": "Unclear",
    "other": "Other",
    "comment": "What should it say? (optional)",
    "send": "Send",
    "cancel": "Cancel",
    "thanks": "Thank you, noted.",
    "failed": "That did not work. Please try again.",
    "copy": "Copy with sources",
    "copied": "Copied",
    "ticket": "Ticket text",
    "correct": "Correct or escalate",
    "why": "Why this answer",
    "figures": "Figures on the cited pages",
    "ready": "The answer is complete.",
    "sourced": "Sources: {n}.",
    "actions": "What to do with this answer",
}
HEAD: Final = {"found": "Found in the manuals", "passage": "Found passage"}
TICKET: Final = {
    "title": "Ticket text",
    "language": "Language of the texts around it",
    "text": "Text for the ticket",
    "copy": "Copy the text",
    "copied": "Copied",
    "product_line": "Product line",
    "category": "Category",
    "none": "no label fits",
    "labels": "Suggested labels",
    "loading": "One moment …",
    "failed": "That did not work. Please try again.",
}
CORRECT: Final = {
    "title": "Correct or escalate",
    "intro": "The editors get it as a draft, with the question. Nothing changes for readers until they approve it.",
    "answer": "The answer as it should be",
    "note": "What is wrong, or what the editors should know",
    "send": "Send to the editors",
    "sent": "Sent: the editors have it as draft {n}. Your note is kept with it.",
    "failed": "That did not work. Please try again.",
}
WHY: Final = {
    "title": "Why this answer",
    "loading": "One moment …",
    "failed": "That did not work. Please try again.",
    "candidates": "Passages that were weighed",
    "place": "Place",
    "meaning": "By meaning",
    "words": "By words",
    "score": "Score",
    "fate": "What became of it",
    "none": "Nothing is kept about how this answer was found.",
}
BAR: Final = {
    "narrow": "Which manuals are searched",
    "product": "Product",
    "model": "Product model",
    "version": "Version",
    "language": "Manual language",
    "all": "All",
    "all_manuals": "All manuals",
    "clear": "Search all manuals",
    "menu": "Pages and settings",
    "conversations": "Conversations",
    "hand_overs": "Hand-overs",
    "documents": "Editors' pages",
    "account": "Account",
    "sign_out": "Sign out",
    "interface": "Language",
    "sidebar": "Show or hide the conversations",
    "search": "Search in conversations",
    "new_chat": "New conversation",
    "send": "Ask",
    "stop": "Stop",
    "back": "Close what stands beside the chat",
    "close": "Close",
    "options": "What to do with this conversation",
    "down": "To the last message",
    "divider": "Width of what stands beside the chat",
}


def texts_in(names: dict[str, str], language: str) -> dict[str, str]:
    """These texts in a language."""
    translate = translator(language)
    return {name: translate(text) for name, text in names.items()}
