"""The HTTP interface: requests of programs come in, passages, cited answers and manuals go out, in the key's scope."""
