"""Print a question that the manuals of a folder can answer: about the first heading below a title."""

import json
import subprocess
import sys
from pathlib import Path

MANUALDESK = Path(sys.executable).with_name("manualdesk")


def _output(*arguments: str) -> str:
    return subprocess.run([MANUALDESK, *arguments], check=True, capture_output=True, text=True).stdout


def main(folder: str) -> None:
    root = str(Path(folder).resolve())
    documents = json.loads(_output("documents", "list", "--json"))
    for document in documents:
        if document["root"] != root:
            continue
        pieces = json.loads(_output("documents", "show", document["document"], "--chunks", "--json"))["chunk_list"]
        for piece in pieces:
            if piece["section"] and piece["section"][-1] != document["title"]:
                print(f"{piece['section'][-1]} ({document['title']})")
                return
    print("What is this about?")


if __name__ == "__main__":
    main(sys.argv[1])
