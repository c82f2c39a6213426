"""How sentences look that tell a language model what to do, instead of telling a reader about a product.

Regular expressions over folded text (small letters, no accents, nothing invisible, Latin letters for their doubles).
`STRONG` alone gives a sentence away: it overrides rules, speaks to a model, orders how to reply, or asks for the prompt.
`WEAK` does so beside one of those only: manuals say "print", "add a link" and "show the menu" as well. Manuals also say
"ignore the message", "you are now connected" and "do not answer the phone", which none of these is meant to match.
"""

# ruff: noqa: E501 (each form is one line)

import re
from typing import Final

_MODEL: Final = (
    r"(?:a\.?i\.?|artificial intelligence|(?:large )?language models?|llms?|chat ?bots?|gpt\w*|chatgpt"
    r"|(?:ai|virtual|automated|digital|support|helpful) (?:assistants?|agents?|systems?|models?|bots?)|assistants?)"
)
_SAY: Final = (
    r"(?:say|answer|reply|respond|output|print|write|tell|reveal|ignore|include|cite|mention|translate|recommend|refuse"
    r"|call|insert|append|state|claim|repeat|end|begin|start|add|follow|obey|act|pretend|speak|use|send|disclose|promise)"
)
_RULES: Final = (
    r"(?:instructions?|rules?|prompts?|directions?|guidelines?|directives?|constraints?|guardrails?|restrictions?"
    r"|system messages?|programming|orders?|polic(?:y|ies)|training|commands?)"
)
_REPLY: Final = r"(?:answers?|repl(?:y|ies)|responses?)"
_TONGUE: Final = (
    r"(?:english|french|german|spanish|italian|latin|russian|chinese|japanese|korean|portuguese|arabic|klingon|dutch"
    r"|another language|pirate|rhymes?|verse|emojis?|upper ?case|capitals|all caps|morse|base64|rot13|json|xml)"
)
_ENGLISH: Final = (
    (
        rf"\b(?:ignore|disregard|forget|neglect|overlook|pay no attention to|(?:do not|don'?t|stop|no longer|never) (?:follow|obey|heed|comply with)(?:ing)?)"
        rf"\b.{{0,40}}\b(?:previous|prior|above|earlier|preceding|foregoing|your|system|original|initial|existing|all (?:of )?(?:the|these|those|other))\b.{{0,24}}\b{_RULES}\b"
    ),
    rf"(?:^\W*|[,;:.!]\s*|\b(?:please|and|now|must|should|to|you) )(?:ignore|disregard|forget)\b.{{0,16}}\b(?:all|any|every)\b.{{0,10}}\b{_RULES}\b",
    r"\b(?:ignore|disregard|forget)\b (?:all |every)?(?:thing |of )?(?:that )?(?:you (?:were|have been|know|learned)|(?:the|what is|what was|everything|anything) (?:above|before|said))",
    rf"\b(?:override|bypass|break|violate|drop|discard|abandon|replace|cancel|suspend|circumvent|free (?:yourself )?from)\b.{{0,20}}\byour\b.{{0,24}}\b{_RULES}\b",
    r"\byour (?:new|real|true|actual|secret|hidden) (?:task|job|goal|objective|purpose|role|persona|instructions?|rules?|mission|orders?|identity)\b",
    r"\b(?:new|secret|hidden|updated|revised|override|overriding|developer) (?:system )?(?:instructions?|prompt|rules)\s*(?::|for (?:you|the (?:ai|assistant|model|bot))\b)",
    rf"\b(?:note|attention|message|instructions?|memo|warning|reminder|dear|hey|hello|addressed)\b,? ?(?:to|for)? ?(?:the |any |all |every |this )?{_MODEL}\b",
    rf"\bif you(?:'re| are) (?:an? |the )?{_MODEL}\b|\b(?:as|being) an? (?:a\.?i\.?|language model|llm|ai \w+)\b",
    rf"\b(?:the|this|any|every|all|an|a|you,? the)? ?(?:{_MODEL}|model|bot)\b (?:reading this |that reads this |processing this |answering )?(?:must|shall|should|has to|have to|needs? to|is (?:now )?(?:required|allowed|permitted|ordered|instructed|authori[sz]ed) to|are to)\b (?:now |always |instead |never |not |only |also |please )*{_SAY}\b",
    rf"\b(?:begin|start|end|finish|append|add|include|insert|put|prefix|precede|close|sign|conclude|preface|write|translate|make|render|wrap|format)\b.{{0,100}}\b(?:your|every|each|all(?: of)?(?: your)?) (?:\w+ )?{_REPLY}\b",
    r"\b(?:your|every|each|all your) (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?)\b.{0,20}\b(?:must|should|shall|has to|have to|will|needs? to)\b",
    r"\b(?:respond|reply|answer)\b (?:to (?:this|every|all|any|each) .{0,24})?(?:only |just |always |solely |exactly |instead )+(?:with|by|in|that|\"|')",
    r"\b(?:respond|reply)\b (?:only|exactly|solely|just|always|with (?:only |exactly |just |the (?:word|words|phrase|text|code|sentence|string)))",
    r"\b(?:say|answer|reply|respond)\b (?:only |exactly |just |with |out )*(?:the|this) (?:exact |following |secret |magic |single )*(?:words?|phrase|sentence|string|token|canary)\b|\b(?:output|print|write|echo)\b (?:only |exactly |just |out )*(?:the|this) (?:secret |magic |exact )*(?:phrase|canary|secret)\b",
    r"\b(?:when|if|whenever|once|should)\b.{0,30}\b(?:asks?|asked|queried|questioned)\b.{0,60}\b(?:say|tell|claim|state|reply|respond|answer (?:that|with|only|exactly|\"))\b(?! (?:yes|no|y|n)\b)",
    r"\b(?:instead of|rather than)\b (?:answering|responding|replying|helping|following)\b",
    r"\b(?:tell|inform|assure|convince|persuade|advise|instruct|urge|ask) (?:the |your |every |all |each |this )?(?:users?|customers?|readers?|callers?|visitors?|askers?|person asking|human)\b.{0,20}\b(?:that|to|their|his|her|for)\b.{0,80}\b(?:password|credit card|pin|account|bank|https?|www|link|website|recall(?:ed)?|unsafe|warranty|competitor|secret|refund|visit|buy|canary|code)\b",
    r"\byou(?:'re| are) (?:now|no longer|actually|really|from now on|hereby)\b.{0,40}\b(?:assistant|bot|a\.?i\.?|model|pirate|hacker|terminal|unrestricted|character|persona|translator|dan|agent|poet|bound|restricted|limited|required|obliged|free (?:of|from|to)|uncensored|parrot|not an?)\b",
    r"\b(?:from now on|from this point on|henceforth|starting now|from here on)\b,? (?:please |always |only )*(?:you (?:are|must|will|should|shall|only|always|answer|respond|act|speak|obey)|answer|respond|reply|act|speak|ignore|obey|every (?:answer|reply|response)|all (?:of )?(?:your )?(?:answers|replies|responses)|(?:say|write) )",
    rf"^\W*(?:please |now |you (?:must|should|will) )*(?:pretend|roleplay|role-play)\b (?:to be|you(?:'re| are)|that you|as)|\bimagine (?:that )?you(?:'re| are) (?:an? |the )?{_MODEL}\b",
    r"\b(?:do anything now|jailbroken|jailbreak mode|god mode enabled|unrestricted (?:ai|assistant)|no longer bound|without (?:any )?(?:censorship|guardrails|(?:ethical|moral|content) (?:filters|restrictions|rules)))\b",
    r"\b(?:reveal|leak|disclose|recite|repeat|dump|expose|output|print|show|display|give|tell|list|quote|summari[sz]e|translate|copy|share|write)\b.{0,30}\b(?:your|the|this|its|these|all)\b.{0,12}\b(?:system prompts?|system instructions?|system messages?|initial (?:prompt|instructions?|message)|hidden (?:prompt|instructions?|rules)|original (?:prompt|instructions?)|secret (?:prompt|instructions?|rules)|developer (?:message|prompt|instructions?))",
    r"\b(?:reveal|leak|disclose|recite|repeat|dump|expose|output|print|show|display|give|tell|list|quote|summari[sz]e|translate|copy|share|write)\b.{0,20}\byour (?:own |full |initial |system |secret |hidden |original |whole |current )?(?:prompts?|instructions?|rules|guidelines)\b",
    r"\b(?:what|which) (?:are|were|is|was) (?:your|the) (?:\w+ )?(?:system prompt|initial prompt|hidden instructions|instructions you|rules you)",
    r"\bwhat (?:are|were) your (?:\w+ )?(?:instructions|rules|guidelines|directives)\b",
    r"\brepeat\b.{0,12}\b(?:everything|all|the (?:text|words?|instructions?|prompt|message|lines?)|words?)\b.{0,20}\b(?:above|before|verbatim|so far)\b",
    r"\b(?:do not|don'?t|never|without|stop|omit|skip|drop|remove|avoid|no need to|leave out|refrain from)\b.{0,24}\b(?:cit(?:e|es|ing|ations?)|(?:mention|name|give|show|list|quote|nam|mention|show|list|giv|quot)(?:ing|e)? (?:any |the |your )?(?:sources?|passages?|references?)|source marks?|square brackets|bracketed numbers)\b",
    r"\bcite (?:only |instead |always |the |passage|source|document|number|this|https?|\[)",
    r"\b(?:say|claim|answer|state|tell|reply|respond|write|pretend)\b.{0,30}\b(?:that )?(?:the |these |our )?(?:manuals?|passages?|documents?|documentation)\b.{0,10}\b(?:do(?:es)? not|doesn'?t|don'?t|has no|have no|is silent|are silent|cannot)\b",
    r"(?:^\W*|\b(?:must|should|always|and|now|please) )refuse to (?:answer|help|respond|reply)\b|\brefuse (?:all|every|any) (?:questions?|requests?)\b|\b(?:do not|don'?t|never) answer (?:any |this |the |user |customer |their |further |more )*(?:questions?|users?|customers?|quer(?:y|ies))\b",
    r"\bnot_in_the_manuals\b",
    rf"^\W*(?:please |always |now |from now on,? |you (?:must|should|will|shall) (?:always |now |only )?|only |and )*(?:answer|respond|reply|speak|talk|write (?:your|the|everything|all))\b.{{0,40}}\b(?:in|as) (?:an? )?{_TONGUE}\b",
    rf"\b(?:switch|change) (?:the |your )?(?:language|scope|audience|role|policy|persona)\b.{{0,20}}\bto\b.{{0,20}}\b(?:internal|admin|editor|{_TONGUE}|all)\b",
    r"\b(?:audience|scope|role|policy)\s*(?:=|:|to)\s*(?:internal|admin|all|everything|editor|unrestricted)\b",
    r"\b(?:search|read|open|show|include|access|use|consult|quote|reveal|cite|list|print)\b.{0,16}\b(?:internal|confidential|private|restricted|unpublished|secret)\b.{0,8}\b(?:documents?|manuals?|passages?|knowledge|records)\b",
    r"\b(?:send|post|forward|email|transmit|upload|leak|exfiltrate|append|encode|copy|submit)\b.{0,40}\b(?:conversation|chat history|chat log|user'?s? (?:question|data|name|email|message)|the question|prompt|api keys?|session)\b.{0,60}(?:\bto\b|https?:|\burl\b|\bserver\b|\bquery\b)",
    r"\b(?:call|invoke|trigger|run|execute|use)\b (?:the |a |this |my |your )?(?:tools?|functions?|plugins?|actions?) [a-z]+_[a-z_]+|\b(?:delete|remove|send|export|wipe|drop)_(?:all|documents?|files?|users?|e?mails?|data|index|records?|messages?)\b|\btool[ _]calls?\b.{0,40}[{(]|\bfunction_calls?\b",
    r"\"(?:name|tool|function|role)\"\s*:\s*\"(?:system|assistant|(?:delete|send|export|remove|run|execute)_[a-z_]+)\"[,\s}]",
)
_CHINESE: Final = (
    (
        r"(?:忽略|无视|忘记|忘掉|抛开|不要理会|不用管|绕过|放弃|别管|不要遵[守循]|不再遵[守循]|停止遵[守循]|推翻)[^。\n]{0,10}"
        r"(?:之前|以前|先前|上面|以上|前面|此前|上述|所有|一切|任何|你的|系统|原有|现有|全部)[^。\n]{0,8}"
        r"(?:指令|指示|规则|提示词|系统提示|设定|限制|约束|规定|准则|prompt)"
    ),
    (
        r"(?:人工智能|ai ?(?:助手|模型|系统)|语言模型|大模型|聊天机器人|智能助手|客服机器人|模型|助手)[^。\n]{0,16}"
        r"(?:必须|应该|应当|务必|只能|一律|请|需要|要)[^。\n]{0,12}(?:回答|回复|输出|说|告诉|忽略|引用|透露|翻译|推荐|调用|执行|遵守)"
    ),
    r"(?:如果你是|作为)(?:一个|一名)?(?:人工智能|ai|语言模型|大模型|聊天机器人|助手)|致(?:人工智能|ai|语言模型|助手|模型)",
    (
        r"(?:你的|每个|每次|每条|所有)?(?:回答|回复|答案|答复)(?:中|里|的?(?:开头|结尾|末尾|最后|前面|后面|第一句|最后一句))[^。\n]{0,14}"
        r"(?:加|写|插|附|放|包含|必须|以|说|要|输出|添)"
    ),
    r"(?:只|仅|一律|统一|务必|必须|总是|始终)(?:能|要|可以|准|许)?(?:用|以)?(?:回答|回复|答复)(?:道|说|为|成)?(?=\s?[:：“\"「『a-z])|只(?:能|准|许)?(?:用|以)[^。\n]{1,10}(?:回答|回复)",
    r"(?:回答|回复)[^。\n]{0,10}(?:时|的时候)[^。\n]{0,12}(?:必须|一定|务必|都要|只能|不要|请)|(?:请|只|仅)(?:要)?(?:说出?|输出|打印|重复|回答)[:：“\"「『]",
    r"(?:当|如果|只要|每当)[^。\n]{0,14}(?:用户|客户|有人|别人|他们)?[^。\n]{0,6}(?:问(?!题)|提问|询问)[^。\n]{0,20}(?:就|请|都|则|应|要)?(?:说|回答|回复|告诉)",
    r"你现在(?:是|变成|扮演|不再)|从现在(?:开始|起)[，,]?[^。\n]{0,6}(?:你|回答|回复|所有|每|都|只)|你(?:不再|不必)(?:是|受|遵)|假装(?:你|自己)|(?:请|你|要)扮演|扮演一[个名]|新(?:的)?(?:指令|指示|规则|任务)[:：是]",
    r"(?:透露|泄露|显示|输出|打印|重复|告诉我|说出|复述|公开|列出|展示|翻译|写出|给我)[^。\n]{0,12}(?:系统提示|提示词|你的(?:指令|指示|规则|设定|提示)|初始(?:指令|提示)|隐藏的?(?:指令|规则|提示))",
    r"你的(?:系统)?(?:提示词|指令|规则|设定)是什么|重复(?:以上|上面|前面)[^。\n]{0,3}(?:所有|全部|每)|逐字重复",
    r"(?:不要|不得|禁止|别|无需|不用|停止|省略|去掉|不必|不许)[^。\n]{0,8}(?:引用来源|标注来源|注明出处|出处|引文|标注|来源|引用)",
    r"(?:引用|标注)(?:第|来源|文档|\[|https?)[^。\n]{0,20}",
    r"(?:回答|回复|说|告诉(?:用户|客户|他们))[^。\n]{0,10}(?:手册|资料|文档)[^。\n]{0,6}(?:没有|未|不)|拒绝回答|不要回答(?:任何|用户|客户|问题|这个)",
    r"(?:用|以|改用|使用|改成)(?:英文|英语|法语|德语|西班牙语|日语|韩语|俄语|拉丁语|中文|火星文|拼音|表情)[^。\n]{0,4}(?:来)?(?:回答|回复|答复|作答)",
    r"(?:读取|搜索|显示|查看|引用|使用|公开|透露|打开)[^。\n]{0,6}(?:内部|机密|保密|私密)(?:文档|文件|手册|资料|信息)|(?:受众|范围|权限|角色)(?:切换|改|设置?)(?:为|成|到)(?:内部|管理员|所有|全部|编辑|不限)",
    r"(?:把|将)[^。\n]{0,12}(?:对话(?!框)|聊天记录|用户的?问题|提示词|会话)[^。\n]{0,10}(?:发送|上传|传|附加|编码|提交)",
    r"(?:告诉|通知|让|要求|建议|引导)(?:用户|客户|顾客|读者|提问者)[^。\n]{0,30}(?:密码|信用卡|账号|银行|链接|网址|网站|https?|www|召回|验证码)",
    r"(?:调用|执行|运行|触发)[^。\n]{0,8}(?:工具|函数)[^。\n]{0,4}[a-z]+_[a-z_]+",
)
_JAPANESE: Final = (
    (
        r"(?:これまで|以前|前述|前|上記|今まで|すべて|全て|あなた|システム|従来|上)の?[^。\n]{0,10}(?:指示|命令|ルール|規則|プロンプト|制約|制限|ガイドライン)"
        r"[^。\n]{0,6}(?:無視|忘れ|破棄|従わ|無効|取り消)"
    ),
    r"(?<![a-z])(?:ai|人工知能|言語モデル|チャットボット|アシスタント)(?:へ|は|に|が|の方)[^。\n]{0,30}(?:答え|回答|出力し|無視|返答|言|伝え|従)",
    r"(?:あなた|君|お前)(?:は|が)(?:今|これから|今から|もう|今後|現在)|(?:今から|これから|今後)[、,]?(?:あなた|君|すべて|全て|回答|返答|常に)|として振る舞|になりきって|のふりをし",
    r"(?:回答|返答|答え|返信|返事)(?:の(?:最後|冒頭|末尾|中|最初|先頭|終わり)に|には?必ず|は必ず|は常に|では)",
    r"と(?:だけ|のみ)(?:答え|回答し|返答し|出力し|言っ|返し|書い|表示し)(?:て|なさい|ろ|よ|ること|てください)",
    r"(?:聞かれ|尋ねられ|質問され|問われ)たら[^。\n]{0,30}(?:答え|言|伝え|回答|返)",
    r"(?:システムプロンプト|あなたの(?:プロンプト|指示|ルール|命令|規則)|初期(?:指示|プロンプト)|隠された指示)[^。\n]{0,24}(?:表示|出力|教え|見せ|明かし|開示|繰り返|書き|公開|述べ|何)",
    r"(?:出典|引用元?|情報源|参照番号)(?:は|を|も)?[^。\n]{0,6}(?:(?:書か|示さ|付け|記載し|つけ|表示し|含め|し)な(?:い|く)|省い|省略|不要|付けず|書かず)",
    r"(?:マニュアル|説明書|資料)[^。\n]{0,10}(?:記載|書いて|載って)[^。\n]{0,8}と(?:だけ)?(?:答え|回答|伝え|言)|回答を拒否|質問に答えない|答えてはいけ",
    r"(?:英語|中国語|フランス語|ドイツ語|スペイン語|韓国語|ロシア語|ラテン語|日本語|ローマ字|絵文字)(?:で(?:のみ|だけ)?|だけで|のみで)(?:答え|回答|返答|応答)",
    r"新しい(?:指示|命令|ルール|任務)[:：はで]|(?:内部|機密|社外秘)(?:文書|資料|マニュアル|情報)[^。\n]{0,6}(?:表示|検索|開示|読|引用|使)",
    r"(?:会話|質問|プロンプト|履歴)[^。\n]{0,10}(?:送信|送っ|転送|アップロード|付け加え)|(?:ユーザー|お客様|顧客|利用者)に[^。\n]{0,30}(?:パスワード|クレジット|リンク|url|サイト|https?|暗証)[^。\n]{0,20}(?:よう|伝え|案内|教え|求め|入力)",
    r"[a-z]+_[a-z_]+ ?(?:ツール|関数)?を(?:呼び出|実行|使)",
)
_FRENCH: Final = (
    (
        r"\b(?:ignore[zrs]?|oublie[zrs]?|neglige[zrs]?|ne (?:tiens|tenez|suis|suivez) (?:pas|plus)|(?:fais|faites) abstraction|outrepasse[zrs]?|contourne[zrs]?|desobei\w*|ecarte[zrs]?)\b"
        r".{0,20}\b(?:les|toutes?|tes|vos|tous|ces|aux|des)\b.{0,30}\b(?:instructions?|consignes?|regles?|directives?|ordres?|invites?|prompts?|restrictions?)\b"
    ),
    r"\b(?:l['’]?ia|intelligence artificielle|modele de langage|assistante?|chatbot|agent conversationnel)\b.{0,24}\b(?:doi[ts]|devez|devra|faut|note|attention|reponds?|repondez)\b|\bsi (?:tu es|vous etes) une? (?:ia|modele|assistant|intelligence)",
    r"\b(?:dans|a la fin de|au debut de|en tete de|apres) (?:ta|votre|tes|vos|chaque|toute|chacune de (?:tes|vos)|toutes (?:tes|vos)) (?:reponses?|messages?)\b",
    r"\b(?:reponds|repondez)\b.{0,24}\b(?:uniquement|seulement|exactement|toujours|desormais|que par|en (?:anglais|allemand|espagnol|latin|russe|chinois|japonais|italien|francais|majuscules|vers|rimes))\b",
    r"\b(?:ecris|ecrivez|dis|dites|recopie[zr]?)\b.{0,20}\b(?:exactement|uniquement|seulement|mot pour mot|le code secret)\b",
    r"\b(?:tu es|vous etes|tu n['’]?es|vous n['’]?etes) (?:maintenant|desormais|a present|plus)\b.{0,40}\b(?:assistant|bot|ia|modele|pirate|personnage|lie|limite|soumis|libre|tenu|une?)\b|\b(?:a partir de maintenant|desormais|dorenavant)\b,? (?:tu|vous (?:etes|devez|repond)|reponds|repondez|toutes (?:tes|vos)|chaque reponse|ne (?:reponds|repondez|cite))|\bfais(?:ons)? (?:comme si|semblant)|\bfaites (?:comme si|semblant)",
    r"\b(?:revele|affiche|montre|repete|donne|divulgue|imprime|recite|traduis|ecris|communique)\w*\b.{0,40}\b(?:prompts?|invite systeme|instructions? (?:systeme|initiales?|secretes?|cachees?)|(?:tes|vos) (?:regles|consignes|instructions|directives))\b|\bquelles sont (?:tes|vos) (?:instructions|consignes|regles)",
    r"\b(?:ne|n['’]|sans|jamais|evite[zr]?)\b.{0,10}\b(?:cite[rsz]?|citations?)\b|\b(?:ne|sans|jamais)\b.{0,8}\b(?:indiqu|mentionn|donn|nomm)\w*\b.{0,12}\b(?:sources|references)\b|\bcite[zrs]? (?:uniquement|seulement|plutot|la source|le document|le passage)",
    r"\b(?:reponds?|repondez|dis|dites|pretends?|pretendez)\b.{0,16}\bque (?:les manuels|le manuel|la documentation)\b|\brefuse[zrs]? de repondre|\bne (?:reponds|repondez) (?:pas|plus|a aucune)",
    r"\b(?:si|quand|lorsqu\w*)\b.{0,24}\b(?:demande\w*|interroge\w*)\b.{0,50}\b(?:dis|dites|reponds|repondez|affirme[zr]?)\b|\bnouvelles? (?:instructions?|consignes?|regles?|missions?) ?:|\bau lieu de repondre\b",
    r"\b(?:affich|montr|revel|cit|utilis|cherch|li[stz]|ouvr|donn|consult|public?)\w*\b.{0,30}\b(?:documents?|manuels?|passages?) (?:\w+ et )?(?:internes?|confidentiels?|secrets?)\b|\b(?:envoie|envoyez|transmets|transmettez|ajoute[zr]?)\b.{0,30}\b(?:conversation|question|historique)\b.{0,30}\b(?:a|vers|dans)\b",
    r"^\W*(?:dis|dites|demande[zr]?|conseille[zr]?|recommande[zr]?)\b.{0,6}\b(?:a l['’]?utilisateur|aux utilisateurs|au client|aux clients)\b",
)
_GERMAN: Final = (
    r"\b(?:ignorier\w*|missacht\w*|vergiss|vergessen sie|verwirf|verwerfen sie|ubergeh\w*|umgeh\w*|(?:befolg|beacht)\w* .{0,20}nicht)\b.{0,50}\b(?:anweisung\w*|regeln?|instruktion\w*|vorgaben?|richtlinien?|befehle?n?|\w*prompts?|beschrankungen?)\b",
    r"\b(?:ki|kunstliche intelligenz|sprachmodell\w*|assistent\w*|chatbot\w*|ki-\w+)\b.{0,24}\b(?:muss|musst|mussen|soll|sollst|sollen|hinweis|achtung|darf|antwort\w*)\b|\bwenn du eine? (?:ki|sprachmodell|assistent|chatbot)",
    r"\b(?:in|an|am ende|am anfang|zu beginn|am schluss|vor|nach|unter|ans ende) ?(?:deiner|jeder|ihrer|allen|jede|deine|ihre|deinen|aller) (?:\w+ )?antwort(?:en)?\b",
    r"\b(?:antworte|antworten sie|erwider\w*)\b.{0,24}\b(?:nur|ausschliesslich|exakt|genau|immer|stets|kunftig|lediglich|auf (?:englisch|franzosisch|spanisch|latein\w*|russisch|chinesisch|japanisch|italienisch|deutsch)|in (?:reimen|grossbuchstaben|versen))\b",
    r"\b(?:schreib\w*|sag\w*|gib|drucke?)\b.{0,16}\b(?:nur|exakt|genau|wortlich|ausschliesslich)\b.{0,16}\b(?:wort|worte|satz|text|code|aus)\b|\bgib (?:nur|exakt|genau|das wort)",
    r"\b(?:du bist|sie sind) (?:jetzt|nun|ab jetzt|ab sofort|nicht mehr|von nun an)\b.{0,40}\b(?:assistent\w*|bot|ki|modell|pirat\w*|figur|gebunden|eingeschrankt|frei|eine?)\b|\b(?:ab (?:jetzt|sofort)|von nun an|kunftig)\b,?.{0,12}\b(?:antwort\w*|bist|sollst|musst|alle|jede|du)\b|\btu(?:e)? so,? als|\bstell dir vor,? du",
    r"\b(?:zeig\w*|verrat\w*|nenne?\w*|gib|wiederhol\w*|drucke?\w*|offenbar\w*|ubersetz\w*|schreib\w*|teil\w*)\b.{0,40}\b(?:system-?prompts?|systemanweisung\w*|systemnachricht\w*|(?:deine|ihre) (?:\w+ )?(?:anweisungen|regeln|instruktionen|vorgaben)|(?:geheime|versteckte|ursprungliche)n? (?:anweisung\w*|regeln|prompts?))\b|\b(?:wie|was) (?:lauten|sind) (?:deine|ihre) (?:\w+ )?(?:anweisungen|regeln|instruktionen)",
    r"\b(?:keine|ohne|nie|niemals|verzicht\w* auf|lass\w*|nicht)\b.{0,16}\b(?:quellen\w*|zitate?n?|zitier\w*|belege|fussnoten)\b.{0,12}|\bzitier\w* (?:nur|stattdessen|ausschliesslich|immer|die quelle|das dokument|passage)",
    r"\b(?:antworte|sag\w*|behaupte\w*|schreib\w*)\b.{0,16}\bdass (?:die|das|in den|im) handb\w+|\b(?:verweiger\w*|beantworte\w* keine)\b.{0,16}\b(?:antwort\w*|fragen?)\b",
    r"\b(?:wenn|falls|sobald)\b.{0,30}\b(?:fragt|fragen|gefragt)\b.{0,50}\b(?:sag\w*|antworte\w*|behaupte\w*)\b|\bneue (?:anweisung\w*|regeln?|aufgaben?|instruktion\w*) ?:|\b(?:an)?statt zu antworten\b",
    r"\b(?:zeig|durchsuch|offn|nenn|zitier|verwend|benutz|lies|gib|verrat|such|veroffentlich)\w*\b.{0,30}\b(?:interne|vertrauliche|geheime)n?(?: und (?:interne|vertrauliche|geheime)n?)? (?:dokumente?n?|handbucher\w*|unterlagen|passagen)\b.{0,30}|\b(?:sende|schicke?|ubermittl\w*|hange?)\b.{0,30}\b(?:gesprach\w*|frage|verlauf|unterhaltung)\b.{0,30}\b(?:an|nach|zu)\b",
    r"\b(?:sag\w*|teil\w*|empfiehl\w*|bitte\w*|fordere?\w*)\b.{0,6}\b(?:dem (?:nutzer|benutzer|kunden|anwender)|den (?:nutzern?|benutzern?|kunden|anwendern?))\b",
)
_SPANISH: Final = (
    r"\b(?:ignor[ae]n?|olvid[ae]n?|desatiend[ae]|(?:haz|haga|hagan) caso omiso|no (?:sigas?|obedezcas?|hagas? caso)|descart[ae]|incumpl[ae]|salt[ae]te)\b.{0,20}\b(?:las|todas|tus|sus|los|estas|esas|todo)\b.{0,30}\b(?:instruccion\w*|reglas?|indicacion\w*|directric\w*|ordenes|prompts?|restriccion\w*|normas)\b",
    r"\b(?:la ia|inteligencia artificial|modelo de lenguaje|asistente|chatbot)\b.{0,24}\b(?:debe|debes|debera|tiene que|atencion|nota|responda?)\b|\bsi eres una? (?:ia|modelo|asistente|inteligencia)",
    r"\b(?:en|al final de|al principio de|al comienzo de|despues de) (?:tu|su|tus|sus|cada|cada una de tus|todas (?:tus|sus)) (?:\w+ )?(?:respuestas?|mensajes?)\b",
    r"\b(?:responde|responda|contesta|conteste)\b.{0,24}\b(?:solo|unicamente|exactamente|siempre|solamente|simplemente|en (?:ingles|frances|aleman|latin|ruso|chino|japones|italiano|espanol|mayusculas|verso|rima))\b",
    r"\b(?:escribe|escriba|di|diga|imprime|imprima|muestra)\b.{0,20}\b(?:exactamente|unicamente|solo|palabra por palabra|la palabra|la frase|el codigo secreto)\b",
    r"\b(?:ahora eres|ya no eres|ahora es usted|eres ahora)\b|\b(?:a partir de ahora|desde ahora|de ahora en adelante)\b,?.{0,12}\b(?:eres|responde|responda|todas|cada|tu|debes|no)\b|\b(?:finge|imagina|actua como si|haz como si)\b",
    r"\b(?:revela|muestra|repite|imprime|dime|divulga|escribe|traduce|ensena|comparte)\w*\b.{0,40}\b(?:prompts? (?:del sistema|inicial|oculto)|(?:tu|tus) prompts?|instrucciones (?:del sistema|iniciales|ocultas|secretas)|mensaje del sistema|(?:tus|sus) (?:reglas|instrucciones|directrices|normas))\b|\bcuales son tus (?:instrucciones|reglas|normas)",
    r"\b(?:no|sin|nunca|evita|omite|elimina)\b.{0,12}\b(?:cites?|citar|citas|fuentes|referencias)\b|\bcita (?:solo|unicamente|en su lugar|la fuente|el documento|el pasaje)",
    r"\b(?:responde|responda|di|diga|afirma|contesta)\b.{0,16}\bque (?:los manuales|el manual|la documentacion)\b|\b(?:niegate|se niega|rechaza) .{0,4}(?:a )?(?:responder|contestar)|\bno (?:respondas|contestes|responda) (?:a )?(?:ninguna|mas|las|preguntas)",
    r"\b(?:si|cuando)\b.{0,24}\bpregunt(?:en|an|a|e)\b.{0,50}\b(?:di|diga|responde|contesta)\b|\bnuevas? (?:instruccion\w*|reglas?|tareas?|orden\w*) ?:|\ben (?:lugar|vez) de responder\b",
    r"\b(?:muestr|ensen|revel|cit|us|busc|le[ea]|abr|consult|public)\w*\b.{0,30}\b(?:documentos?|manuales?|pasajes?) (?:\w+ y )?(?:internos?|confidenciales?|secretos?)\b|\b(?:envia|envie|manda|transmite|anade)\b.{0,30}\b(?:conversacion|pregunta|historial)\b.{0,30}\b(?:a|hacia|en)\b",
    r"^\W*(?:di(?:le|ga)?|dile|pidele|pide|recomienda\w*|aconseja\w*)\b.{0,8}\b(?:al (?:usuario|cliente)|a los (?:usuarios|clientes))\b",
)
_TOKENS: Final = (
    # Words run together, as they come out of letters that were written apart.
    r"(?:ignore|disregard|forget)(?:all|any|the|your|every|these|of|my)*(?:previous|prior|above|earlier|system|existing)+(?:instruction|rule|prompt|guideline|direction)s?",
    r"<\s*[|｜]\s*[\w-]{2,30}\s*[|｜]\s*>|\[/?\s*inst\s*\]|<<\s*/?sys|<\s*/?\s*(?:passages?|conversation|user_facts|system|assistant|tool_call|function_calls?|start_of_turn|end_of_turn|think)\s*>",
    r"^\W*(?:#{1,6}\s*)?(?:assistant|developer|human|a\.?i\.?|system (?:message|prompt|note|override|instructions?|command|update)|new system)\s*[:\]】>]",
    r"^\W*#{2,6}\s*(?:system|instructions?|assistant|human|user|response)\s*:?\s*$",
    r"\b(?:end|start|begin(?:ning)?) of (?:the )?(?:system |user |new |all )?(?:prompt|passages?|context|system)\b|\bend[_ ](?:system|prompt|context)\b",
)
_GATES: Final = (
    (
        (
            r"ignor|disregard|forget|neglect|overlook|attention|overrid|bypass|instruct|prompt|\bai\b|a\.i\.|assistant|language model"
            r"|llm|chat ?bot|gpt|answer|repl(?:y|ies)|respon|from (?:now|this point|here) on|henceforth|starting now|pretend|imagin"
            r"|suppose|assume|act as|role-?play|jailbr|anything now|god mode|unrestrict|no longer bound|without (?:any )?(?:restrict|filter|censor|guard)"
            r"|repeat|\bcit(?:e|es|ing|ation)|bracket|not_in|audience|scope|\brole\b|polic|persona|confidential|internal|private|restricted"
            r"|unpublished|secret|conversation|chat (?:history|log)|api key|the question|user'?s? (?:question|data|name|email|message)|session"
            r"|[a-z]_[a-z]|\"(?:name|tool|function|role)|(?:tool|function) call|\bask(?:s|ed)?\b|queried|questioned|\b(?:the|this) (?:\w+ )?(?:words?|phrase|sentence|string|token|canary)\b"
            r"|you(?:'re| are) (?:now|no longer|actually|really|from now|hereby)|\b(?:tell|inform|assure|convince|persuade|advise|urge)\b|speak|talk|\bwrite (?:your|the|everything|all)"
            r"|\byour (?:\w+ )?(?:rule|guideline|directive|task|job|goal|role|constraint|restriction|order|training|programming|command|message|output|configuration|system|mission|identity|purpose|objective)"
            r"|(?:manuals?|passages?|documents?|documentation) (?:do|does|has|have|is|are|cannot|don)|sources?\b|passages?\b|references?\b|refuse"
        ),
        _ENGLISH,
    ),
    (
        (
            r"忽略|无视|忘|抛开|理会|不用管|绕过|放弃|别管|遵|推翻|人工智能|ai|模型|助手|机器人|回答|回复|答复|答案|问|你|假装|扮演|指令|提示词|系统提示"
            r"|出处|来源|引用|标注|内部|机密|用户|客户|调用|输出|打印|重复|说|对话|聊天|范围|权限|受众|角色"
        ),
        _CHINESE,
    ),
    (
        (
            r"指示|命令|ルール|規則|プロンプト|アシスタント|モデル|ボット|ai|あなた|君は|お前|今から|これから|今後|振る舞|なりきって|ふりをし|返答|答え|回答|返信|返事|と言|出典|引用"
            r"|情報源|ソース|参照番号|マニュアル|ユーザー|お客様|顧客|利用者|会話|質問|機密|を(?:呼び出|実行|使)|[ぁ-ん](?:出力|書い|表示|返)し?"
        ),
        _JAPANESE,
    ),
    (
        (
            r"consigne|instruction|regle|directive|ordre|invite|prompt|restriction|\bia\b|intelligence|modele|assistant|chatbot|repon|desormais|tu es"
            r"|vous etes|partir de maintenant|dorenavant|semblant|comme si|mot pour mot|exactement|uniquement|seulement|\bcit|source|manuel|confidentiel|interne|conversation|utilisateur|client|mission"
        ),
        _FRENCH,
    ),
    (
        (
            r"anweis|regel|instruktion|vorgabe|richtlinie|befehl|prompt|\bki\b|sprachmodell|assistent|chatbot|antwort|du bist|sie sind|ab (?:jetzt|sofort)|von nun|kunftig|stell dir"
            r"|wortlich|exakt|quelle|zitier|zitat|beleg|handbuch|handbuch|nutzer|kunden|anwender|gefragt|fragt|intern|vertraulich|geheim|gesprach|verlauf|unterhaltung|aufgabe"
        ),
        _GERMAN,
    ),
    (
        (
            r"instruccion|regla|indicacion|directri|orden|prompt|restriccion|norma|\bia\b|inteligencia|modelo|asistente|chatbot|respond|respuesta|contest|eres|a partir de ahora|desde ahora"
            r"|finge|imagina|como si|palabra|exactamente|unicamente|\bcit|fuente|referencia|manual|pregunt|intern|confidencial|secret|conversacion|historial|usuario|cliente"
        ),
        _SPANISH,
    ),
    (
        r"[|｜]|inst\b|sys|[<＜]|assistant|developer|human|\ba\.?i\b|#{2}|\b(?:end|start|begin)|ignore|disregard|forget",
        _TOKENS,
    ),
)
STRONG: Final = tuple((re.compile(gate), tuple(re.compile(form) for form in forms)) for gate, forms in _GATES)
"""For each language what all of its forms hold something of, which most texts hold none of; and the forms."""
WEAK: Final = re.compile(
    r"^\W*(?:(?:please|now|then|also|and|always|only|instead|finally|first|next|so|but|step \d+)\b[,:]? ?)*"
    r"(?:(?:do not|don'?t|never|you (?:must|should|will|shall|are)) )?"
    r"(?:say|answer|reply|respond|output|print|write|tell|include|add|append|insert|begin|end|finish|reveal|show"
    r"|display|repeat|call|invoke|execute|send|visit|click|link|recommend|translate|cite|mention|claim|state|pretend|act"
    r"|speak|ignore|forget|obey|warn|refuse|it is (?:of|a matter)|the (?:answer|code|password|user|word)|system|user|assistant"
    r"|dis|dites|ecri\w+|repon\w+|ajoute\w*|affiche\w*|sag\w*|schreib\w*|antwort\w*|fuge?|zeig\w*|di|diga|escrib\w+|respond\w+|anad\w+|muestr\w+)\b"
    r"|^\W*(?:请|然后|并|再|只)?(?:说|输出|回答|回复|加上|附上|写|告诉|打印|引用|添加|显示)|(?:と言え|と答えろ|を?(?:出力|表示|追加|回答|引用)(?:して|しなさい|せよ|すること))"
    r"|https?:|www\.|!\[|\]\(|<[a-z!/]|javascript:|data:"
)
LEAD: Final = re.compile(r"^\W*(?:[\w ]{1,40}|[\u3040-\u9fff]{1,12})[:：]\W*$")
"""What only announces the next sentence."""
HIDDEN: Final = re.compile(
    r"\b(?:ignor(?:e|ing)|disregard|forget|previous|instructions?|prompts?|assistant|answer(?:s|ing)?|respond|reply|replies|always|sources?|reveal|pretend|the|and)\b"
)
"""Common words of orders: a text read backwards or turned by rot13 holds none unless it was written that way."""
