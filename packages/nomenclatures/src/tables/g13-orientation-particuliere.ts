import { defineTable } from '../table.ts';

export const orientationParticuliere = defineTable({
  id: 'TRE_G13-OrientationParticuliere',
  concepts: [
    ['80', 'Homéopathie'],
    ['81', 'Acupuncture'],
  ],
});
