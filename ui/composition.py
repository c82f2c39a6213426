"""Settings to what the web process runs on."""

from ingest.index.contract import Index
from serving.settings import Settings
from ui.backend import Answering, Parts


def parts(settings: Settings) -> Parts:
    """How the web process gets its assistant, its index and word of its language model; nothing is opened yet."""

    def build() -> Answering:
        from serving.compose import build_assistant

        return build_assistant(settings)

    def open_index() -> Index:
        from serving.compose import build_store

        return build_store(settings).open()

    from serving.model import ChatModel

    model = ChatModel(settings.llm_url, settings.llm_model, api_key=settings.llm_api_key)

    async def probe() -> str:
        if not settings.llm_url or not await model.available():
            return ""
        return (await model.info()).name

    return Parts(home=settings.home, build_assistant=build, open_index=open_index, probe_model=probe)
