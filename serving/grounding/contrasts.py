"""Words with an opposite, or of a closed set, in six languages: colours, sides, states, before and after.

They are what a sentence gets wrong while it shares all other words with its source, and what can be compared across
languages without understanding. Text goes in, concepts come out; those of one group exclude each other.
"""

import re
from functools import lru_cache
from typing import Final

# A concept a line: English; German; French; Spanish; Chinese; Japanese. Only what is plain in most manuals.
_LINES: Final = """
colour red: red; rot rote roter rotes roten rotem; rouge rouges; rojo roja rojos rojas; 红; 赤
colour orange: orange amber; orange orangefarben; orange; naranja; 橙; 橙 オレンジ
colour yellow: yellow; gelb gelbe gelber gelbes gelben gelbem; jaune jaunes; amarillo amarilla; 黄; 黄
colour green: green; grün grüne grüner grünes grünen grünem; vert verte verts vertes; verde verdes; 绿; 緑
colour blue: blue; blau blaue blauer blaues blauen blauem; bleu bleue bleus bleues; azul azules; 蓝; 青
colour violet: violet purple; violett violette violetten lila; violet violette violets; violeta morado; 紫; 紫
colour white: white; weiß weiße weißer weißes weißen weiss; blanc blanche blancs; blanco blanca; 白; 白
colour black: black; schwarz schwarze schwarzer schwarzes schwarzen; noir noire noirs; negro negra; 黑; 黒
colour grey: grey gray; grau graue grauer graues grauen; gris grise; gris grises; 灰; 灰 グレー
colour brown: brown; braun braune brauner braunes braunen; brun brune marron; marrón; 棕 褐; 茶色 褐色
weekday monday: monday; montag; lundi; lunes; 周一 星期一; 月曜
weekday tuesday: tuesday; dienstag; mardi; martes; 周二 星期二; 火曜
weekday wednesday: wednesday; mittwoch; mercredi; miércoles; 周三 星期三; 水曜
weekday thursday: thursday; donnerstag; jeudi; jueves; 周四 星期四; 木曜
weekday friday: friday; freitag; vendredi; viernes; 周五 星期五; 金曜
weekday saturday: saturday; samstag; samedi; sábado; 周六 星期六; 土曜
weekday sunday: sunday; sonntag; dimanche; domingo; 周日 星期日 周天; 日曜
time before: before prior; bevor vorher vorab; avant; antes; 之前 以前; 前に 以前 までに
time after: after afterwards; nachdem danach; après; después tras; 之后 以后; 後に 後で あとで てから 以降
follow next: next; nächste nächsten nächster; suivant suivante prochain; siguiente próximo; 下一; 次の
follow previous: previous; vorige vorherige vorherigen; précédent précédente; anterior; 上一; 前の
side left: left; links linke linken linker; gauche; izquierda izquierdo; 左; 左
side right: right; rechts rechte rechten rechter; droite; derecha derecho; 右; 右
side middle: middle centre center; mitte mittlere mittleren; milieu centre; centro central; 中间 中央; 中央 真ん中
where above: above; oberhalb; au-dessus; encima; 上方 上面; 上に 上方
where below: below underneath; unterhalb; en_dessous; debajo; 下方 下面; 下に 下方
where behind: behind; hinter; derrière; detrás; 后方 背后 后边; 後ろ 裏
where before: in_front_of; davor vor; devant; delante; 前方 前边; 手前
act confirm: confirm confirms; bestätigen; confirmer; confirmar; 确认 确定; 確認 決定
act cancel: cancel abort; abbrechen; annuler; cancelar; 取消; キャンセル 取り消し 中止
kind fixed: fixed constant; feste fester; fixe; fijo fija; 固定; 固定
kind random: random; zufällig zufällige; aléatoire; aleatorio aleatoria; 随机; ランダム
share same: same identical; gleiche gleichen; même identique; mismo misma; 相同 同一; 同じ
share different: different other; andere anderen verschiedene; différent autre; diferente otro otra; 不同 其他 别的; 異なる 別の
end front: front; vorn vorne vordere vorderen; avant; delantero delantera delante frontal; 前轮 前挡 左前 右前 前面; 前輪 前面 フロント
end rear: rear; hinten hintere hinteren rück; arrière; trasero trasera detrás; 后轮 左后 右后 后面 背面; 後輪 背面 リア
depth inner: inner inside indoor indoors internal; innen innere inneren innerer innenseite; intérieur intérieure; interior; 内侧 室内 内部 里面; 内側 室内 内部
depth outer: outer outside outdoor outdoors external; außen äußere äußeren äußerer draußen; extérieur extérieure; exterior; 外侧 室外 外部 门外; 外側 屋外 室外 外部
switch on: enabled activated; eingeschaltet aktiviert; activé activée allumé; activado activada encendido encendida; 打开 启用 开启; オン 有効
switch off: off disabled deactivated; ausgeschaltet deaktiviert; désactivé désactivée éteint; desactivado desactivada apagado apagada; 关闭 禁用 关机; オフ 無効
shut open: open opened; offen offene offenen geöffnet öffnen; ouvert ouverte ouvrir; abierto abierta abrir; 打开 敞开; 開け 開い
shut closed: closed close shut; geschlossen geschlossene schließen; fermé fermée fermer; cerrado cerrada cerrar; 关上 关好 关门; 閉め 閉じ
heat hot: hot hotter boiling; heiß heiße heißer heißen heißem kochend; chaud chaude bouillant bouillante; caliente hirviendo; 热; 熱い 高温
heat warm: warm lukewarm; warm lauwarm warmem lauwarmem; tiède; tibia tibio caliente; 温水 温热; ぬるま湯
heat cold: cold colder; kalt kalte kalten kälter; froid froide; frío fría; 冷; 冷たい 低温
age old: old; alt alte alten alter altes; ancien ancienne vieux vieille; viejo vieja antiguo antigua; 旧; 古い 旧
age new: new; neu neue neuen neuer neues; nouveau nouvelle neuf neuve; nuevo nueva; 新的; 新しい
oldest oldest: oldest; älteste ältesten; anciens ancien; antiguos antiguo; 最旧; 最も古い
oldest newest: newest latest; neueste neuesten; récents récent; recientes reciente; 最新; 最新
wet wet: wet damp moist; nass nasse nassen feucht feuchte; humide mouillé; húmedo mojado; 湿 潮湿; 濡れ 湿っ
wet dry: dry; trocken trockene trockenen trocknen; sec sèche; seco seca; 干燥 擦干 晾干; 乾い 乾燥
touch soft: soft; weich weiche weichen; doux douce; suave; 柔软 软布; 柔らかい
touch hard: hard rough; hart harte harten rau; dur rugueux; áspero duro; 坚硬 粗糙; 硬い
level high: high; hoch hohe hohen; élevé haute haut; alta alto; 高; 高
level low: low; niedrig niedrige niedrigen; bas basse faible; baja; 低; 低
pole positive: positive; positiv positiver pluspol; positif positive; positivo; 正极; 正極 プラス
pole negative: negative; negativ negativer minuspol; négatif négative; negativo; 负极; 負極 マイナス
pole neutral: neutral; neutralleiter; neutre; neutro; 零线 中性线; 中性線
bolt lock: lock locks locked; sperren gesperrt verriegeln; verrouiller verrouillé; bloquear bloqueado; 上锁 锁定; ロック 施錠
bolt unlock: unlock unlocks unlocked; entsperren entriegeln; déverrouiller; desbloquear; 开锁 解锁; 解錠 アンロック
plug connect: connect connected; verbinden verbunden anschließen; connecter raccorder; conectar; 连接; 接続
plug disconnect: disconnect disconnected; trennen abklemmen; déconnecter débrancher; desconectar; 断开; 切断
put insert: insert inserted; einlegen einsetzen; insérer; insertar introducir; 装入 插入; 挿入 入れ
put remove: remove removed; entfernen herausnehmen entnehmen; retirer enlever; retirar quitar sacar; 取出 取下 拆下; 取り外し 取り出し
change increase: increase raise; erhöhen; augmenter; aumentar; 增加 提高; 増や 上げ
change decrease: decrease reduce lower lowers; senken verringern reduzieren; réduire diminuer; reducir disminuir; 减少 降低; 減ら 下げ
turn clockwise: clockwise; uhrzeigersinn; horaire; horario; 顺时针; 時計回り
turn counterclockwise: counterclockwise anticlockwise; gegenuhrzeigersinn; antihoraire; antihorario; 逆时针; 反時計回り
run start: start starts begin begins; beginnt startet starten; commence démarrer; empieza iniciar; 开始 启动; 開始
run stop: stop stops; stoppen anhalten; arrêter; detener parar; 停止; 停止
amount all: all every; alle allen jeder jede jedes; tous toutes tout; todos todas; 所有 全部; すべて 全て
amount few: few some; wenige einige; quelques; algunos algunas; 少数 一些 部分; 一部
tight tighten: tighten tightened tight; festziehen anziehen fest_anziehen; serrer serrez; apretar apriete; 拧紧 收紧; 締め
tight loosen: loosen loosened loose; lösen lockern locker; desserrer desserrez; aflojar afloje; 松开 拧松; 緩め
fill fill: fill filled; füllen gefüllt befüllen; remplir remplissez; llenar llene; 加满 注满; 満た 充填
fill drain: drain drained emptied; leeren entleeren ablassen; vider vidange videz; vaciar vacíe; 排空 排水; 排出 空に
move push: push pushed; schieben drücken; pousser poussez; empujar empuje; 推; 押し込
move pull: pull pulled; ziehen gezogen herausziehen; tirer tirez; tirar tire; 拉 拔; 引っ張 引き抜
data import: import imported importing; importieren importiert; importer importez; importar importe; 导入; インポート
data export: export exported exporting; exportieren exportiert; exporter exportez; exportar exporte; 导出; エクスポート
load upload: upload uploads uploaded; hochladen hochgeladen; téléverser; subir; 上传; アップロード
load download: download downloads downloaded; herunterladen heruntergeladen; télécharger téléchargez; descargar descargue; 下载; ダウンロード
mail send: sends send sent; senden sendet gesendet schicken; envoyer envoie envoyez; enviar envía envíe; 发送 寄出; 送信
mail receive: receives receive received; empfangen empfängt erhalten; recevoir reçoit reçu; recibir recibe; 接收 收到; 受信
sign in: sign_in log_in; anmelden einloggen; se_connecter connectez-vous; iniciar_sesión; 登录; ログイン サインイン
sign out: sign_out log_out; abmelden ausloggen; se_déconnecter; cerrar_sesión; 退出登录 注销; ログアウト サインアウト
air indoors: indoors indoor; innenraum drinnen innenbereich; intérieur; interior; 室内; 室内 屋内
air outdoors: outdoors outdoor outside; draußen außenbereich im_freien; extérieur dehors; exterior aire_libre; 室外 户外; 屋外 室外
bound minimum: minimum at_least; mindestens minimal; minimum au_moins; mínimo como_mínimo al_menos; 至少 最少 最低; 少なくとも 以上 最低
bound maximum: maximum at_most; höchstens maximal; maximum au_plus; máximo como_máximo; 最多 至多 最高 不超过; 最大 以下 まで 以内
lasting temporary: temporary temporarily; vorübergehend temporär; temporaire provisoire; temporal; 临时; 一時的
lasting permanent: permanent permanently; dauerhaft ständig; permanent; permanente; 永久 长期; 恒久 常時
driven manual: manual_mode manually by_hand; manuell von_hand; manuel manuellement à_la_main; manualmente a_mano; 手动; 手動
driven automatic: automatic automatically by_itself by_themselves; automatisch selbsttätig von_selbst; automatique automatiquement; automático automáticamente; 自动; 自動
tied wired: wired; kabelgebunden verdrahtet; filaire; cableado; 有线; 有線
tied wireless: wireless; drahtlos kabellos funk; sans_fil; inalámbrico inalámbrica; 无线; 無線 ワイヤレス
season summer: summer; sommer; été; verano; 夏季 夏天; 夏
season winter: winter; winter; hiver; invierno; 冬季 冬天; 冬
pace fast: fast quickly rapidly; schnell; rapide rapidement; rápido rápidamente deprisa; 快速 快; 速く 高速
pace slow: slow slowly; langsam; lent lentement; lento despacio lentamente; 缓慢 慢; ゆっくり 遅く
flow input: input inputs; eingang; entrée; entrada; 输入; 入力
flow output: output outputs; ausgang; sortie; salida; 输出; 出力
edge top: top upper; obere oberer oberen oben; supérieur haut_de; superior; 顶部 上部; 上部 上端
edge bottom: bottom; untere unterer unteren unten; inférieur bas_de; inferior; 底部 下部; 下部 下端
known known: original genuine; original; d'origine; original; 原装; 純正
known unknown: unknown third-party; unbekannte unbekannten fremde; inconnu inconnus; desconocido desconocidos; 未知 第三方; 不明 他社
"""  # noqa: E501
ORDER: Final = "time"
"""The group of before and after: wait before you open is open after you waited, so `steps` judges them."""
_LANGUAGES: Final = ("en", "de", "fr", "es", "zh", "ja")
STRICT: Final = frozenset({"colour", "weekday"})
"""Groups whose members are facts: one that a source does not name is not supported by it."""


