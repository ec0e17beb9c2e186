"""What people call each other: given names with their short forms, in six languages.

A short form may stand for several names ("Alex"); two words are one given name when they have a name in common. Names
without short forms are listed too, since two names that are both known are two people and no typing mistake (Mario,
Marco). Words are folded as `core.names.fold` does. Compiled from everyday knowledge; a few hundred names cover most
people, and a name that is missing only costs a hint.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

_ITALIAN = """
alessandro ale sandro alex lele; alessandra ale sandra alex; andrea; angela angelina lina; angelo; anna annina nina;
anna annarita; annalisa lisa; antonella anto nella; antonio toni tony nino tonino; barbara; beatrice bea; bruno;
carla; carlo carletto; carlotta lotta; caterina cate rina; cecilia ceci; chiara; claudia; claudio; cristina cri;
cristiano cris; daniela dani; daniele dani; davide; debora; diego; domenico mimmo menico nico; donatella; edoardo edo;
elena ele lena; eleonora nora ele; elisa; elisabetta betta lisa elisa; emanuele manu lele; emanuela manu; emilia;
emilio; enrico rico chicco; enrica; ernesto; fabio; fabrizio bizio; federica fede; federico fede rico; ferdinando
nando; filippo pippo; flavia; flavio; francesca fra franci franca; francesco fra franco ciccio cesco; gabriele lele
gabri; gabriella gabri; gaetano tano; gennaro; giacomo jack; gianluca luca; gianni; giorgia gio; giorgio gio; giovanna
gio vanna; giovanni gianni gio vanni nanni; giulia giuly; giuliano; giulio; giuseppe beppe peppe pino peppino geppo
pippo; giuseppina pina giusy; graziella; guido; ilaria ila; irene; laura; leonardo leo nardo; lorenza; lorenzo renzo
lore; luca; lucia; luciano; luigi gigi gino luigino; luisa; manuela manu; marcella; marcello; marco; margherita marghe
rita; maria mary mariuccia; mariangela; marina; mario; marta; martina; massimo max; matteo teo; maurizio mauri; mauro;
michela; michele miki lele; mirko; monica; nicola nico; nicoletta; ornella; paola; paolo; pasquale lino; patrizia;
piero pierino; pietro piero; raffaele lele raffa; raffaella raffa; riccardo ricky rick; rita; roberta robi; roberto
robi roby berto; rosa rosina; rosanna; salvatore totò toto salvo turi; sara; sergio; silvia; silvio; simona simo;
simone simo; sofia; stefania stefi; stefano ste; teresa; tiziana; tommaso tommy tom; umberto berto; valentina vale;
valeria vale; valerio; vincenzo enzo vinci; vincenza enza; vittoria; vittorio; walter; ludovico ludo vico; ludovica
ludo; gianfranco; giancarlo; piergiorgio; pierluigi
"""
_CZECH = """
adam adamek; alena ala alenka; ales; alexandra sasa; andrea; anna anicka anca anka; antonin tonda tonik; barbora bara
barca baruska; blanka; bohumil bohous; bozena boza; dagmar dasa; dana danka; daniel dan danek; david; denisa; dominik;
eliska; emil; eva evicka; filip; frantisek franta fanda; gabriela gabina; hana hanka; helena hela helenka; ilona;
irena; ivana iva; ivan; ivo; jakub kuba kubik; jan honza jenda; jana janicka; jarmila jarka; jaroslav jarda jarek;
jaroslava jarka; jindrich jindra; jiri jirka jura; jirina; jitka; josef pepa pepik jozka; karel kaja; karla; katerina
katka kacka; kamil; klara; kristyna kristynka tyna; ladislav lada; lenka; libor; lubomir luba lubos; lubos; lucie
lucka; ludmila lida; lukas luky; magdalena magda lenka; marcela; marek; marie marenka maruska majka; marketa; martin;
martina; michaela misa; michal misa; milada; milan; milena; miloslav milos; miloslava; milos; miroslav mirek mira;
miroslava mirka; monika; nikola; ondrej ondra; oldrich olda; patrik; pavel pavlik; pavla pavlina; petr peta petrik;
petra; radek; radka; radim; radoslav radek; renata; roman; romana; rudolf ruda; sarka; simona; stanislav standa;
stepan; stepanka; tereza terka terezka; tomas tom tomik; vaclav vasek vena; veronika verca verka; vera verka; viktor;
vit; vlasta; vladimir vlada vladka; vojtech vojta; zbynek; zdenek zdena; zdenka zdena; zuzana zuzka
"""
_FRENCH = """
alain; alexandra alex sandra; alexandre alex sacha; alice; amelie; andre dede; anne annie; antoine toine tonio;
arnaud; aurelie; aurelien; benjamin ben benji; benoit ben; bernard; brigitte; bruno; camille; caroline caro; catherine
cathy kate; cecile; celine; charles charlie; charlotte charlie; chantal; christian chris; christine chris; christophe
chris tophe; claire; claude; clement; corinne coco; damien; daniel dan dany; daniele; danielle dany; david; denis;
delphine; dominique dom; edouard ed; elisabeth babeth elise lise; elodie; emilie; emmanuel manu; emmanuelle manu;
eric; estelle; etienne; fabien; fabrice; florence flo; florent flo; francois fanfan; francoise; frederic fred;
frederique fred; gabriel gab; genevieve; georges jojo; gerard gege; gilles; guillaume guigui; guy; helene; henri;
herve; hugo; isabelle isa; jacqueline; jacques jacquot jacky; jean jeannot; jeanne; jerome; joel; josephine josy;
julie; julien ju; laetitia; laurence; laurent lolo; louis loulou; luc; lucas; lucie; madeleine mado; manon; marc;
marcel; margaux; marguerite margot; marie; marine; marion; marianne; martine; mathieu mat math; matthieu mat math;
mathilde; maurice; maxime max; melanie mel; michel mich; michele; monique; nathalie nath; nathan; nicolas nico;
nicole; odile; olivier oliv; pascal; pascale; patrice; patricia pat; patrick pat; paul; paulette; philippe phil;
pierre pierrot; quentin; raphael raph; raymond; remi; rene; robert bob; roland; romain; sabine; samuel sam; sandrine;
sebastien seb; serge; simon; solange; sophie soso; stephane steph; stephanie steph; suzanne; sylvie; therese; thierry
titi; thomas tom; valerie val; vanessa; veronique vero; victor; vincent vince; virginie; xavier xav; yann; yves;
yvette; yvonne
"""
_GERMAN = """
achim joachim; alexander alex sascha xander; alexandra alex sandra; alfred fred fredi; andrea; andreas andi andy;
angelika geli angi; anja; anke; anna anni; anneliese liesel; annette; anton toni; antonia toni; astrid; august gustl;
barbara barbel babsi; bastian basti; beate; benjamin ben benni; bernd; bernhard bernd berni; bettina; birgit; brigitte
gitte; burkhard; carsten; charlotte lotte; christa; christian chris; christiane; christina tina chris; christine tine
chris; christoph chris stoffel; claudia; claus; cornelia conny nele; daniel dani; daniela dani; dieter; dietmar; dirk;
dorothea dorothee dora thea; edith; elisabeth elli lisa sissi liesel elsa lilly; elke; emil; erich; erika; ernst; eva
evi; felix; florian flo; frank; franz franzl; franziska franzi; friederike rike; friedrich fritz fred friedel;
gabriele gabi gaby; georg schorsch; gerhard gerd hardy; gerda; gertrud gerti traudl trude; gisela gisi; gottfried;
gudrun; gunter; gunther; hannelore hanne lore; hans hansi; harald harry; heike; heinrich heinz heini heiner; heinz;
helga; helmut; herbert; hermann; hildegard hilde; holger; horst; hubert; ilse; inge; ingeborg inge; ingrid; irmgard
irmi; jakob; jan; jens; joachim jochen achim jo; johann hans hannes; johanna hanna hanni; johannes hannes hans jo;
jonas; jorg; josef sepp jupp beppi; jurgen; julia jule; karin; karl kalle; katharina kathi kati katja; karsten;
kerstin; klaus; konrad conny; kristina tina; kurt; lars; leonhard hardy; lieselotte lilo lotte; lothar; ludwig lutz
wiggerl; lukas; manfred manni fred; manuela manu; margarete grete gretel gretl rita; maria mia mitzi; marianne;
markus; marlene; martin; martina; matthias matze hias; max; maximilian max; michael michi micha michel; michaela
michi; monika moni; nicole niki; nikolaus klaus niko nick; norbert; oliver oli olli; otto; paul; peter; petra; philipp
phil; rainer; ralf; reinhard; reinhold; renate reni; robert robi; rolf; rosemarie rosi; rudiger; rudolf rudi; ruth;
sabine bine; sandra; sebastian basti wastl; silke; simon; sibylle; sonja; stefan steffen; stefanie steffi; stephan;
susanne susi sanne; svenja; theodor theo; theresia resi; thomas tom; thorsten; tobias tobi; torsten; ulrich uli ulli;
ulrike uli ulli rike; ursula uschi ulla ursel; ute; uwe; uta; valentin; verena vreni; volker; waltraud traudl; werner;
wilhelm willi willy helmi; wilhelmine minna; wolfgang wolfi wolf; wolfram wolf
"""
_SPANISH = """
adriana; agustin tino; alba; alberto berto; alejandra ale sandra; alejandro ale alex jandro; alfonso poncho fonso;
alfredo fredo; alicia; alvaro; ana anita; andres; angel; antonia tona toñi toni; antonio toño toni antón; ascension;
asuncion asun; beatriz bea; begoña bego; carlos charly carlitos; carmen carmina mamen menchu; catalina cata; cecilia;
concepcion concha conchi; consuelo chelo; cristina cris; cristobal; daniel dani; david; diego; dolores lola loli;
domingo; eduardo edu lalo; elena; emilio; encarnacion encarna; enrique quique kike; esperanza; esteban; eva; federico
fede; felipe; fernanda; fernando fer nando; francisca paca paqui; francisco paco pancho kiko curro fran; gabriel gabi;
gabriela gabi; gerardo; gonzalo gonza; graciela; gregorio goyo; guadalupe lupe; guillermo guille memo; gustavo gus;
hector; hugo; ignacio nacho; inmaculada inma; ines; isabel isa chabela; jaime; javier javi; jesus chus chuy; jeronimo;
joaquin quino ximo; jordi; jorge; jose pepe; josefa pepa fina; josefina pepa fina; juan juanito; juana juanita; julia;
julio; laura; leticia leti; lorena; lourdes lurdes; lucia; luis lucho; luisa; manuel manolo manu; manuela manoli;
marcos; margarita marga; maria mari maruja; marta; martin; mercedes merche; miguel migue; milagros mila; monica;
montserrat montse; natalia nati; nicolas nico; noelia; nuria; oscar; pablo; patricia patri; paula; pedro perico; pilar
pili; rafael rafa; ramon moncho; raquel; raul; ricardo richi; roberto rober; rocio; rodrigo rodri; rosa; rosario
charo; salvador salva; santiago santi chago; sebastian; sergio; silvia; sofia; soledad sole; sonia; susana susi;
teresa tere; tomas; trinidad trini; vanesa; vicente chente; victor; victoria vicky; xavier xavi; yolanda yoli
"""
_ENGLISH = """
abigail abby; abraham abe; adam; alan al; albert al bert; alexander alex al sandy xander; alexandra alex sandra lexi;
alfred alf fred; alice; alison ali; allison ally; amanda mandy; amy; andrea; andrew andy drew; angela angie; ann
annie; anna annie; anthony tony; arthur art; barbara barb babs; barry; beatrice bea; benjamin ben; bernard bernie;
bradley brad; brian; bruce; calvin cal; cameron cam; carol; caroline carrie; catherine cathy kate katie cat; charles
charlie chuck chas; charlotte lottie charlie; cheryl; christian chris; christina tina chris chrissie; christine chris
chrissy; christopher chris kit; clifford cliff; craig; cynthia cindy; daniel dan danny; david dave davy; deborah deb
debbie; dennis; diana di; donald don donny; donna; dorothy dot dolly dottie; douglas doug; edward ed eddie ted ned;
eleanor ellie nell nora; elizabeth liz lizzie beth betty bess eliza libby; ellen; emily em; emma; eric; ernest ernie;
eugene gene; evelyn; florence flo; frances fran franny; francis frank; franklin frank; frederick fred freddie; gabriel
gabe; gary; geoffrey geoff jeff; george; gerald gerry jerry; gillian gill jill; graham; grace; gregory greg; harold
harry hal; harriet hattie; heather; helen; henry harry hank; howard; hugh; ian; isaac; isabella bella izzy; jack;
jacob jake; jacqueline jackie; james jim jimmy jamie; jane; janet; jason; jean; jeffrey jeff; jennifer jen jenny;
jeremy jerry jem; jessica jess jessie; joan; joanna jo; john jack johnny; jonathan jon jonny; joseph joe joey; joshua
josh; joyce; judith judy; julia; julie; justin; karen; katherine kathy kate katie kat kathryn; kathleen kathy; keith;
kenneth ken kenny; kevin; kimberly kim; laura; lawrence larry; leonard len lenny leo; leslie les; lillian lily; linda;
louis lou; lucy; lynn; margaret maggie meg peggy marge greta madge; maria; marilyn; mark; martha; martin marty; mary
molly polly; matthew matt; melissa mel; michael mike mick mickey; michelle shelly; mildred millie; mitchell mitch;
nancy; natalie nat; nathan nat nate; nathaniel nat nate; nicholas nick nicky; nicole nikki; nigel; norman norm; oliver
ollie; pamela pam; patricia pat patty tricia trish; patrick pat paddy; paul; peter pete; philip phil; phillip phil;
rachel; ralph; raymond ray; rebecca becky becca; richard rick dick rich ricky; robert bob rob bobby robbie bert;
roger; ronald ron ronnie; rose; russell russ; ruth; ryan; samantha sam; samuel sam sammy; sandra sandy; sarah sally;
scott; sean; sharon; simon; stanley stan; stephanie steph; stephen steve; steven steve; stuart stu; susan sue susie;
suzanne sue; teresa terry tess; terence terry; theodore ted theo; theresa terry tess; thomas tom tommy; timothy tim;
tracy; valerie val; vanessa; victor vic; victoria vicky tori; vincent vince; virginia ginny; walter walt wally; wayne;
wendy; wesley wes; william bill will billy willie liam; winifred winnie; zachary zach
"""


def _names() -> Iterator[list[str]]:
    for language in (_ITALIAN, _CZECH, _FRENCH, _GERMAN, _SPANISH, _ENGLISH):
        for entry in language.replace("ñ", "n").replace("ò", "o").replace("ó", "o").split(";"):
            yield entry.split()


_NONE: frozenset[str] = frozenset()


@cache
def formal_names() -> dict[str, frozenset[str]]:
    """Every word of the lists with the names it may stand for; put together when it is first needed."""
    found: dict[str, frozenset[str]] = {}
    for formal, *short in _names():
        for word in (formal, *short):
            found[word] = found.get(word, _NONE) | {formal}
    return found


@cache
def _filed() -> dict[str, str]:
    return {word: min(names) for word, names in formal_names().items() if word not in names}


def is_given(word: str) -> bool:
    """Whether a word is known as a given name or as a short form of one."""
    return word in formal_names()


def same_given(a: str, b: str) -> bool:
    """Whether one word is a short form of the other, or both are of one name."""
    known = formal_names()
    return a == b or not known.get(a, _NONE).isdisjoint(known.get(b, _NONE))


def meanings(word: str) -> frozenset[str]:
    """The names a word may stand for: itself, when it is one or is not known."""
    names = formal_names().get(word)
    return frozenset([word]) if names is None or word in names else names


def formal(word: str) -> str:
    """The one name a word is filed under; the word itself where it is no short form of any."""
    return _filed().get(word, word)
