"""What of a web page is not the manual: menus, breadcrumbs, footers, tables of contents.

Rules name the marks that common generators leave (Sphinx and its Read-the-Docs theme, DocBook, Asciidoctor,
LibreOffice help, linuxdoc). Statistics on links would find more menus and eat body text: a list of links can be
the answer to a question.
"""

from lxml import html

_SILENT_TAGS = frozenset(
    "script style noscript template head svg iframe object embed select button input textarea datalist map area "
    "video audio canvas".split()
)
_PAGE_ROLES = frozenset({"navigation", "search", "contentinfo", "banner"})
_PAGE_CLASSES = frozenset(
    "headerlink navheader navfooter sphinxsidebar wy-nav-side wy-nav-top wy-breadcrumbs wy-breadcrumbs-aside "
    "rst-footer-buttons rst-versions breadcrumb breadcrumbs topnav navbar sidebar-drawer toc-drawer bd-sidebar "
    "leftside rightside skip-link footer site-footer page-footer "
    "skip-to-content linenos lineno linenodiv indexterm viewcode-link anchorjs-link "
    "footnote-ref footnote-reference footnote-back fn-backref".split()
)
_PAGE_IDS = frozenset(
    "footer footer-text navbar navigation topnav breadcrumb breadcrumbs site-footer page-footer".split()
)
_CONTENTS_CLASSES = frozenset("toc toctree-wrapper tableofcontents relatedtopics local-toc".split())
_CONTENTS_IDS = frozenset("toc table-of-contents tableofcontents generated-toc".split())

_NOTICE_CLASSES = frozenset(
    "admonition admonitionblock note tip hint warning caution danger important attention notice alert error seealso "
    "callout remark".split()
)
_LONGEST_NOTICE = 4000  # characters


def is_silent(node: html.HtmlElement) -> bool:
    """Never text of a manual: code for the browser, form controls."""
    return not isinstance(node.tag, str) or node.tag in _SILENT_TAGS


def is_furniture(node: html.HtmlElement) -> bool:
    """Part of the site around the manual."""
    if node.tag == "nav" or node.get("role") in _PAGE_ROLES:
        return True
    if node.tag == "footer":
        parent = node.getparent()
        return parent is None or parent.tag != "blockquote"
    if node.tag == "header":
        # A site's header; one with a heading in it is the title of the manual or of a section.
        return node.find(".//h1") is None and node.find(".//h2") is None and node.find(".//h3") is None
    if node.tag in {"div", "ul", "p", "table"} and (node.get("id") or "").lower() in _PAGE_IDS:
        return True
    return not classes(node).isdisjoint(_PAGE_CLASSES)


def is_contents(node: html.HtmlElement) -> bool:
    """A table of contents or a list of related pages: left out where the page has anything else to say."""
    if (node.get("id") or "").lower() in _CONTENTS_IDS:
        return True
    if node.tag in {"div", "ul", "aside", "section"} and not classes(node).isdisjoint(_CONTENTS_CLASSES):
        return True
    if {"contents", "topic"} <= classes(node):  # docutils; "contents" alone is the whole text in doxygen
        return True
    if node.tag in {"ul", "ol", "dl", "div", "p"}:
        return _links_only(node, fewest=5, share=0.9, own_page=True)
    # Pages laid out in tables keep their menu in a cell; a cell of data does not hold that many links.
    return node.tag == "td" and _links_only(node, fewest=8, share=0.7, own_page=False)


def _links_only(node: html.HtmlElement, *, fewest: int, share: float, own_page: bool) -> bool:
    links = node.findall(".//a[@href]")
    if len(links) < fewest or (own_page and not all(link.get("href").startswith("#") for link in links)):
        return False
    if own_page and node.find(".//table") is not None:
        return False
    linked = sum(len("".join(link.text_content().split())) for link in links)
    return linked >= share * len("".join(node.text_content().split()))


def remove_page_links(tree: html.HtmlElement) -> None:
    """Take out `Next`, `Previous`, `Contents` that stand bare in the body; the page's head says where they lead."""
    relations = {"next", "prev", "previous", "contents", "up", "home", "top", "index", "toc"}
    targets = {link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() in relations}
    for link in list(tree.iter("a")):
        parent = link.getparent()
        bare = parent is not None and parent.tag == "body" and not (link.tail or "").strip()
        if bare and link.get("href") in targets:
            link.drop_tree()


def is_notice_block(node: html.HtmlElement) -> bool:
    """An admonition by the marks of its generator; a whole chapter in such a class is none."""
    if node.get("role") != "note" and classes(node).isdisjoint(_NOTICE_CLASSES):
        return False
    headings = sum(1 for _ in node.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    return headings <= 1 and len(node.text_content()) <= _LONGEST_NOTICE


def classes(node: html.HtmlElement) -> frozenset[str]:
    return frozenset((node.get("class") or "").lower().split())
