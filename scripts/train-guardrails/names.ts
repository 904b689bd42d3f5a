import { createRequire } from 'node:module'

/** Where the names come from: only who trains the tagger anew needs it, so that the project does not depend on it. */
const PACKAGE = '@faker-js/faker'
const VERSION = '10.6.0'

/** Given and family names of many countries, folded by nobody: as they are written. */
export interface Names {
  readonly given: ReadonlySet<string>
  readonly family: ReadonlySet<string>
}

/**
 * Names of one word in the scripts that have upper case, gathered from the locales of a package made for test data (MIT).
 * Throws when it is not installed.
 */
export function knownNames(): Names {
  const given = new Set<string>()
  const family = new Set<string>()
  for (const { person } of Object.values(locales())) {
    addAll(given, person?.first_name)
    addAll(family, person?.last_name)
  }
  addAll(given, MORE_GIVEN.split(' '))
  addAll(family, MORE_FAMILY.split(' '))
  return { given, family }
}

/** Common names that the package lacks. */
const MORE_GIVEN =
  'Jürgen Günter Günther Käthe Jörg Björn Sören Götz Lübbe Hans Heinz Horst Helmut Klaus Claus Dieter Uwe Wolfgang Manfred Gerhard ' +
  'Rainer Reiner Holger Volker Detlef Ralf Rüdiger Sigrid Ingrid Gisela Ursula Renate Helga Brigitte Heike Silke Anke Antje Birgit ' +
  'Elke Gudrun Hannelore Kerstin Ulrike Annegret Dörte Grit Katrin Maren Svenja Wiebke Mohammed Muhammad Ahmed Mustafa Mehmet Ayşe ' +
  'Fatma Emre Yusuf Wei Ming Jing Xin Hiroshi Yuki Takashi Akira Haruto Sakura Priya Rahul Ananya Arjun Sanjay Deepak Oluwaseun ' +
  'Chinedu Ngozi Kwame Amara Thabo Sipho Bongani Giulia Luca Matteo Chiara Francesca Beatriz João Inês Tiago Agnieszka Małgorzata ' +
  'Krzysztof Paweł Tomasz Ondřej Jiří Zdeněk László István Zoltán Ioana Bogdan Dragan Siobhán Seán Aoife Niamh Eoin Ingeborg Astrid'
const MORE_FAMILY =
  'Müller Meier Meyer Maier Schäfer Köhler König Möller Krüger Böhm Jäger Groß Schröder Schütz Günther Bergen Merkel Scholz Habeck ' +
  'Okafor Okonkwo Adeyemi Mensah Nkosi Dlamini Patel Sharma Gupta Singh Kumar Iyer Chowdhury Nguyen Tran Pham Wang Zhang Liu Chen ' +
  'Yang Huang Tanaka Suzuki Yamamoto Kobayashi Kim Park Choi Yılmaz Kaya Demir Öztürk Al-Hassan Haddad Cohen Levy Goldberg Novák ' +
  'Svoboda Kowalski Nowak Wiśniewski Horváth Popescu Ivanov Petrov Smirnov Fernández García Rodríguez Gonçalves Araújo Lefebvre ' +
  'Dubois Rousseau Moreau Janssen Bakker Visser Andersson Johansson Nielsen Hansen Korhonen Virtanen Papadopoulos O’Brien Murphy'

function locales(): Readonly<Record<string, Locale>> {
  try {
    const { allLocales } = createRequire(import.meta.url)(PACKAGE) as { readonly allLocales: Record<string, Locale> }
    return allLocales
  } catch (cause) {
    throw new Error(`the tagger learns names from a package: npm install --no-save ${PACKAGE}@${VERSION}`, { cause })
  }
}

interface Locale {
  readonly person?: { readonly first_name?: unknown; readonly last_name?: unknown }
}

const ONE_WORD = /^\p{Lu}[\p{L}\p{M}'’]{1,24}$/u

/** A locale lists names flat, or by sex; what is no list of texts is passed over. */
function addAll(into: Set<string>, names: unknown): void {
  if (typeof names === 'string') {
    for (const part of names.split('-')) if (ONE_WORD.test(part)) into.add(part)
  } else if (names !== null && typeof names === 'object') for (const value of Object.values(names)) addAll(into, value)
}
