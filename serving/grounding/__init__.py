"""Is a sentence supported? Texts to what can be checked of them, and a sentence held against passages' sentences.

`units`: numbers with units. `contrasts`: words with an opposite. `polarity`: negations. `names`: proper names.
`steps`: order. `source`: a passage as sentences and rows. `binding`: where in them a fact of the sentence stands.
`meaning`: the multilingual embedder.
"""
