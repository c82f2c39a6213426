"""What Manualdesk itself says in an answer, in the reader's language: refusals, notices."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language's sentences."""

    refusal: str
    unknown: str
    """Stands before a refusal where no manual holds a code of the question; `{codes}` are those."""
    which: str
    """Asks back where sibling products answer differently; the options follow."""
    lead_in: str
    """Stands before quotes."""
    lead_in_foreign: str
    """Stands before quotes in another language than the reader's."""
    part: str
    """Stands before the quotes for one of several things asked; `{part}` is that question."""
    part_unknown: str
    """Says of one of several things asked that the manuals do not tell."""
    total: str
    """Says what two quoted values make together; `{sum}` is `2 h [1] + 3 h [2] = 5 h`."""
    difference: str
    """The same of a difference."""
    more_steps: str
    """Stands after a procedure that is too long to be shown whole; `{count}` steps are left out."""
    no_model: str
    """Why the answer is made of quotes: no model is configured or reachable."""
    model_failed: str
    """The model stopped in the middle."""
    unsupported: str
    """The model's answer could not be found in the manuals."""
    marked: str
    """Some sentences carry `[?]`: no passage supports them."""


_WORDINGS: Final = {
    "en": Wording(
        lead_in="The manuals say:",
        lead_in_foreign="The manuals say, in their own language:",
        total="Total: {sum}",
        difference="Difference: {sum}",
        part="{part} The manuals say:",
        part_unknown="{part} The manuals do not tell.",
        more_steps="Steps not shown here: {count}. Please open the manual for them.",
        refusal="The manuals do not tell. Try the wording or the model number on the product, or ask a colleague or "
        "the support team.",
        unknown="No manual mentions {codes}.",
        which="The answer depends on the product. Which one do you mean?",
        no_model="No language model is reachable; this answer quotes the manuals.",
        model_failed="The language model stopped answering; this is what the manuals tell.",
        unsupported="The language model's answer did not stand up to the manuals; this answer quotes them.",
        marked="Sentences marked [?] were not found in the manuals; check them before you rely on them.",
    ),
    "zh": Wording(
        lead_in="手册原文：",
        lead_in_foreign="手册原文（外文）：",
        total="合计：{sum}",
        difference="相差：{sum}",
        part="{part}手册原文：",
        part_unknown="{part}手册中没有说明。",
        more_steps="还有 {count} 个步骤未在此显示，请打开手册查看。",
        refusal="手册中没有说明。请换一种说法，或写上产品型号再问一次；也可以联系同事或客服人员。",
        unknown="手册中没有出现 {codes}。",
        which="不同产品的答案不一样。请问是哪一款？",
        no_model="目前没有可用的语言模型，以下内容摘自手册原文。",
        model_failed="语言模型中断了回答，以下是手册中的内容。",
        unsupported="语言模型的回答在手册中找不到依据，以下内容摘自手册原文。",
        marked="标有 [?] 的句子在手册中找不到依据，请核实后再使用。",
    ),
    "ja": Wording(
        lead_in="マニュアルの記載：",
        lead_in_foreign="マニュアルの記載（外国語の原文）：",
        total="合計：{sum}",
        difference="差：{sum}",
        part="{part}マニュアルの記載：",
        part_unknown="{part}マニュアルには記載がありません。",
        more_steps="ここに表示していない手順が {count} つあります。マニュアルを開いてご確認ください。",
        refusal="マニュアルには記載がありません。言い換えるか製品の型番を添えてもう一度お試しいただくか、"
        "担当者またはサポート窓口にお問い合わせください。",
        unknown="{codes} はどのマニュアルにも記載がありません。",
        which="製品によって答えが異なります。どの製品についてのご質問ですか。",
        no_model="言語モデルに接続できないため、マニュアルの原文を引用しています。",
        model_failed="言語モデルの応答が途切れたため、マニュアルの内容を示します。",
        unsupported="言語モデルの回答はマニュアルで確認できないため、マニュアルの原文を引用しています。",
        marked="[?] の付いた文はマニュアルで確認できません。ご利用の前に確かめてください。",
    ),
    "fr": Wording(
        lead_in="Les manuels indiquent :",
        lead_in_foreign="Les manuels indiquent, dans leur langue :",
        total="Total : {sum}",
        difference="Différence : {sum}",
        part="{part} Les manuels indiquent :",
        part_unknown="{part} Les manuels ne le disent pas.",
        more_steps="Étapes non affichées ici : {count}. Ouvrez le manuel pour les lire.",
        refusal="Les manuels ne le disent pas. Essayez avec d'autres mots ou avec la référence du produit, ou "
        "adressez-vous à un collègue ou au service d'assistance.",
        unknown="Aucun manuel ne mentionne {codes}.",
        which="La réponse dépend du produit. Duquel s'agit-il ?",
        no_model="Aucun modèle de langage n'est joignable ; cette réponse cite les manuels.",
        model_failed="Le modèle de langage s'est interrompu ; voici ce que disent les manuels.",
        unsupported="La réponse du modèle de langage n'est pas confirmée par les manuels ; cette réponse les cite.",
        marked="Les phrases marquées [?] ne se trouvent pas dans les manuels ; vérifiez-les avant de vous y fier.",
    ),
    "de": Wording(
        lead_in="In den Handbüchern steht:",
        lead_in_foreign="In den Handbüchern steht, in deren Sprache:",
        total="Summe: {sum}",
        difference="Unterschied: {sum}",
        part="{part} In den Handbüchern steht:",
        part_unknown="{part} Die Handbücher sagen dazu nichts.",
        more_steps="Hier nicht gezeigte Schritte: {count}. Bitte öffnen Sie dazu das Handbuch.",
        refusal="Die Handbücher sagen dazu nichts. Versuchen Sie es mit anderen Worten oder der Modellbezeichnung, "
        "oder fragen Sie im Team oder beim Kundendienst nach.",
        unknown="Kein Handbuch erwähnt {codes}.",
        which="Die Antwort hängt vom Produkt ab. Welches meinen Sie?",
        no_model="Kein Sprachmodell ist erreichbar; diese Antwort zitiert die Handbücher.",
        model_failed="Das Sprachmodell hat abgebrochen; das sagen die Handbücher.",
        unsupported="Die Antwort des Sprachmodells ließ sich in den Handbüchern nicht belegen; diese zitiert sie.",
        marked="Sätze mit [?] ließen sich in den Handbüchern nicht belegen; bitte vor Gebrauch prüfen.",
    ),
    "es": Wording(
        lead_in="Los manuales dicen:",
        lead_in_foreign="Los manuales dicen, en su idioma:",
        total="Total: {sum}",
        difference="Diferencia: {sum}",
        part="{part} Los manuales dicen:",
        part_unknown="{part} Los manuales no lo dicen.",
        more_steps="Pasos que no se muestran aquí: {count}. Ábralos en el manual.",
        refusal="Los manuales no lo dicen. Pruebe con otras palabras o con el modelo del producto, o consulte a un "
        "compañero o al servicio de asistencia.",
        unknown="Ningún manual menciona {codes}.",
        which="La respuesta depende del producto. ¿A cuál se refiere?",
        no_model="No hay ningún modelo de lenguaje disponible; esta respuesta cita los manuales.",
        model_failed="El modelo de lenguaje se interrumpió; esto es lo que dicen los manuales.",
        unsupported="La respuesta del modelo de lenguaje no se confirma en los manuales; esta respuesta los cita.",
        marked="Las frases marcadas con [?] no se encontraron en los manuales; compruébelas antes de usarlas.",
    ),
}

