"""What the chat itself says, in English and Chinese.

Enters: a BCP 47 language of the browser. Leaves: a `Wording`.
"""

from dataclasses import dataclass

from ingest.errors import IndexUnusable, ManualdeskError, ModelUnavailable, NothingPublished, RecordsUnusable
from ui.web import forms
from ui.web.texts import translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Texts of one language. Braces are filled by `str.format`."""

    language: str
    loading: str
    stopped: str
    failed: str
    next_step: str
    no_index: str
    no_index_hint: str
    index_unusable: str
    no_model: str
    sources: str
    source: str
    page: str
    pages: str
    open_original: str
    open_at_page: str
    download_original: str
    page_picture: str
    earlier_page: str
    later_page: str
    no_picture: str
    cited_passage: str
    public: str
    internal: str
    recognised: str
    """Of a passage that was read off a picture."""
    not_found: str
    unsupported: str
    """Stands behind a sentence that no manual supports."""
    languages: dict[str, str]
    title_question: str
    starters: tuple[tuple[str, str, str], ...]
    """File name of a sample manual, label, question."""


ENGLISH = Wording(
    language="en",
    loading="One moment: the models are still loading. Your question is answered as soon as they are ready.",
    stopped="Stopped.",
    failed="Something went wrong while answering. Please ask again; if it happens again, look at the server's output.",
    next_step="Next step",
    no_index="No manuals are indexed yet, so there is nothing to answer from.",
    no_index_hint="run `manualdesk ingest FOLDER` on the folder of your manuals, then ask again.",
    index_unusable="The index of the manuals cannot be used.",
    no_model="A model that answering needs is not available.",
    sources="Sources",
    source="Source {number}",
    page="Page {page}",
    pages="Pages {first}–{last}",
    open_original="Open the original",
    open_at_page="Open the PDF at page {page}",
    download_original="Download the original",
    page_picture="Page {page} with the cited lines marked",
    earlier_page="Page before",
    later_page="Page after",
    no_picture="The page cannot be shown: the original is no longer kept.",
    cited_passage="From the manual",
    public="Public",
    internal="Internal",
    recognised="Read from a scan",
    not_found="Not in the manuals",
    unsupported="not found in the manuals",
    languages={"en": "English", "zh": "Chinese", "de": "German", "fr": "French", "ja": "Japanese", "es": "Spanish"},
    title_question="Which warnings does “{title}” give?",
    starters=(
        ("t200-user-guide.pdf", "Wire the T200 thermostat", "How do I wire the T200 thermostat?"),
        (
            "t200-user-guide.pdf",
            "What does error E-20 mean?",
            "What does error E-20 on the T200 mean, and what do I do?",
        ),
        ("b3-band.html", "Battery life of the B3 band", "How long does the battery of the B3 band last?"),
        ("t200-pro-user-guide.pdf", "T200 or T200 Pro?", "How does the T200 Pro differ from the T200?"),
    ),
)

CHINESE = Wording(
    language="zh",
    loading="请稍候：模型仍在加载，就绪后会立即回答您的问题。",
    stopped="已停止。",
    failed="回答时出现问题。请再试一次；如果仍然出现，请查看服务器的输出。",
    next_step="下一步",
    no_index="还没有索引任何手册，因此无从回答。",
    no_index_hint="对手册所在的文件夹运行 `manualdesk ingest 文件夹`，然后再提问。",
    index_unusable="手册的索引无法使用。",
    no_model="回答所需的模型不可用。",
    sources="来源",
    source="来源 {number}",
    page="第 {page} 页",
    pages="第 {first}–{last} 页",
    open_original="打开原文",
    open_at_page="在第 {page} 页打开 PDF",
    download_original="下载原文",
    page_picture="第 {page} 页，引用的文字已标出",
    earlier_page="上一页",
    later_page="下一页",
    no_picture="无法显示该页：原文件已不再保留。",
    cited_passage="手册原文",
    public="公开",
    internal="内部",
    recognised="扫描识别",
    not_found="手册中没有",
    unsupported="手册中未找到依据",
    languages={"en": "英文", "zh": "中文", "de": "德文", "fr": "法文", "ja": "日文", "es": "西班牙文"},
    title_question="《{title}》中有哪些警告？",
    starters=(
        ("w5-watch.pdf", "W5 手表能用多久？", "W5 手表的典型续航是多少天？"),
        ("w5-watch.pdf", "E-63 是什么意思？", "W5 手表显示 E-63 是什么意思？"),
        ("l30-door-lock.html", "L30 门锁的电池", "L30 门锁没电时怎么开门？"),
        ("w5-watch.pdf", "恢复出厂设置", "如何把 W5 手表恢复出厂设置？"),
    ),
)


def wording_for(language: str | None) -> Wording:
    """The wording for a browser's language; English where there is none."""
    return CHINESE if (language or "").lower().startswith("zh") else ENGLISH


def error_text(error: ManualdeskError, wording: Wording, *, whole: bool = True) -> str:
    """An error as a message to the asker (Markdown): what is wrong, and what to do next.

    Our own troubles name files and addresses: `whole` is for who can mend them.
    """
    translate = translator(wording.language)
    message, hint = forms.error_text(error.message, translate), forms.error_text(error.hint, translate)
    match error:
        case NothingPublished():
            parts, hint = [wording.no_index], wording.no_index_hint
        case IndexUnusable() | ModelUnavailable() | RecordsUnusable() if not whole:
            parts, hint = [wording.failed], ""
        case IndexUnusable():
            parts = [wording.index_unusable, message]
        case ModelUnavailable():
            parts = [wording.no_model, message]
        case _:
            parts = [message]
    if hint:
        parts.append(f"**{wording.next_step}:** {hint}")
    return "\n\n".join(parts)
