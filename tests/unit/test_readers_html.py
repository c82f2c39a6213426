"""Web pages to elements: structure kept, the site around the page left out."""

from ingest.readers.markup import Reading, read_html_text
from ingest.types import Element, Kind


def page(body: str, head: str = "") -> Reading:
    return read_html_text(f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{body}</body></html>")


def outline(body: str) -> list[tuple[Kind, str]]:
    return [(element.kind, element.text) for element in page(body).elements]


def only(body: str, kind: Kind) -> list[Element]:
    return [element for element in page(body).elements if element.kind is kind]


def test_steps_keep_their_numbers_and_nested_lists_their_depth() -> None:
    body = """<ol start="3"><li><p>Open.</p><p>Wait.</p><ul><li>Left<ul><li>Far</li></ul></li></ul></li>
              <li value="9">Close.</li></ol><ol type="a"><li>Or so.</li></ol>"""
    elements = page(body).elements
    assert [(e.kind, e.text, e.level) for e in elements] == [
        (Kind.STEP, "3. Open.\nWait.", 0),
        (Kind.LIST_ITEM, "- Left", 1),
        (Kind.LIST_ITEM, "- Far", 2),
        (Kind.STEP, "9. Close.", 0),
        (Kind.STEP, "a. Or so.", 0),
    ]


def test_text_between_list_items_and_cells_is_not_lost() -> None:
    body = "<ul>Before <code>x</code> item<li>One</li>after it</ul>"
    body += "<table>stray<td>cell</td></table><dl>loose<dt>T<dd>D</dl>"
    text = " ".join(e.text for e in page(body).elements)
    for part in ("Before x item", "One", "after it", "stray", "cell", "loose", "T: D"):
        assert part in text


def test_definitions_stand_with_their_terms() -> None:
    body = """<dl><dt>-v</dt><dt>--verbose</dt><dd>Say more.</dd><dt>Mode:</dt><dd><ul><li>fast</li></ul></dd></dl>"""
    assert outline(body) == [
        (Kind.LIST_ITEM, "-v, --verbose: Say more."),
        (Kind.LIST_ITEM, "Mode:"),
        (Kind.LIST_ITEM, "- fast"),
    ]


def test_merged_cells_are_repeated_and_header_rows_joined() -> None:
    body = """<table><thead><tr><th rowspan="2">Model</th><th colspan="2">Voltage</th></tr>
      <tr><th>min</th><th>max</th></tr></thead>
      <tr><td>A</td><td rowspan="2">3 V</td><td>5&nbsp;V</td></tr><tr><td>B</td><td>6 V</td></tr>
      <tr><td colspan="3">All models</td></tr></table>"""
    (table,) = only(body, Kind.TABLE)
    assert table.rows == (
        ("Model", "Voltage min", "Voltage max"),
        ("A", "3 V", "5 V"),
        ("B", "3 V", "6 V"),
        ("All models", "All models", "All models"),
    )
    assert table.text.splitlines()[1:] == ["A | 3 V | 5 V", "B | 3 V | 6 V", "All models"]


def test_layout_tables_are_text_and_their_menu_cell_goes() -> None:
    links = "".join(f"<li><a href='p{n}.html'>Page number {n}</a></li>" for n in range(12))
    body = f"<table><tr><td><ul>{links}</ul></td><td><h1>Scan</h1><p>Choose a mode.</p></td></tr></table>"
    assert outline(body) == [(Kind.HEADING, "Scan"), (Kind.PARAGRAPH, "Choose a mode.")]


def test_notices_of_generators_and_of_plain_words() -> None:
    body = """<div class="admonition warning"><p class="admonition-title">Warning</p><p>Hot.</p></div>
      <div class="note"><table><tr><td><img alt="[Note]"></td><th>Note</th></tr>
      <tr><td><p>Cold.</p></td></tr></table></div>
      <div class="admonitionblock tip"><table><tr><td class="icon"><div class="title">Tip</div></td>
      <td class="content">Try it.</td></tr></table></div>
      <p>注意：不要用水。</p><p>Achtung! Nass.</p><p><b>IMPORTANT :</b></p><p>Read this.</p><p>Notes are kept.</p>"""
    assert outline(body) == [
        (Kind.WARNING, "Warning\nHot."),
        (Kind.WARNING, "Note\nCold."),
        (Kind.WARNING, "Tip\nTry it."),
        (Kind.WARNING, "注意：不要用水。"),
        (Kind.WARNING, "Achtung! Nass."),
        (Kind.WARNING, "IMPORTANT :\nRead this."),
        (Kind.PARAGRAPH, "Notes are kept."),
    ]


def test_a_notice_inside_a_step_stays_behind_it() -> None:
    body = "<ol><li><p>Open.</p><div class='warning'><p>Warning: hot.</p></div><p>Wait.</p></li><li>Close.</li></ol>"
    assert outline(body) == [
        (Kind.STEP, "1. Open."),
        (Kind.WARNING, "Warning: hot."),
        (Kind.PARAGRAPH, "Wait."),
        (Kind.STEP, "2. Close."),
    ]


def test_the_site_around_a_page_is_left_out_and_its_text_is_not() -> None:
    body = """<header><a href="/">Shop</a></header><nav>Menu</nav><div role="navigation">Crumbs</div>
      <div id="header"><h1>Title<a class="headerlink" href="#t">¶</a></h1>
      <div id="toc"><ul><li>One</li></ul></div></div>
      <p>Body.</p><div class="toctree-wrapper"><a href="a.html">Next chapter</a></div>
      <footer>© Somebody</footer><div id="footer"><p>Last updated today</p></div><script>var text = "code";</script>"""
    assert outline(body) == [(Kind.HEADING, "Title"), (Kind.PARAGRAPH, "Body.")]


def test_classes_that_only_sound_like_menus_or_notices_keep_their_text() -> None:
    body = """<div class="contents"><div class="warning"><h1>Faults</h1><p>One.</p><h2>Lamp</h2><p>Two.</p></div>
      <div class="sidebar"><p>Three.</p></div></div>"""
    assert [text for _, text in outline(body)] == ["Faults", "One.", "Lamp", "Two.", "Three."]


def test_a_page_that_is_only_contents_keeps_them() -> None:
    body = "<h1>Index</h1><div class='toc'><ul><li><a href='a.html'>Chapter A</a></li></ul></div>"
    assert (Kind.LIST_ITEM, "- Chapter A") in outline(body)


def test_bare_page_links_go_and_links_in_sentences_stay() -> None:
    head = '<link rel="next" href="b.html"><link rel="prev" href="z.html">'
    body = '<a href="b.html">Next</a><a href="z.html">Back</a><hr><p>See <a href="b.html">chapter b</a>.</p>'
    assert [e.text for e in page(body, head).elements] == ["See chapter b."]


def test_line_breaks_end_lines_and_two_of_them_a_paragraph() -> None:
    body = "<p>Usage: scan<br>-d device<br><br><b>Fax</b><br><br>Is it on?"
    assert outline(body) == [
        (Kind.PARAGRAPH, "Usage: scan\n-d device"),
        (Kind.HEADING, "Fax"),
        (Kind.PARAGRAPH, "Is it on?"),
    ]


def test_anchors_levels_and_code() -> None:
    body = """<h3 id="a">A</h3><p>x</p><h5><a name="b"></a>B</h5><pre>one\n  two\n</pre><h3>C</h3><p id="d">y</p>"""
    assert [(e.kind, e.text, e.level, e.anchor) for e in page(body).elements] == [
        (Kind.HEADING, "A", 1, "a"),
        (Kind.PARAGRAPH, "x", 0, "a"),
        (Kind.HEADING, "B", 2, "b"),
        (Kind.CODE, "one\n  two", 0, "b"),
        (Kind.HEADING, "C", 1, "b"),
        (Kind.PARAGRAPH, "y", 0, "d"),
    ]


def test_formulas_powers_and_pictures() -> None:
    body = """<p>Between <img class="math" alt="\\pm16~V"> and 10<sup>5</sup> Ω<a href="#f"><sup>1</sup></a>.</p>
      <figure><img src="fig_1.png" alt="fig 1"><figcaption>The back of the hub</figcaption></figure>
      <p><img src="x.png" alt="Rear panel with the reset key"></p><p><img src="y.png" alt="icon"> Press it.</p>"""
    assert outline(body) == [
        (Kind.PARAGRAPH, "Between ±16 V and 10^5 Ω."),
        (Kind.CAPTION, "The back of the hub"),
        (Kind.CAPTION, "Rear panel with the reset key"),
        (Kind.PARAGRAPH, "Press it."),
    ]


def test_title_without_the_name_of_the_site_and_language() -> None:
    reading = page("<h1>FAQ</h1><p>x</p>", "<title>FAQ &mdash; HackRF  documentation</title>")
    assert (reading.title, reading.language) == ("FAQ", "en")


def test_megabytes_of_inline_pictures_and_deep_nesting_are_no_trouble() -> None:
    picture = "A" * 3_000_000
    body = f"<img src='data:image/png;base64,{picture}'>" + "<div>" * 600 + "deep" + "</div>" * 600
    assert [e.text for e in page(body).elements] == ["deep"]


def test_a_table_in_a_cell_of_a_table_with_headers_is_that_cells_value() -> None:
    inner = "<table><tr><td>1</td><td>2</td></tr></table>"
    body = f"<table><tr><th>Code</th><th>Values</th></tr><tr><td>E1</td><td>{inner}</td></tr></table>"
    (table,) = only(body, Kind.TABLE)
    assert table.rows == (("Code", "Values"), ("E1", "1 2"))


def test_entities_that_a_page_declares_say_nothing() -> None:
    text = '<!DOCTYPE html [<!ENTITY b SYSTEM "file:///etc/hostname">]><html><body><p>Open it.</p></html>'
    assert [e.text for e in read_html_text(text).elements] == ["Open it."]
