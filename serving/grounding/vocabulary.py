"""What manuals speak of, in six languages: parts, places, things people do. A battery is no card, in any language.

A folded text goes in, the concepts it names come out. Words that manuals use for the same thing are one concept
(button and key, lamp and light), so that a paraphrase names the same; a word that is not listed says nothing.
"""

import re
from functools import lru_cache
from typing import Final

# A concept a line: English; German; French; Spanish; Chinese; Japanese. German words are found inside compounds too.
# Those with ~ are said in so many ways (press, hold, tap) or left out so often (the key ▲) that a text which does not
# name them may mean them all the same. Words of `-` name nothing, though they hold a word that does.
_LINES: Final = """
battery: battery batteries cell accumulator; batterie akku zelle; pile batterie accumulateur; pila batería; 电池 电瓶 电量; 電池 バッテリー
charger: charger charging dock; ladegerät ladestation ladeschale; chargeur; cargador; 充电器 充电座 充电夹; 充電器
adapter: adapter adaptor; netzteil adapter; adaptateur; adaptador; 适配器 电源适配; アダプター
cable: cable cord; kabel; câble cordon; ; 电缆 线缆 线长 数据线; ケーブル コード
~wire: wire wires; ader adern draht drähte; fil fils; hilo hilos cable; 电线 红线 黄线 导线; 電線 配線
terminal: terminal terminals; klemme klemmen; borne; borne terminal; 端子 接线柱; 端子
fuse: fuse; sicherung; fusible; fusible; 保险丝 熔断; ヒューズ
breaker: breaker; schutzschalter leitungsschutz; disjoncteur; disyuntor; 断路器 空气开关; ブレーカー
plug: plug socket outlet; stecker steckdose; prise fiche; enchufe toma; 插头 插座 点烟器; プラグ コンセント
usb: usb; usb; usb; usb; usb; usb
display: display screen monitor; display anzeige bildschirm; écran afficheur; pantalla; 屏幕 显示屏 显示器 触屏; 画面 ディスプレイ スクリーン
~button: button key keys buttons; taste tasten knopf; bouton touche; botón tecla; 按钮 按键 键; ボタン キー
keypad: keypad keyboard; tastatur tastenfeld; clavier; teclado; 键盘; キーパッド キーボード
knob: knob dial crown; drehknopf krone; molette couronne; corona perilla; 旋钮 表冠; つまみ リューズ
~ring: ring; ring; anneau bague; anillo; 圈 环; リング
lamp: lamp light lights; lampe leuchte licht led; voyant lampe lumière; luz lámpara indicador; 灯 指示灯; ランプ ライト 点灯
sensor: sensor; sensor fühler; capteur sonde; sensor sonda; 传感器; センサー
camera: camera; kamera; caméra; cámara; 摄像头 相机 记录仪; カメラ
microphone: microphone; mikrofon; microphone micro; micrófono; 麦克风; マイク
speaker: speaker loudspeaker; lautsprecher; haut-parleur; altavoz; 扬声器 喇叭; スピーカー
antenna: antenna aerial; antenne; antenne; antena; 天线; アンテナ
card: card cards; karte karten; carte; tarjeta; 存储卡 卡; カード
memory: memory storage; speicher; mémoire stockage; memoria almacenamiento; 内存 存储 空间; メモリー 容量
phone: phone smartphone mobile; telefon smartphone handy; téléphone smartphone; teléfono móvil; 手机 电话; スマートフォン 電話 スマホ
computer: computer pc laptop; computer rechner; ordinateur; ordenador computadora; 电脑 计算机; パソコン コンピューター
tablet: tablet; tablet; tablette; tableta; 平板; タブレット
router: router; router; routeur box; router enrutador; 路由器; ルーター
hub: hub gateway; hub gateway zentrale; hub passerelle concentrateur; hub concentrador; 中枢 网关; ハブ ゲートウェイ
repeater: repeater; repeater verstärker; répéteur; repetidor; 中继器; 中継器
network: network wi-fi wlan wifi; netzwerk netz wlan; réseau wi-fi; red wi-fi; 网络 无线网 wi-fi; ネットワーク wi-fi
internet: internet; internet; internet; internet; 互联网 因特网 联网; インターネット
cloud: cloud; cloud; cloud nuage; nube; 云; クラウド
server: server; server; serveur; servidor; 服务器; サーバー
app: app application; app anwendung; application appli app; aplicación app; 应用; アプリ
firmware: firmware software; firmware software; micrologiciel firmware logiciel; firmware software; 固件 软件; ファームウェア ソフトウェア
update: update updates updating; aktualisierung update; mise_à_jour; actualización; 更新 升级; 更新 アップデート
calibration: calibration calibrate; kalibrierung kalibrieren; étalonnage calibrage étalonner; calibración calibrar; 校准; 校正 キャリブレーション
password: password passcode; passwort kennwort; mot_de_passe; contraseña; 密码; パスワード 暗証
pin: pin; pin; pin; pin; pin; pin
fingerprint: fingerprint fingerprints; fingerabdruck fingerabdrücke; empreinte; huella; 指纹; 指紋
account: account; konto; compte_utilisateur; ; 账号 账户; アカウント
user: user users; benutzer nutzer; utilisateur; usuario; 用户; ユーザー
owner: owner; eigentümer besitzer; propriétaire; propietario; 所有者 主人; 所有者
electrician: electrician; elektriker elektrofachkraft; électricien; electricista; 电工; 電気工事士
driver: driver; fahrer; conducteur; conductor; 驾驶员 司机; 運転者 運転席
passenger: passenger; beifahrer mitfahrer; passager; pasajero acompañante; 乘客 副驾; 乗客 助手席
doctor: doctor physician; arzt ärztin ärzte ärzten; médecin; médico; 医生; 医師
child: child children; kind kinder; enfant; niño niños; 儿童 孩子; 子供 お子様
dealer: dealer dealers retailer; händler; revendeur; distribuidor; 经销商; 販売店
customer: customer customers; kunde kunden; client; cliente; 客户 顾客; お客様
door: door; tür türen; porte; puerta; 门; ドア 扉
window: window windows; fenster; fenêtre; ventana; 窗; 窓
wall: wall; wand; mur; pared; 墙; 壁
floor: floor; boden fußboden; sol plancher; suelo piso; 地板 地面 地暖; 床
~room: room; raum zimmer; pièce chambre; habitación sala; 房间 室温; 部屋 室
glass: glass windscreen; glas scheibe; verre vitre pare-brise; cristal vidrio parabrisas; 玻璃; ガラス
mirror: mirror; spiegel; rétroviseur miroir; espejo retrovisor; 后视镜 镜子; ミラー 鏡
seat: seat; sitzplatz; siège; asiento; 座椅; 座席
wheel: wheel tyre tire tyres tires; rad reifen; roue pneu pneus; rueda neumático; 轮 轮胎; タイヤ 車輪
brake: brake; bremse; frein; freno; 刹车 制动; ブレーキ
engine: engine motor; motor; moteur; motor; 发动机 电机 马达 熄火; エンジン モーター
ignition: ignition; zündung; allumage; encendido contacto; 点火 熄火; イグニッション
airbag: airbag; airbag; airbag; airbag; 气囊 airbag; エアバッグ
wiper: wiper; scheibenwischer; essuie-glace; limpiaparabrisas; 雨刮; ワイパー
boiler: boiler; kessel heizkessel; chaudière; caldera; 锅炉; ボイラー
radiator: radiator; heizkörper; radiateur; radiador; 散热器 暖气片; ラジエーター
thermostat: thermostat; thermostat; thermostat; termostato; 温控器 恒温器; サーモスタット
pump: pump; pumpe; pompe; bomba; 泵; ポンプ
valve: valve valves; ventil; vanne soupape valve; válvula; 阀 气门; バルブ 弁
filter: filter; filter; filtre; filtro; 滤网 过滤器 滤芯; フィルター
hose: hose; schlauch; tuyau; manguera; 软管; ホース
tank: tank; tank behälter; réservoir; depósito; 水箱 油箱; タンク
fan: fan; lüfter ventilator; ventilateur; ventilador; 风扇 风机; ファン
screw: screw screws; schraube schrauben; vis; tornillo; 螺钉 螺丝 螺栓; ねじ ネジ
nut: nut; mutter überwurfmutter; écrou; tuerca; 螺母; ナット
screwdriver: screwdriver; schraubendreher schraubenzieher; tournevis; destornillador; 螺丝刀; ドライバー
pliers: pliers; zange; pince; alicates; 钳子; ペンチ
seal: seal gasket sealing; dichtung; joint; junta; 密封圈 密封; パッキン シール
cover: cover lid cap; deckel abdeckung klappe kappe; couvercle cache capot; tapa cubierta; 盖 罩 帽; カバー 蓋 ふた
strap: strap; armband riemen; bracelet sangle; correa; 表带 腕带; ベルト バンド
~case: housing; gehäuse; boîtier; carcasa; 外壳 表壳 机壳; 筐体 ケース
label: label sticker; etikett aufkleber; étiquette; etiqueta; 标签 贴纸; ラベル シール
~box: package box; verpackung; emballage; caja embalaje; 包装; 箱 パッケージ
plate: plate; platte; plaque; placa; 金属板 钢板 安装板 扣板; プレート
~contact: contacts; kontakte; contacts; contactos; 触点; 接点
holder: holder bracket mount; halter halterung; support; soporte; 支架 托架; ホルダー ブラケット
lens: lens; linse objektiv; objectif lentille; lente objetivo; 镜头; レンズ
radar: radar; radar; radar; radar; 雷达; レーダー
clock: clock; uhrzeit; horloge; ; 时钟 校时; 時計 時刻
~zone: zone; zone; zone; zona; 时区 区域; ゾーン
alarm: alarm alert; alarm; alarme alerte; alarma; 警报 报警; アラーム 警報
~error: error fault; fehler störung; erreur défaut; error fallo; 错误 故障; エラー 故障
schedule: schedule timetable; zeitplan; programme planning; horario programación; 日程 时间表 计划; スケジュール
language: language; sprache; langue; idioma; 语言; 言語
menu: menu; menü; menu; menú; 菜单; メニュー
letter: letter letters; buchstabe buchstaben; lettre; letra; 字母; 文字
~colour: colour color; farbe; couleur; color; 颜色; 色
music: music; musik; musique; música; 音乐; 音楽
map: map maps; landkarte; plan cartographie; mapa; 地图; 地図
~picture: picture photo image; bild foto; photo image; foto imagen; 照片 图片; 写真 画像
video: video; video aufnahme; vidéo enregistrement; vídeo grabación; 录像 视频; 動画 録画 クリップ
call: phone_call phone_calls; anruf; appel; llamada; 来电 呼叫 通话; 着信 通話 通報
message: message notification notifications; nachricht benachrichtigung; message notification; mensaje notificación; 通知 消息 短信; 通知 メッセージ
heart: heart pulse; herz puls; cœur pouls cardiaque; corazón pulso; 心率 脉搏; 心拍 脈拍
blood: blood oxygen; blut sauerstoff; sang oxygène oxymètre; sangre oxígeno; 血氧 血; 血中 酸素
sleep: sleep nap naps; schlaf; sommeil; sueño; 睡眠; 睡眠
sport: sport sports workout; sport training; sport; deporte; 运动; 運動 スポーツ ワークアウト
swim: swim swimming pool; schwimmen becken; natation piscine nager; natación piscina; 游泳 泳池; 水泳 プール
dive: dive diving; tauchen; plongée; bucear; 潜水; ダイビング 潜水
sauna: sauna; sauna; sauna; sauna; 桑拿; サウナ
shower: shower; dusche; douche; ducha; 淋浴 洗澡; シャワー 入浴
wrist: wrist; handgelenk; poignet; muñeca; 手腕 腕骨; 手首
skin: skin; haut; peau; piel; 皮肤; 皮膚 肌
~finger: finger; finger; doigt; dedo; 手指 指尖; 指
foot: foot; fuß; pied; pie; 脚; 足
medicine: medication medicine drug; medikament arznei; médicament; medicamento; 药 用药; 薬
food: food recipe diet; lebensmittel rezept; aliment recette; alimento receta; 食物 食谱; 食品 レシピ
water: water; wasser; eau; agua; 水; 水
oil: oil; öl; huile; aceite; 油; 油 オイル
alcohol: alcohol; alkohol; alcool; alcohol; 酒精; アルコール
petrol: petrol gasoline; benzin; essence; gasolina; 汽油; ガソリン
solvent: solvent solvents; lösungsmittel; solvant; disolvente; 溶剂; 溶剤
soap: soap; seife; savon; jabón; 肥皂 洗手液; 石鹸 せっけん
cloth: cloth; tuch; chiffon tissu; paño; 软布 抹布 棉布; 布
paper: paper; papier; papier; papel; 纸; 紙
steel: steel; stahl; acier; acero; 钢; 鋼 スチール
ceramic: ceramic; keramik; céramique; cerámica; 陶瓷; セラミック
wood: wood wooden; holz; bois; madera; 木; 木
silicone: silicone; silikon; silicone; silicona; 硅胶; シリコン
woven: woven braided; gewebt geflochten; tissé tressé; trenzado tejida; 编织; 編み 織り
graphite: graphite; graphit; graphite; grafito; 石墨; グラファイト
~temperature: temperature; temperatur; température; temperatura; 温度 高温 低温; 温度
humidity: humidity; luftfeuchte luftfeuchtigkeit feuchtigkeit; humidité; humedad; 湿度; 湿度
pressure: pressure; druck; pression; presión; 压力 胎压 气压; 圧力 気圧
weight: weight weigh weighs; gewicht wiegt; poids pèse; peso pesa; 重量 重约; 重量 重さ
smoke: smoke; rauch; fumée; humo; 烟雾; 煙
fire: fire; feuer brand; feu incendie; fuego incendio; 火; 火災
frost: frost; frost; gel antigel; heladas antihielo; 防冻 霜; 凍結
noise: noise; geräusch lärm; bruit; ruido; 噪声; 騒音
warranty: warranty guarantee; garantie gewährleistung; garantie; garantía; 保修; 保証
invoice: invoice receipt purchase; rechnung kaufbeleg kauf; facture achat; factura compra; 购买 发票; 購入 領収
~burn: burn; verbrennung; brûlure; quemadura; 烫伤 烧伤; やけど
debt: debt; schulden; dette; deuda; 债; 借金
~press: press push pressing; drücken drücke drückt; appuyer appuyez pressez; pulsar pulse presione apriete; 按 压紧; 押
~swipe: swipe; wischen; balayer glisser; deslizar; 滑动; スワイプ
~wash: wash rinse clean cleaning wipe; waschen spülen reinigen abwischen; laver rincer nettoyer essuyer; lavar enjuagar limpiar; 清洗 冲洗 擦 清洁 手洗; 洗 拭 清掃
~delete: delete erase erases deletes erased deleted; löschen löscht gelöscht; supprimer effacer efface; borrar eliminar; 删除 清除; 削除 消去
~save: save saved; speichern; enregistrer enregistrez; guardar; 保存; 保存
~replace: replace change changed replacing exchange; ersetzen wechseln tauschen austausch; remplacer changer; cambiar reemplazar sustituir cambie; 更换 换; 交換
~repair: repair repaired; reparieren reparatur; réparer réparation; reparar; 修理 送修 维修; 修理
~sell: sell sold; verkaufen verkauft; vendre vendu; vender vendido; 销售 出售; 販売
~install: install installation mount mounting; installieren montieren montage; installer monter; instalar montar; 安装; 取り付け インストール
~record: record recorded recording; aufnehmen aufzeichnen; enregistrer; grabar; 记录 录像; 記録 録画
~vibrate: vibrate vibrates vibration; vibriert vibration; vibre vibration; vibra vibración; 振动; 振動
~blink: blink blinks blinking flash flashes flashing; blinkt blinken; clignote clignoter; parpadea parpadear; 闪烁; 点滅
~glue: glue glued adhesive stick; kleben klebe; coller colle adhésif; pegar adhesivo; 粘贴 粘; 貼 接着
-: in_the_case in_case clothes clothing; sekunde sekunden; en_cas; en_caso; 重新 重要 严重 覆盖 轮流 云台 公布 分布 按照 水平 卡住 专门 部门 换算 空间 门磁 键入 关键 云端 灯泡 纸张; 押入 水平 重要 不足 満足 指示 指定 特色 景色
mains: mains power_grid grid; stromnetz; secteur; red_eléctrica; 市电 电网; 商用電源
reset: reset resetting resets; zurücksetzen werkseinstellung werksreset; réinitialisation réinitialiser réinitialisez; restablecer restablecimiento restablezca; 复位 重置 恢复出厂; リセット 初期化
remote: remote_control remote_controls; fernbedienung; télécommande; mando_a_distancia; 遥控; リモコン
cellular: cellular mobile_network; mobilfunk; réseau_cellulaire; red_móvil; 蜂窝; モバイル通信
receiver: receiver; empfänger; récepteur; receptor; 接收器 接收机; 受信機
headphones: headphones headphone earphones headset; kopfhörer ohrhörer; casque écouteurs; auriculares; 耳机; ヘッドホン イヤホン
television: television tv; fernseher; téléviseur; televisor; 电视; テレビ
printer: printer; drucker; imprimante; impresora; 打印机; プリンター
keyring: key_ring fob; schlüsselanhänger; porte-clés; llavero; 钥匙扣; キーホルダー
qrcode: qr barcode; qr-code barcode strichcode; code-barres; código_de_barras; 二维码 条形码; バーコード
serial: serial_number; seriennummer; numéro_de_série; número_de_serie; 序列号; シリアル番号
email: e-mail email; e-mail; e-mail courriel; correo; 邮箱 邮件; メール
website: website; webseite website; site_web; sitio_web; 网站 网页; ウェブサイト
file: file files; datei dateien; fichier; archivo fichero; 文件; ファイル
log: log logs logfile; protokoll; journal; registro; 日志; ログ
backup: backup; sicherung_der sicherungskopie; sauvegarde; copia_de_seguridad; 备份; バックアップ
database: database; datenbank; base_de_données; base_de_datos; 数据库; データベース
certificate: certificate; zertifikat; certificat; certificado; 证书; 証明書
port: port ports; port ports; port; puerto; 端口; ポート
address: address; adresse; adresse; dirección; 地址; アドレス
channel: channel channels; kanal; canal; canal; 频道 信道; チャンネル
volume: volume loudness; lautstärke; volume; volumen; 音量; 音量
brightness: brightness; helligkeit; luminosité; brillo; 亮度; 明るさ 輝度
microfibre: microfibre microfiber; mikrofaser; microfibre; microfibra; 超细纤维; マイクロファイバー
cotton: cotton; baumwolle wattestäbchen; coton; algodón bastoncillo; 棉签 棉花; 綿棒
leather: leather; leder; cuir; cuero; 皮革; 革
plastic: plastic; kunststoff plastik; plastique; plástico; 塑料; プラスチック
rubber: rubber; gummi; caoutchouc; goma caucho; 橡胶; ゴム
aluminium: aluminium aluminum; aluminium; aluminium; aluminio; 铝; アルミ
copper: copper brass; kupfer messing; cuivre laiton; cobre latón; 铜; 銅 真鍮
concrete: concrete brick; beton ziegel; béton brique; hormigón ladrillo; 混凝土 砖; コンクリート レンガ
grease: grease lubricant; schmierfett schmiermittel; graisse lubrifiant; grasa lubricante; 润滑; グリース 潤滑
bleach: bleach; bleichmittel chlorreiniger; javel; lejía; 漂白; 漂白
detergent: detergent cleaner; reinigungsmittel spülmittel reiniger; détergent nettoyant; detergente limpiador; 清洁剂 洗涤剂 洗洁精; 洗剤 クリーナー
acid: acid vinegar; säure essig; acide vinaigre; ácido vinagre; 酸 醋; 酸性 酢
gas: gas; gas; gaz; gas; 燃气 煤气; ガス
steam: steam vapour vapor; dampf; vapeur; vapor; 蒸汽; 蒸気
dust: dust sand; staub; poussière sable; polvo arena; 灰尘 沙; ほこり 埃 砂
sun: sun sunlight; sonne sonnenlicht; soleil; sol; 阳光 日光; 直射日光 日光
magnet: magnet magnetic; magnet; aimant magnétique; imán magnético; 磁铁 磁性; 磁石 マグネット
heater: heater; heizgerät heizlüfter; radiateur_électrique; calefactor; 加热器 暖风机; ヒーター
oven: oven microwave; backofen mikrowelle; four micro-ondes; horno microondas; 烤箱 微波炉; オーブン 電子レンジ
fridge: fridge refrigerator freezer; kühlschrank gefrierschrank; réfrigérateur congélateur; frigorífico nevera congelador; 冰箱 冰柜; 冷蔵庫 冷凍庫
washer: washing_machine dishwasher; waschmaschine geschirrspüler; lave-linge lave-vaisselle; lavadora lavavajillas; 洗衣机 洗碗机; 洗濯機 食洗機
vacuum: vacuum_cleaner; staubsauger; aspirateur; aspiradora; 吸尘器; 掃除機
drill: drill; bohrer bohrmaschine; perceuse; taladro; 电钻 钻; ドリル
knife: knife blade scissors; messer klinge schere; couteau lame ciseaux; cuchillo cuchilla tijeras; 刀 剪; ナイフ 刃 はさみ
wrench: wrench spanner; schraubenschlüssel; clé_à; llave_inglesa; 扳手; レンチ スパナ
brush: brush toothbrush; bürste pinsel; brosse pinceau; cepillo brocha; 刷子 毛刷; ブラシ
sponge: sponge; schwamm; éponge; esponja; 海绵; スポンジ
spring: coil_spring; feder; ressort; muelle; 弹簧; バネ ばね
bolt: deadbolt latch; riegel; pêne verrou; pestillo cerrojo; 锁舌; デッドボルト
cylinder: cylinder; zylinder; cylindre barillet; cilindro bombín; 锁芯 气缸; シリンダー
handle: handle doorknob; türgriff klinke; poignée; manija picaporte; 把手; ハンドル 取っ手
ceiling: ceiling roof; decke dach; plafond toit; techo; 天花板 屋顶; 天井 屋根
garage: garage workshop; garage werkstatt; garage atelier; garaje taller; 车库 修理厂; 車庫 ガレージ 修理工場
bonnet: bonnet hood trunk boot; motorhaube kofferraum; capot coffre; capó maletero; 引擎盖 后备箱; ボンネット トランク
technician: technician installer; techniker installateur; technicien installateur; técnico instalador; 技术人员 安装人员; 技術者
guest: guest guests visitor; gast gäste besucher; invité visiteur; invitado visitante; 访客 客人; 来客 ゲスト
police: police; polizei; police; policía; 警察; 警察
animal: pet dog cat animal; haustier hund katze; animal chien chat; mascota perro gato; 宠物 狗 猫; ペット 犬 猫
baby: baby infant; säugling; bébé nourrisson; bebé lactante; 婴儿; 乳児 赤ちゃん
arm: upper_arm elbow; oberarm ellbogen; coude; codo; 手臂 手肘; 腕に 肘
ear: ear ears; ohr ohren; oreille; oreja oído; 耳朵; 耳
eye: eye eyes; auge augen; œil yeux; ojo; 眼睛; 目を 目に
route: route routes track; strecke route; itinéraire parcours trajet; ruta recorrido; 路线 轨迹; ルート 経路
altitude: altitude; höhe_über; altitude; altitud; 海拔; 標高 高度
speed: speed; geschwindigkeit; vitesse; velocidad; 速度 车速; 速度
weld: weld welded; schweißen; souder soudé; soldar; 焊; 溶接
"""  # noqa: E501
_LANGUAGES: Final = ("en", "de", "fr", "es", "zh", "ja")
_LATIN_END: Final = r"(?:s|es|n|en|e|er|ern|x)?\b"
_INSIDE: Final = 5
"""Letters from which a German word is looked for inside others."""


