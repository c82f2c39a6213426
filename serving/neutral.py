"""Text of manuals and readers as data for a prompt: nothing in it can be taken for a delimiter or for a hidden word.

Delimiters that cannot be written are as safe as ones that cannot be guessed, and the same prompt stays the same, which
a server's prefix cache lives on.
"""

import re
from typing import Final

# Our own delimiters and the control tokens of common chat templates: servers read those even inside a message.
# Characters that look like < | > [ count as those, since models take them for such.
_CONTROL: Final = re.compile(
    r"[<＜﹤](?=\s*[<＜﹤]?\s*[/／]?\s*(?:passages?|question|conversation|summary|user_facts|think|tools?|tool_calls?"
    r"|tool_response|function_calls?|invoke|s|bos|eos|unk|pad|sys|system|user|assistant|start_of_turn|end_of_turn"
    r"|start_header_id|end_header_id|eot_id|endoftext|im_start|im_end)\b|[|｜])"
    r"|(?<=[|｜])[>＞]|[\[［](?=[/／]?\s*(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\s*[\]］])",
    re.IGNORECASE,
)
_SAFE: Final = {"<": "‹", "＜": "‹", "﹤": "‹", ">": "›", "＞": "›", "[": "(", "［": "("}
UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""What no reader sees: zero width, direction, variation selectors, and the block of tags that hides ASCII text."""


def neutral(text: str) -> str:
    """A text that can close no delimiter of a prompt, without control tokens and without what readers do not see."""
    return _CONTROL.sub(lambda match: _SAFE[match.group()], UNSEEN.sub("", text))
