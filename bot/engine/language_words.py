"""Which words tell English, Spanish and the languages next to Spanish apart? All lower case and without accents."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH = _words(
    """
    the is are was were am be been being i im ive id you your youre u ur my our we they them their he she it its
    this that these those what whats which who whos whom how when where why do does did done dont doesnt didnt can
    cant could would should will wont have has had havent need needs needed want wants wanted get gets got getting
    give gives for with without from of to too in into on at by about and or not if then than there here any some
    all more most much many another other only also just still yet ever never always again before after during
    between because but so yes yeah yep yup nope sure unsure thanks thank thx ty please pls plz hello hi hey
    bye goodbye sorry stop cancel never mind nevermind whatever maybe help helps helping find finding show showing
    tell telling say says said ask asking asked call calling know think believe understand speak talk talking text
    explain mean means work works working approval approve approved authorization preauthorization precertification
    auth preauth prior coverage cover covers covered covering coverd near nearest closest nearby far away travel
    lodging stay drive therapies gene cell treatment treatments treated treat cost costs price pay pays paid paying
    bill copay deductible insurance insured member card nurse nurses person human agent representative appeal
    appeals denied deny denial sick child children kid kids baby wife husband mom mother dad father son daughter
    brother sister family adult year years yr yrs yo month months day days week weeks today tomorrow yesterday old
    new trials risk risks side effects safe safety dangerous policy policies criteria document documents number
    record records data private english spanish disease illness medicine medication drug drugs shot infusion dose
    doses blood sickle bad good great long last next first second third one two three four five which hospitals
    center centers clinic clinics doctors eligible eligibility qualify candidate coaches bot robot real update
    status question questions answer answers fever chemo hurt hurts feel feeling terrible useless rude angry wrong
    right left best better state states network out card back come go going live lives living born check see look
    like let us lets make take took use using lol u r btw idk dunno thats hows isnt arent wasnt every each both
    either own same such very really even though while until since against under over up down off someone somebody
    anyone anything something nothing everything actually usually per me a an as vs weight birth date home page case
    letter form forms claim claims benefit benefits provider providers specialist
    """
)

# Of Spanish and of none of its neighbours, as far as members write them. English words that look alike are left out.
SPANISH = _words(
    """
    el los las yo tu usted ustedes ud uds nosotros ella ellos ellas mis sus esto eso esta este estos estas esa ese
    esas esos estan estoy estamos estaba soy eres somos tengo tiene tienes tienen tenemos tenia quiero quiere
    quieren quieres quisiera puedo puede pueden puedes podemos podria podrian necesito necesita necesitamos nesesito
    nesecito nececito hago hace hacen haces hacer hay voy vamos vivimos sabe saben saber dice dicen dijo dijeron
    digame dime diga busco buscar buscando llamo llama llamar llamame llamarme llamada hablo habla hablan hablar
    hablas ablar habl pago paga pagan pagar cubre cubren cubrir cubierto cubierta cubiertos cubiertas cubrira
    cobertura cuesta cuestan costaria cuanto cuanta cuantos cuantas cual cuales quien quienes cuando donde adonde
    porque xq kien komo kiero ke qe dnd hola buenos buenas tardes noches dias gracias grasias adios luego si claro
    bueno vale ayuda ayudar ayudeme ayudame ayudarme alluda hijo hija hijos hijas hijito hijita ijo ija nino nina
    ninos ninas nene nena bebe esposo esposa marido mujer madre padre mama papa abuela abuelo hermano hermana
    sobrino sobrina senor senora ano anos mes meses edad enfermo enferma enfermedad enfermera enfermero enfermeras
    asesor asesora asesores interprete traductor persona alguien nadie terapia terapias genica genicas genetica
    geneticas tratamiento tratamientos medicina medicamento medicamentos medicos inyeccion sangre celulas celula
    falciforme hemofilia drepanocitica atrofia espinal anemia talasemia hospitales clinica clinicas centro centros
    cerca cercano cercana lejos mas menos muy mucho mucha muchos muchas tambien tampoco ademas pero entonces pues
    asi aqui ahora hoy ayer manana siempre nunca todavia aun hasta desde hacia segun sobre entre contra despues
    antes mientras aunque nada algo todo toda todos todas otro otra otros otras mismo misma cada ningun ninguna
    alguna algun algunos vez veces efectos secundarios riesgo riesgos peligroso peligrosa seguridad seguro
    aseguranza asegurado asegurada poliza aprobacion aprobado aprobada aprueban aprobar autorizacion preautorizacion
    autorizan negaron negado negada niegan negacion rechazaron apelar apelacion apelo elegible elegibilidad califica
    califico calificar calificamos ensayos ensayo clinicos estudio documento documentos expediente tarjeta miembro
    numero telefono correo fecha nacimiento dinero precio gratis cuenta carta doctora espanol ingles castellano
    entiendo entender entiende explicar expliqueme explica informacion pregunta preguntas respuesta favor porfa
    porfavor xfavor xfa disculpe disculpa perdon lamento duele dolor fiebre vomito tos sintomas sintoma dosis darle
    tomar dejar debo debe deberia recibir recibio reciben recibe viajar viaje hotel vivienda camino caminar respirar
    miedo preocupada preocupado urgente urgencia queja quejarme quejar queja servicio sirve funciona funcionan
    privado datos robot maquina olvidalo olvidelo olvide previa importa cuentame cuenteme mandame mandeme atender
    atienden atenderme atienda queda quedan quedo dura demora tarda tiempo sola solo solamente quimioterapia opinion
    segunda primera primero segundo ultima ultimo semana semanas lunes martes miercoles jueves viernes sabado
    domingo mejor peor malo mala bien estado ciudad codigo postal direccion sus nuestro nuestra nuestros nuestras
    cancelar retirar soy fui fue era fueron ser sera han haber habia hubo sido vino viene vienen ir iba voy llego
    llega llegar escribir escriba escribo leer leo lea responda responde contesta conteste mandan politica manda son
    """
)

# Shared with a neighbour of Spanish, or with a name: enough where nothing speaks for another language.
SHARED = _words(
    """
    de del la una un por para como que con mi su se le les lo al te nos vivo me
    """
)

OTHER_LANGUAGES = _words(
    """
    meu minha meus minhas filho filha filhos voce voces nao sim uma um com em da dos das os ao aos na nas tem tenho
    quanto custa onde obrigado obrigada ola oi bom boa ajuda preciso precisa quero plano cobre remedio portugues
    falar posso fica muito mas mais tambem seu sua ele elas isso esse qual perto saude marido crianca fala marida ha
    tratamento dia le les des du est et je mon mes vous nous il elle pour avec dans sur qui quoi comment combien ou
    bonjour merci oui parlez parle francais fils fille enfant traitement couvert assurance hopital besoin aide pas
    ne sont au aux ce cette ca coute quand quel quelle malade anglais beaucoup lo gli di che sono mio mia figlio
    figlia per della delle nel costa dove ciao grazie aiuto bisogno ho ospedale parlo italiano copre questo questa
    si trova perche quando bambino malattia der das und ist ich mein meine wie wo nicht mit fur kind sohn tochter
    kostet krankenhaus hilfe danke hallo bitte brauche viel versichert wir ein eine ang ng mga sa ko po ba ano
    kailangan anak salamat kumusta magkano ako tulong gamot mwen pitit ki kote konbyen bonjou mesi ed bezwen koute
    genyen lorem ipsum toi cua co khong bao nhieu xin chao cam on bi benh con tien
    """
)
