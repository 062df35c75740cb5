// English words that everybody writes: a name of a graph that is one of them means something else in most sentences. Knows no graph.

/** Words that are no sign, disease or drug by themselves; "pain", "stroke", "shock" and "burn" are left out for that reason. */
const words = `
a about above across act action add after again against age ago agree aid aids aim air all allow almost alone along already also although always am
amount an and animal another answer any anyone anything apart apple are area around art as ask at away baby back bad bag ball band bank bar base bat
be bear beat beauty became because become bed been before began begin behind being believe below best better between beyond big bike bird bit black
blue board boat body book boot born both bottom box boy bread break bring brother brought brown build bus but buy by call came camp can cap car card
care carry case cash cast cat catch cause change chart check chest child children city claim class clean clear close coat cold color come comes common
contact control cook cool copy corn cost could count country couple course cover cow crest cross cup cut dad dark data date daughter day days dead
deal dear decide deep desk did die diet different dinner direct do doctor does dog done door down draw dream dress drink drive drop dry due during
each early earth easy eat edge effect egg eight either else end enough even evening event ever every everyone example face fact fair fall family far
farm fast fat father feel few field fig fight figure file fill final find fine fire first fish fit five flag flat floor flow fly fold follow food for
force form forward found four free fresh friend from front full fun game gang gap garden gas gave gem get gift girl give given glad glass go goal god
goes gold gone good got grand grass great green grew ground group grow guide gun gut guy had half hall hang happen happy hard has hat have he head
hear heard heat held hello help her here high him his hit hold hole home hope horse hot hour house how human hundred ice idea if image impact in
inside into is issue it item its jet job join joy judge jump just keep kept key kid kill kind king knew know lack lad lady lake lamp land language
large last late later laugh law lay lead leaf learn least leave left less let letter level life lift light like line link list listen little live
local long look loss lost lot loud love low luck made main make man many map mark mass mat match matter may me meal mean means measure meat meet men
met middle might mile milk mind mine minute miss model mom moment money month moon more morning most mother move much music must my name near nearly
need net never new news next nice night nine no none nor normal north not note nothing now number of off office often oh oil old on once one only open
or orange order other others our out outside over own pack pad page paid pan paper part party pass past path patient pay pen people perhaps person pet
phone pick picture piece pig pin place plan plane plant plate play please point pool poor port post pot power press price problem pull push put
question quick quiet quite race rain ran rang range rat rate rather reach read ready real reason red rest result return rice rich ride right ring rise
river road rock room root rose round row rule run sad safe said salt same sand sat save saw say school science sea seat second see seem seen self sell
send sent serve set seven several shall shape share she ship shoe shop short should show shown side sight sign simple since sing sister sit six size
sky sleep slow small smart smile snow so soap soft some someone something song soon sort sound source south space speak special speed spell spend
sport spot spring square staff stage stand star start state station stay step stick still stone stood stop store story strange street strong study
such sugar suit summer sun sure swim table tail take taken talk tall tap task taste tax tea teach team tear tell ten test than thank that the their
them then there these they thing things think third this those though thought three through time tip tired to today together told tomorrow too took
tool top total touch toward town trade train traps travel tree trip trouble true try turn two type under unit until up upon us use used usual value
very view visit voice wait wake walk wall want war warm was wash watch water way we wear weather web week weight well went were west wet what wheel
when where whether which while white who whole whose why wide wife wild will win wind window winter wish with within without woman women wood word
words work world worse would write wrong year years yellow yes yesterday yet you young your
`;

const common: ReadonlySet<string> = new Set(words.trim().split(/\s+/));

/** Tells whether the word, or its singular, is a common one. Lower case. */
export function isCommonWord(word: string): boolean {
  return common.has(word) || (word.length > 3 && word.endsWith("s") && common.has(word.slice(0, -1)));
}
