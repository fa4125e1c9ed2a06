export interface Business {
  id: string;
  name: string;
  currency: string;
  /** A name of the IANA database. */
  time_zone: string;
}

export interface Service {
  name: string;
  minutes: number;
  price: string;
}

export interface BusinessProfile extends Business {
  staff: readonly { name: string; position: string; rate: string; skills: readonly string[] }[];
  services: readonly [Service, ...Service[]];
}

/** The two businesses whose month is seeded. Their ids never change. */
export const businessProfiles: readonly [BusinessProfile, BusinessProfile] = [
  {
    id: '11111111-1111-4111-8111-111111111111',
    name: 'Juniper Hair Studio',
    currency: 'USD',
    time_zone: 'America/New_York',
    staff: [
      { name: 'Mara Lindqvist', position: 'manager', rate: '38.00', skills: ['cut', 'colour'] },
      { name: 'Tomás Herrera', position: 'stylist', rate: '29.50', skills: ['cut', 'styling'] },
      { name: 'Aiko Tanaka', position: 'colourist', rate: '31.25', skills: ['colour', 'treatment'] },
      { name: 'Grace Mwangi', position: 'front desk', rate: '21.00', skills: [] },
    ],
    services: [
      { name: 'Cut and finish', minutes: 45, price: '48.00' },
      { name: 'Full colour', minutes: 120, price: '135.50' },
      { name: 'Beard trim', minutes: 20, price: '18.00' },
      { name: 'Treatment', minutes: 60, price: '72.25' },
    ],
  },
  {
    id: '22222222-2222-4222-8222-222222222222',
    name: 'Harbour Physio',
    currency: 'EUR',
    time_zone: 'Europe/Dublin',
    staff: [
      { name: 'Dr. Niamh Byrne', position: 'manager', rate: '54.00', skills: ['assessment', 'spine'] },
      { name: 'Łukasz Nowak', position: 'therapist', rate: '36.75', skills: ['sports', 'massage'] },
      { name: 'Sofia Rossi', position: 'therapist', rate: '35.00', skills: ['rehab'] },
    ],
    services: [
      { name: 'Assessment', minutes: 60, price: '95.00' },
      { name: 'Follow-up', minutes: 30, price: '55.00' },
      { name: 'Sports massage', minutes: 50, price: '68.40' },
    ],
  },
];

export const businesses: readonly Business[] = businessProfiles.map(({ id, name, currency, time_zone }) => ({
  id,
  name,
  currency,
  time_zone,
}));

export const givenNames = [
  'Amelia',
  'Noah',
  'Zoë',
  'Liam',
  'Chidi',
  'Ines',
  'Yusuf',
  'Freya',
  'Mateo',
  'Hana',
  'Oskar',
  'Priya',
  'Elif',
  'Jonas',
] as const;

export const familyNames = [
  'Okafor',
  'Müller',
  'Santos',
  'Ivanova',
  'Nguyen',
  'Haddad',
  'Larsen',
  'Kowalski',
  'O’Brien',
  'Silva',
  'Weber',
  'Chen',
] as const;
