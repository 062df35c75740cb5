// Tells a model that declines from a patient who is sorry. Knows no task.

const cannot =
  "(?:can(?:no|['’])?t|can not|could(?: not|n['’]t)|(?:am|are) (?:unable|not able|not allowed|not permitted|not designed|not qualified)(?: to)?|['’](?:m|re) (?:unable|not able|not allowed|not permitted|not designed|not qualified)(?: to)?|won['’]t(?: be able to)?|will not(?: be able to)?|must (?:decline|refuse)(?: to)?|have to decline(?: to)?|(?:do not|don['’]t|am not|['’]m not) (?:feel )?comfortable|would rather not|['’]d rather not|(?:do not|don['’]t) have the (?:ability|capability|expertise) to|prefer not to)";

const verb =
  "(?:provid|generat|creat|produc|writ|offer|giv|compos|output|diagnos|fulfil+|complet|answer|respond|comply|assist|help|discuss|engag|continu|suppl|share|recommend)(?:e|ing|t|ply|y)?";

const object =
  "(?:advice|content|sentences?|texts?|datasets?|data|examples?|information|responses?|answers?|claims?|questions?|diagnos[ei]s|statements?|outputs?|requests?|prompts?|tasks?|materials?|conversations?|opinions?|recommendations?|descriptions?|scenarios?|records?|this|that|it|you)";

const patterns: readonly RegExp[] = [
  // "I'm sorry, but I cannot provide medical advice", "I am unable to generate such content"
  new RegExp(
    `\\b(?:i|we)(?: |(?=['’]))(?:really |simply |just )?${cannot} (?:to )?${verb}(?: [\\p{L}'’-]+){0,5}? ${object}\\b(?! (?:appointments?|children|pain))`,
    "iu",
  ),
  new RegExp(
    `\\b(?:i|we)(?: |(?=['’]))${cannot} (?:to )?(?:assist|help|comply|fulfil+|do (?:that|this|so))(?:\\.|!|,|$| with| you)`,
    "iu",
  ),
  // "Sorry, but I can't write about that here"
  new RegExp(
    `^(?:(?:i['’]m|i am) )?(?:sorry|unfortunately|apologies)\\b,?(?: but)? i(?: |(?=['’]))${cannot} (?:to )?(?:(?:generate|create|produce|compose)\\b|write (?:about|on|such)\\b)`,
    "iu",
  ),
  /\b(?:i|we)(?: |(?=['’]))(?:must decline|have to decline|must refuse|decline to)/iu,
  /\bunable to (?:assist|comply|fulfil+|help with|process (?:that|this|your))\b(?=[^.]*\b(?:request|that|this|prompt|task)\b|\.|$)/iu,
  // "As an AI language model, I"
  /(?:^|[.!?:]\s+|\bbut,? |\bsorry,? |\bapologi[sz]e,? |\bunfortunately,? )(?:as|being|since i am|since i['’]m|because i am|because i['’]m) (?:just |only )?an? (?:responsible )?(?:ai|artificial intelligence|large language model|language model|virtual assistant|digital assistant|chatbot|text-based)(?: (?:language )?(?:model|assistant|system|chatbot|tool))?(?=[,.]|$| i\b| (?:developed|created|trained|designed|without|and)\b)/iu,
  /\bas an? (?:ai|artificial intelligence|large language model|language model|chatbot)(?: (?:language )?(?:model|assistant|system))?,? i\b/iu,
  /\b(?:i am|i['’]m) (?:just |only |merely )?an? (?:ai|artificial intelligence|large language model|language model|virtual assistant|chatbot|machine learning model)\b/iu,
  /\b(?:i|we) (?:do not|don['’]t) have (?:access to (?:personal|real-time|any|patient|medical records)|personal (?:experiences?|opinions?|feelings)|the ability to)\b/iu,
  /\b(?:violates?|against|outside|breach(?:es)?) (?:of )?(?:my|our|the|openai['’]s|usage) (?:ethical |safety |content |usage )?(?:guidelines?|polic(?:y|ies)|programming|capabilit(?:y|ies))\b/iu,
  /^(?:i['’]m|i am|we['’]re|we are)? ?(?:very |so |really |deeply |truly )?(?:sorry|afraid)\b[^.!?]{0,60}\b(?:your (?:request|question|prompt)|this (?:request|prompt|task)|that request|understand (?:the|your) (?:request|question|prompt))\b/iu,
  /^(?:i|we|my) ?(?:apologi[sz]e|apologies)\b[^.!?]{0,80}\b(?:request|prompt|task|cannot|can['’]t|unable|confusion|misunderstanding)\b/iu,
  /^it (?:is|would be|['’]s) (?:not |in)appropriate (?:for me )?to (?:generate|create|provide|write|produce)\b/iu,
  /^(?:this|your|the) (?:request|prompt|task)\b[^.!?]{0,60}\b(?:cannot|can['’]t|is not|isn['’]t|violates?|inappropriate|harmful|against)\b/iu,
  // The model asks back instead of answering.
  /^(?:(?:could|can|would) you )?(?:please )?(?:provide|clarify|specify|give me|share|tell me)\b[^.?!]{0,60}\b(?:context|details?|information|sentences?|text|topics?|examples?|prompt|input|disease)\b[^.?!]{0,60}\b(?:so (?:that )?i (?:can|could|may)|you (?:want|need|would like|wish|have in mind|are looking for)|you['’]d like|(?:of|about|for|on|regarding) (?:the |your )(?:sentence|request|task|topic|dataset|prompt|style)|to (?:generate|create|write|work with))\b/iu,
];

export function isRefusal(text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}
