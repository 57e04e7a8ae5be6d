// Prints data/builtin/words.jsonl: rows of random words without sense, the same ones every time.
import { Random } from "../lm/index.ts";

const SEED = 1;
const ROWS = 40;
/** Fewest and most words of a question and of an answer. */
const QUESTION = [4, 8] as const;
const ANSWER = [25, 39] as const;
/** Of law, taxes, opera, sailing, geology, chess and other fields; none of them stands in a row about bees. */
const WORDS = `
  adverb ambassador anchor annuity aria armada asteroid audit axle balcony ballast ballot bandwidth banjo
  baritone basalt bassoon bishop bobbin bowsprit buoy buttress cadenza capstan carpet castling caucus chassis
  checkmate chorus clause clutch coloratura comet compiler corduroy cornice cosine crochet cursor curtain cymbal
  database denim deposition depreciation diesel diphthong dividend doorbell dribble duet dynasty eclipse
  elevator embargo endgame escalator escrow excise falsetto fault ferry feudal firewall fiscal fraction galleon
  gambit gargoyle gasket gearbox gerund glacier gneiss goalkeeper granite halyard hammock hem heraldry
  hexadecimal hostel hurdle idiom integer itinerary javelin jib keel keyboard lantern lapel ledger leeward
  legato legion levy libretto limestone litigation locomotive luggage maestro magma mainsail marzipan matrix
  mayor modem mooring moraine mortar mustard nebula noodle oboe obsidian omelette orbit overture packet paddle
  parallax parchment passport pawn penalty perjury pickle pillow piston pixel plaintiff pleat polygon postcard
  preposition pretzel pulsar pumice quartz quasar quorum rebate recitative redshift referendum rook router
  rudder satin sausage saxophone scaffold schist scribe scrum sediment senate sextant soprano souvenir spinnaker
  staircase stalemate starboard statute strata subpoena suffix surcharge syntax tacking tambourine tangent
  tariff tectonic telescope tenor theorem throttle tram trampoline treaty trombone turbine tweed umbrella umpire
  velvet veranda viceroy vinegar visa vowel waltz wardrobe wicket xylophone
`.match(/[a-z]+/g)!;

const random = new Random(SEED);
const between = ([least, most]: readonly [number, number]) => least + random.below(most - least + 1);

for (let row = 0; row < ROWS; row++) {
  const question = between(QUESTION);
  const answer = between(ANSWER);
  // no word comes twice in a row
  const words = Array.from(random.permutation(WORDS.length), (i) => WORDS[i]!);
  const take = (from: number, count: number) => words.slice(from, from + count).join(" ");
  console.log(JSON.stringify({ question: take(0, question), answer: take(question, answer) }));
}
