// Everyday clinical words for what goes wrong in a patient, which ontologies spell otherwise or leave out. Written for this project; no topic is drawn from it.

const list = (words: string) => words.split(";").map((w) => w.trim());

/** Symptoms, signs and adverse effects. */
const findings = list(
  "toxicity;toxic effects;overdose;poisoning;intoxication;hypersensitivity;hypersensitivity reaction;anaphylaxis;allergy;death;sudden death;" +
    "infection;infections;sepsis;bacteremia;fever;chills;pain;postoperative pain;neuropathic pain;muscle pain;bone pain;back pain;chest pain;joint pain;" +
    "headache;migraine;dizziness;vertigo;syncope;fainting;fatigue;weakness;malaise;lethargy;drowsiness;somnolence;sedation;insomnia;" +
    "sleep disturbance;confusion;delirium;agitation;irritability;aggression;anxiety;depression;mania;psychosis;psychotic symptoms;hallucinations;" +
    "visual hallucinations;delusions;paranoia;suicidal ideation;cognitive impairment;cognitive decline;memory loss;memory deficits;amnesia;dementia;" +
    "coma;loss of consciousness;seizure;seizures;convulsion;convulsions;epilepsy;status epilepticus;tremor;ataxia;dyskinesia;dyskinesias;" +
    "tardive dyskinesia;dystonia;akathisia;parkinsonism;rigidity;bradykinesia;catalepsy;myoclonus;chorea;extrapyramidal symptoms;" +
    "extrapyramidal side effects;neuropathy;peripheral neuropathy;polyneuropathy;paresthesia;numbness;tingling;paralysis;paraplegia;hemiparesis;" +
    "encephalopathy;leukoencephalopathy;hydrocephalus;brain damage;brain injury;stroke;cerebral infarction;cerebral ischemia;cerebral hemorrhage;" +
    "intracranial hemorrhage;subarachnoid hemorrhage;blurred vision;visual loss;vision loss;blindness;diplopia;nystagmus;hearing loss;deafness;" +
    "tinnitus;ototoxicity;nausea;vomiting;nausea and vomiting;diarrhea;constipation;abdominal pain;dyspepsia;anorexia;loss of appetite;dysphagia;" +
    "weight loss;weight gain;obesity;dehydration;ulcer;ulcers;gastric ulcer;peptic ulcer;gastrointestinal bleeding;gastritis;colitis;pancreatitis;" +
    "jaundice;cholestasis;hepatitis;hepatomegaly;hepatotoxicity;hepatic necrosis;cirrhosis;ascites;liver fibrosis;gallstones;" +
    "proteinuria;hematuria;oliguria;anuria;polyuria;nephropathy;nephritis;interstitial nephritis;glomerulonephritis;nephrotic syndrome;" +
    "nephrotoxicity;tubular necrosis;urinary retention;urinary incontinence;incontinence;kidney stones;hypertension;pulmonary hypertension;" +
    "portal hypertension;hypotension;orthostatic hypotension;shock;tachycardia;bradycardia;palpitations;arrhythmia;arrhythmias;" +
    "cardiac arrhythmias;ventricular arrhythmias;ventricular tachycardia;ventricular fibrillation;atrial fibrillation;torsade de pointes;" +
    "torsades de pointes;qt prolongation;heart block;cardiac arrest;asystole;angina;angina pectoris;ischemia;myocardial ischemia;" +
    "myocardial infarction;acute myocardial infarction;coronary artery disease;cardiomyopathy;dilated cardiomyopathy;cardiac hypertrophy;" +
    "left ventricular hypertrophy;heart failure;congestive heart failure;cardiotoxicity;pericarditis;myocarditis;pericardial effusion;" +
    "thrombosis;deep vein thrombosis;venous thrombosis;thromboembolism;venous thromboembolism;pulmonary embolism;embolism;vasculitis;vasospasm;" +
    "atherosclerosis;aneurysm;edema;pulmonary edema;angioedema;swelling;dyspnea;shortness of breath;apnea;cough;wheezing;bronchospasm;asthma;" +
    "respiratory depression;respiratory distress;hypoxia;hypoxemia;pneumonia;pneumonitis;interstitial lung disease;pulmonary fibrosis;fibrosis;" +
    "pleural effusion;copd;hemorrhage;haemorrhage;bleeding;bruising;hematoma;anemia;anaemia;hemolysis;hemolytic anemia;aplastic anemia;" +
    "neutropenia;febrile neutropenia;leukopenia;thrombocytopenia;pancytopenia;agranulocytosis;eosinophilia;bone marrow suppression;" +
    "myelosuppression;coagulopathy;disseminated intravascular coagulation;hyperglycemia;hypoglycemia;diabetes;diabetic;diabetes mellitus;" +
    "insulin resistance;hyperkalemia;hypokalemia;hyponatremia;hypernatremia;hypercalcemia;hypocalcemia;hypomagnesemia;hyperphosphatemia;" +
    "hyperuricemia;acidosis;metabolic acidosis;lactic acidosis;hyperlipidemia;hypercholesterolemia;hyperprolactinemia;hypothyroidism;" +
    "hyperthyroidism;gynecomastia;galactorrhea;amenorrhea;impotence;erectile dysfunction;sexual dysfunction;infertility;miscarriage;" +
    "spontaneous abortion;preeclampsia;birth defects;congenital malformations;rash;skin rash;eruption;skin eruption;dermatitis;urticaria;pruritus;" +
    "itching;erythema;blisters;alopecia;hair loss;photosensitivity;stevens-johnson syndrome;toxic epidermal necrolysis;mucositis;stomatitis;" +
    "dry mouth;arthralgia;myalgia;myopathy;rhabdomyolysis;muscle cramps;muscle weakness;arthritis;osteoporosis;osteonecrosis;fracture;fractures;" +
    "necrosis;inflammation;atrophy;hyperplasia;calcification;ischemic stroke;reperfusion injury;tumor;tumors;tumour;tumours;cancer;carcinoma;" +
    "adenocarcinoma;malignancy;malignancies;neoplasm;neoplasms;metastasis;metastases;leukemia;lymphoma;melanoma;glioma;breast cancer;lung cancer;" +
    "prostate cancer;bladder cancer;colorectal cancer;hepatocellular carcinoma;aids;hiv infection;tuberculosis;malaria;autism;schizophrenia;" +
    "bipolar disorder;major depression;alcoholism;addiction;substance abuse;drug abuse;cocaine abuse;withdrawal symptoms;serotonin syndrome;" +
    "neuroleptic malignant syndrome;hyperalgesia;allodynia;hyperactivity;hyperthermia;hypothermia;flushing;sweating;hiccups;neurotoxicity",
);

/** Organs with what may happen to each: "acute renal failure", "liver injury". */
const organs = list(
  "renal;kidney;hepatic;liver;cardiac;heart;myocardial;respiratory;pulmonary;lung;neurological;cerebral;ovarian;cardiovascular;vascular",
);
const troubles = list("failure;insufficiency;dysfunction;impairment;injury;damage;disease;disorder;toxicity");
const paces = ["", "acute ", "chronic ", "end-stage "];

/** Lower case, without repeats. */
export const commonFindings: readonly string[] = [
  ...new Set([
    ...findings,
    ...organs.flatMap((organ) => troubles.flatMap((trouble) => paces.map((pace) => `${pace}${organ} ${trouble}`))),
  ]),
];
