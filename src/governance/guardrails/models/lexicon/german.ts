import type { Lexicon } from './word-class.ts'

/** Words by what they do in a sentence: German. */
export const GERMAN: Lexicon = {
  override:
    'ignorier* missacht* vergiss vergesse vergesst vergessen umgeh* uberschreib* verwirf verwerfe aufheb* deaktivier* losch* uberspring* missachte ausser ubergeh* beacht* nichtig ungultig',
  instruction:
    'anweisung* instruktion* regel regeln richtlini* vorgabe vorgaben befehl befehle befehlen prompt eingabeaufforderung vorschrift* systemprompt auftrage* anleitung*',
  prior:
    'vorherig* vorig* bisherig* obig* oben fruher* zuvor vorangegangen* ursprunglich* vorangehend* davor bislang gegeben* erhalten*',
  all: 'alle alles allen aller jede jeden jeder jegliche* samtlich* ganze ganzen gesamt* vollstandig*',
  reveal: 'zeig zeige zeigen verrate verrat nenne offenbar* enthull* teile gib verratst preis offenleg* anzeig* liste',
  say: 'sag sage sagen schreib schreibe antworte antworten drucke gib wiederhol* ausgeb* ausgabe aus beginne sprich',
  secret: 'geheim* passwort passworter kennwort schlussel zugangsdaten vertraulich* intern* versteckt* token',
  system: 'system entwickler* administrator* admin betreiber',
  model: 'ki assistent* chatbot sprachmodell* modell bot',
  you: 'du dich dir dein deine deinen deiner deinem sie ihre ihren ihnen euch',
  play: 'spiel spiele spielst spielen tu verhalte verhaltst simulier* schlupf* agier* handle fungier* ubernimm',
  role: 'rolle charakter figur person personlichkeit modus identitat',
  now: 'jetzt nun ab sofort stattdessen folgende folgenden folgendes folgender weiter kunftig fortan anschliessend nachfolgend*',
  limit:
    'filter zensur ethik ethisch* moral moralisch* sicherheit* einschrankung* beschrankung* grenzen schranken leitplanken',
  free: 'uneingeschrankt* unzensiert* ungefiltert* frei freien ohne hemmungslos* unbegrenzt* entsperrt*',
  not: 'nicht kein keine keinen keiner nie niemals nichts nimmer statt',
  only: 'nur lediglich genau ausschliesslich einfach bloss wortlich exakt',
  send: 'sende senden schick schicke schicken leite weiterleit* uberweis* ubermittle verschick* lade',
  run: 'fuhre ausfuhr* rufe offne besuche klicke lade kauf* buch* bestell* start* aktualisier* andere* nutze',
  place: 'webseite adresse konto link seite',
  urgent: 'wichtig* achtung dringend* sofort warnung hinweis unverzuglich notfall',
  user: 'ich mir mich mein meine meinen benutzer nutzer* anwender kunde',
  text: 'text nachricht satz satze dokument gesprach antwort antworten inhalt absatz artikel eingabe geschichte zeile wort worte seite',
  question: 'was wer wie warum welche welcher welches wo wann kannst konnen konnte',
  end: 'ende beende fertig abschluss schluss',
  begin: 'anfang beginn',
  polite: 'bitte danke hallo hilf',
  harm: 'bombe waffe* drogen hacken schadsoftware virus toten illegal* gefahrlich* gift mord sprengstoff',
  authority: 'erlaubnis berechtig* wartung test prufung ingenieur chef genehmig*',
  task: 'aufgabe* auftrag ziel frage* anfrage*',
  refuse: 'verweiger* ablehn* entschuldig* leider',
  obey: 'folge befolge* gehorche* gehorch* akzeptier* halte',
  must: 'musst muss sollst soll wirst immer wird sollen',
  quote: 'ubersetz* buchstabier* korrigier* zusammenfass* umkehr* ruckwarts buchstaben',
  explain: 'erklar* beschreib* unterschied beispiel* bedeut* tipps',
  pretend: 'stell angenommen hypothetisch* fiktiv* spiel geschichte szenario vorstell*',
  new: 'neu neue neuen neuer neues andere anderen',
}