def _read() -> dict[str, dict[str, set[str]]]:
    words: dict[str, dict[str, set[str]]] = {language: {} for language in _LANGUAGES}
    for line in _LINES.strip().splitlines():
        concept, _, listed = line.partition(":")
        for language, part in zip(_LANGUAGES, listed.split(";"), strict=True):
            for word in part.split():
                found = words[language].setdefault(word.replace("_", " "), set())
                found |= {concept} - {"-"}
    return words


_CONCEPTS: Final = _read()


def is_needed(thing: str) -> bool:
    """Must a source name this thing where a sentence does?"""
    return not thing.startswith("~")


def _pattern(language: str) -> re.Pattern[str]:
    words = sorted(_CONCEPTS[language], key=len, reverse=True)
    if language in ("zh", "ja"):
        return re.compile("|".join(map(re.escape, words)))
    if language == "de":
        inside = "|".join(re.escape(word) for word in words if len(word) >= _INSIDE)
        short = "|".join(re.escape(word) for word in words if len(word) < _INSIDE)
        return re.compile(rf"({inside})|\b({short}){_LATIN_END}")
    return re.compile(rf"\b({'|'.join(map(re.escape, words))}){_LATIN_END}")


_PATTERNS: Final = {language: _pattern(language) for language in _LANGUAGES}


@lru_cache(maxsize=8192)
def things(folded: str, language: str) -> tuple[tuple[str, int, bool], ...]:
    """The concepts that a folded text names, where each begins, and whether a source must name it too.

    Of a language that is not listed: none. A single Chinese character or what stands inside a German word says too
    little to be insisted on.
    """
    base = language.split("-", maxsplit=1)[0] or "en"
    if base not in _PATTERNS:
        return ()
    found = []
    for match in _PATTERNS[base].finditer(folded):
        word = next((group for group in match.groups() if group), match.group())
        inside = base == "de" and match.start() > 0 and folded[match.start() - 1].isalpha()
        vague = inside or (len(word) == 1 and base in ("zh", "ja"))
        found += [
            (concept, match.start(), is_needed(concept) and not vague) for concept in sorted(_CONCEPTS[base][word])
        ]
    return tuple(found)