def _spaced(words: str) -> list[str]:
    return [word.replace("_", " ") for word in words.split()]


def _read() -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, list[str]]]]:
    groups: dict[str, tuple[str, str]] = {}
    words: dict[str, dict[str, list[str]]] = {language: {} for language in _LANGUAGES}
    for line in _LINES.strip().splitlines():
        name, _, listed = line.partition(":")
        group, concept = name.split()
        groups[f"{group}.{concept}"] = group, concept
        for language, part in zip(_LANGUAGES, listed.split(";"), strict=True):
            for word in _spaced(part):
                words[language].setdefault(word, []).append(f"{group}.{concept}")
    return groups, words


_GROUPS, _CONCEPTS = _read()
_PATTERNS: Final = {
    language: re.compile(
        "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        if language in ("zh", "ja")
        else rf"\b(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})\b"
    )
    for language, words in _CONCEPTS.items()
}


@lru_cache(maxsize=4096)
def concepts(folded: str, language: str) -> tuple[tuple[str, int], ...]:
    """The concepts (`group.name`) that a folded text names, each with where it begins.

    Read in the text's language; as English where that is unknown.
    """
    base = language.split("-", maxsplit=1)[0]
    base = base if base in _PATTERNS else "en"
    found = _PATTERNS[base].finditer(folded)
    return tuple((concept, match.start()) for match in found for concept in _CONCEPTS[base][match.group()])


def group_of(concept: str) -> str:
    return _GROUPS[concept][0]


def opposed(claimed: frozenset[str], said: frozenset[str]) -> frozenset[str]:
    """Concepts of the claim for which the other text names only others of their group."""
    return frozenset(
        concept
        for concept in claimed - said
        if any(group_of(other) == group_of(concept) and other not in claimed for other in said)
    )


def opposed_pairs(said: frozenset[str]) -> frozenset[str]:
    """Concepts that stand beside another of their group: a text that names both tells them apart itself."""
    return frozenset(
        concept for concept in said for other in said if other != concept and group_of(other) == group_of(concept)
    )