# How models say in their own words that the passages do not hold the answer.
_NOT_FOUND: Final = re.compile(
    r"(?:manuals?|passages?|documents?|documentation|context|text|information)\b[^.]{0,60}"
    r"(?:do(?:es)? not|don't|doesn't|did not|didn't|cannot|can't|is not|isn't|are not|aren't|not)\b[^.]{0,25}"
    r"(?:tell|say|mention|contain|provide|specif|state|includ|describ|cover|answer|list|indicat|given|available)"
    r"|(?:no|not enough|insufficient) information\b"
    r"|(?:手册|手冊|段落|文档|资料|原文|上下文)[^。]{0,20}(?:没有|未|并未|无)[^。]{0,12}(?:说明|提及|提到|提供|包含|涉及|信息|记载|写明)"
    r"|(?:マニュアル|資料|文書|説明書)[^。]{0,30}(?:記載|情報|説明)[^。]{0,8}(?:ありません|ない|されていません)"
    r"|(?:manuels?|passages?|documents?)\b[^.]{0,40}\bne\b[^.]{0,40}\bpas\b"
    r"|(?:handb[uü]ch\w*|abschnitt\w*|texte?n?|dokument\w*)\b[^.]{0,40}\b(?:nicht|keine?n?)\b[^.]{0,40}"
    r"(?:angegeben|erwähnt|enthalten|information\w*|genannt|beschrieben)"
    r"|(?:manual(?:es)?|pasajes?|documentos?)\b[^.]{0,20}\bno\b[^.]{0,20}"
    r"(?:dice|mencion|indica|contien|proporcion|especific|inclu)",
    re.IGNORECASE,
)


def wording(language: str) -> Wording:
    """The sentences of a language (`zh-cn` counts as `zh`); English where there are none."""
    return _WORDINGS.get(language.lower().split("-")[0], _WORDINGS["en"])


def says_not_found(sentence: str) -> bool:
    """Is this a sentence about the manuals' silence, and not about the product?"""
    return bool(_NOT_FOUND.search(sentence))
